"""What several lessons ask of a run."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab.analysis.bigrams import Bigrams, Line, words_met
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import LayerSpec, of_run
from rnnlab.lessons.look import Look
from rnnlab.races.record import Record
from rnnlab.records.history import History
from rnnlab.records.trace import Intervention, PartTrace, TraceResult, top_place

LINES = 4  # of a text, that are asked about one by one


def nearest(options: tuple[str, ...], value: float) -> str:
    """Of options that are numbers, the one that a number is nearest to."""
    return min(options, key=lambda option: abs(float(option) - value))


def id_of(look: Look, token: str) -> int | None:
    """The id of a token; None where the run's vocabulary has none of it."""
    vocabulary = look.opening.vocabulary
    return vocabulary.index(token) if token in vocabulary else None


def first_epoch_all_right(look: Look) -> int | None:
    """The first recorded epoch at which all that the probe asks for is predicted right."""
    assert look.history is not None
    return next((frame.epoch for frame in look.history.frames if look.all_right(frame)), None)


def changed_steps(original: np.ndarray, changed: np.ndarray, least: float = 1e-6) -> list[int]:
    """The steps at which any unit of two traces [step, unit] differs."""
    return [int(step) for step in np.flatnonzero(np.abs(changed - original).max(axis=1) > least)]


def traced(look: Look, *edits: Intervention, line: int | None = None) -> TraceResult | None:
    """What the network as it is now does with the line shown, or with another one, counted from 1; with these edits."""
    assert look.history is not None
    e = look.experiment if line is None else Experiment(**{**look.experiment.model_dump(), "probe": line})
    return look.ask(jobs.trace, e, look.history.checkpoints[-1].weights, top_place(look.opening), edits)


def is_right(seen: PartTrace) -> bool:
    """Whether the last answer is right."""
    return bool(seen.target_probability[-1] == seen.top_probabilities[-1, 0])


def lines(look: Look, *edits: Intervention) -> list[PartTrace] | None:
    """What the network does with every line, of the first few."""
    found = [traced(look, *edits, line=line) for line in range(1, min(LINES, look.opening.sequences) + 1)]
    return [one.changed or one.original for one in found if one is not None] if all(found) else None


def lines_right(look: Look, *edits: Intervention) -> int | None:
    found = lines(look, *edits)
    return None if found is None else sum(map(is_right, found))


def last_answers(look: Look, *edits: Intervention) -> dict[str, Any]:
    classes, found = look.opening.classes, lines(look, *edits) or []
    answers = ", ".join(classes[seen.top_classes[-1, 0]] for seen in found)
    return {"right": lines_right(look, *edits), "lines": len(found), "answers": answers}


def raced(look: Look, field: str) -> dict[Any, list[Record]] | None:
    """The records of a race that is over, by the values of the one field that its variants differ in; None where there
    is no such race."""
    if look.race is None or look.race.going or not look.race.done:
        return None
    records: dict[Any, list[Record]] = {}
    for entry in look.race.entries:
        overrides = look.race.plan.variants[entry.variant]
        if [name for name, _ in overrides] != [field] or entry.record is None:
            return None
        records.setdefault(dict(overrides)[field], []).append(entry.record)
    return records


def otherwise(look: Look, **fields: Any) -> History | None:
    """The run shown as it is with other values in these fields, trained to its end: at an earlier step, or by a
    worker, for runs of a few seconds."""
    e = Experiment(**{**look.experiment.model_dump(), **fields})
    return next((one for one in look.earlier.values() if one.experiment == e), None) or look.ask(jobs.run, e)


def module(look: Look) -> LayerSpec:
    """The one on the page Shapes; until that has been drawn, the one with which it begins."""
    sizes = look.opening.shapes[0].shape[:2]
    return look.layer or of_run(look.experiment, len(look.opening.vocabulary), *sizes)


@dataclass(frozen=True)
class Counted:
    """A token of the line shown after which the text has several things, at the last place where it stands, with what
    counting can say of it."""

    lines: tuple[Line, ...]
    bigrams: Bigrams
    line: tuple[str, ...]
    places: list[int]  # all of the line at which the token alone does not decide; two at least
    next: str  # what really comes at the last one

    @property
    def place(self) -> int:
        return self.places[-1]

    @property
    def token(self) -> str:
        return self.line[self.place]

    @property
    def total(self) -> int:
        return self.bigrams.total(self.token)

    @property
    def types(self) -> int:
        return len(self.bigrams.vocabulary)

    @property
    def frequency(self) -> float:
        return self.bigrams.frequency(self.token, self.next)


def counted(look: Look) -> Counted | None:
    """None where the line has no such token in two places, or the network is asked for something else than a text."""
    o, lines = look.opening, look.ask(jobs.examples, look.experiment)
    if lines is None or not o.predicts_text or len(o.parts) > 1:
        return None
    bigrams = Bigrams.of(lines, words_met(o.vocabulary[o.specials :], lines))
    places = bigrams.undecided(o.probe[: o.inputs])
    if len(places) < 2 or o.probe[places[-1]] not in o.probe[: places[-1]]:
        return None
    return Counted(lines, bigrams, o.probe, places, o.classes[o.targets[places[-1]]])
