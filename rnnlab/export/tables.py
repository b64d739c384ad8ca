"""A run's record as tables, for spreadsheets and data frames: docs/record.md names their columns.

As on the pages a step is counted from 1 and a unit from 0. A table by epoch of a large network has fewer epochs than
were recorded, at even distances, the first and the newest among them: the arrays beside it have all.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from rnnlab.analysis.embedding_rows import Words
from rnnlab.analysis.metrics import confusion_of
from rnnlab.cells import CELLS
from rnnlab.export.csv_cells import csv, digits, harmless, words
from rnnlab.i18n.characters import visible
from rnnlab.inspection.replay import Hooks, replay
from rnnlab.inspection.trace import network
from rnnlab.records.history import History, Recorded
from rnnlab.records.trace import places_of

NUMBERS = 1_000_000  # in a table by epoch
STEPS = 20_000  # of a cell, computed again for the gates: about two seconds

Rows = Iterator[list[str]]


def tables(history: History) -> dict[str, str]:
    """The text of each file by its name; of what the run has no such thing there is no file."""
    o, newest = history.opening, history.frames[-1]
    found = {"losses.csv": losses(history), "predictions.csv": predictions(history), "hidden.csv": hidden(history)}
    found["gates.csv"] = gates(history)
    if newest.held_out is not None:
        found["test_lines.csv"] = held_out(history)
    if "weights" in newest.task_arrays:
        found["attention.csv"] = attention(history)
    if "confusion" in o.views and newest.held_out is not None:
        found["confusion.csv"] = confusion(history)
    if history.experiment.embeds:
        for part in o.parts:
            prefix = "target_" if part.start else ""
            vectors, tokens = projector(Words.of(history, part, history.checkpoints[-1]))
            found |= {f"{prefix}vectors.tsv": vectors, f"{prefix}metadata.tsv": tokens}
    return found


def some(recorded: Sequence[Recorded], most: int) -> list[Recorded]:
    """At most so many, and two in any case: at even distances, the first and the newest among them."""
    places = np.linspace(0, len(recorded) - 1, min(len(recorded), max(2, most))).round().astype(int)
    return [recorded[place] for place in dict.fromkeys(places.tolist())]


def losses(history: History) -> str:
    e, snapshots = history.experiment, history.snapshots
    columns = [
        digits([one.epoch for one in snapshots]),
        *(digits([getattr(one, name) for one in snapshots]) for name in ("loss", "accuracy", "norm", "targets")),
        digits([e.rate_after(one.epoch - 1) for one in snapshots]),
    ]
    return csv(("epoch", "loss", "accuracy", "gradient_norm", "targets", "learning_rate"), zip(*columns, strict=True))


def held_out(history: History) -> str:
    names = ("loss", "score", "forced_accuracy", "free_accuracy")
    held = [(frame.epoch, frame.held_out) for frame in history.frames if frame.held_out is not None]
    rows = ([str(epoch), *digits([getattr(result, name) for name in names])] for epoch, result in held)
    return csv(("epoch", *names), rows)


def predictions(history: History) -> str:
    o = history.opening
    reads = [words(token) for token in o.probe]
    if o.column is not None:
        return csv(("epoch", "step", "number", "predicted"), said_numbers(history))
    classes = [words(name) for name in o.classes]
    target = [classes[id] if id >= 0 else "" for id in o.targets]

    def rows() -> Rows:
        for frame in some(history.frames, NUMBERS // (2 * history.frames[0].top_classes.size)):
            chances, right = digits(frame.top_probabilities), digits(frame.target_probability)
            for step, ranked in enumerate(frame.top_classes.tolist()):
                for rank, best in enumerate(ranked):
                    if best >= 0:
                        of_step = [str(frame.epoch), str(step + 1), reads[step], target[step], right[step]]
                        yield [*of_step, str(rank + 1), classes[best], chances[step][rank]]

    head = ("epoch", "step", "token", "target", "target_probability", "rank", "class", "probability")
    return csv(head, rows())


def said_numbers(history: History) -> Rows:
    """The next number as it is predicted after each of the column."""
    assert history.opening.column is not None
    numbers = digits(history.opening.column.numbers)
    for frame in some(history.frames, NUMBERS // len(numbers)):
        for step, cells in enumerate(zip(numbers, digits(frame.task_arrays["predicted"]), strict=True), start=1):
            yield [str(frame.epoch), str(step), *cells]


def hidden(history: History) -> str:
    """The recurrent output at each step, as it was recorded."""
    o = history.opening
    reads = [words(token) for token in o.probe]

    def rows() -> Rows:
        for frame in some(history.frames, NUMBERS // history.frames[0].hidden.size):
            for step, units in enumerate(digits(frame.hidden)):
                yield [str(frame.epoch), str(step + 1), reads[step], *units]

    return csv(("epoch", "step", "token", *unit_names(history.frames[0].hidden.shape[-1])), rows())


def unit_names(count: int) -> list[str]:
    return [f"unit_{unit}" for unit in range(count)]


@torch.no_grad()
def gates(history: History) -> str:
    """States and gates of every layer and direction, by the readable steps of the cell over the recorded weights."""
    o, e = history.opening, history.experiment
    reads, places = [words(token) for token in o.probe], places_of(o).values()

    def rows() -> Rows:
        steps = len(places) * o.inputs
        numbers = steps * e.hidden * len(CELLS[e.cell].values)
        for checkpoint in some(history.checkpoints, min(STEPS // steps, NUMBERS // numbers)):
            data, model = network(e, checkpoint.weights)
            parts = replay(model, data, Hooks()).parts
            for place in places:
                replayed = parts[place.part]
                start = next(part.start for part in o.parts if part.name == place.part)
                values = replayed.values[place.layer][place.direction]
                where = [str(checkpoint.epoch), place.part, str(place.layer + 1), str(place.direction)]
                for name in replayed.cell.values:
                    for step, at in enumerate(values):  # the last row is the whole sentence
                        units = digits(at[name][-1].numpy())
                        yield [*where, name, str(step + 1), reads[start + step], *units]

    head = ("epoch", "part", "layer", "direction", "value", "step", "token", *unit_names(e.hidden))
    return csv(head, rows())


def attention(history: History) -> str:
    """How much each step of the source counts for each step of the target, given the true one before."""
    source, target = history.opening.parts
    reads = [words(token) for token in history.opening.probe]

    def rows() -> Rows:
        for frame in some(history.frames, NUMBERS // history.frames[0].task_arrays["weights"].size):
            for step, weights in enumerate(digits(frame.task_arrays["weights"])):
                for place, weight in enumerate(weights):
                    of_target = [str(frame.epoch), str(step + 1), reads[target.start + step]]
                    yield [*of_target, str(place + 1), reads[source.start + place], weight]

    return csv(("epoch", "step", "token", "source_step", "source_token", "weight"), rows())


def confusion(history: History) -> str:
    """How often each class was taken for each among the test lines, by the newest frame: a row for what is true, a
    column for what was said."""
    o, held = history.opening, history.frames[-1].held_out
    assert held is not None
    counts = digits(confusion_of(o.held_out, held, len(o.classes)))
    rows = ([words(name), *row] for name, row in zip(o.classes, counts, strict=True))
    return csv(("true", *o.classes), rows)


def projector(found: Words) -> tuple[str, str]:
    """The rows of an embedding and their tokens, as TensorFlow's projector loads them: neither has a head."""
    rows = np.frombuffer(found.newest, "<f4").reshape(len(found.tokens), -1)
    vectors = "".join("\t".join(row) + "\n" for row in digits(rows))
    return vectors, "".join(harmless(visible(token)) + "\n" for token in found.tokens)
