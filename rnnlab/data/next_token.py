"""The data of the task `next`: a text cut into lines or windows, each with the tokens to predict."""

from typing import TypeVar

from rnnlab.data.batches import PAD, Data, Pair
from rnnlab.data.notes import one_answer_note, split_notes
from rnnlab.data.split import split
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import POSITIONS, PROBE_TOKENS, SEQUENCE_TOKENS, STEP_TOKENS, TYPES
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.records.opening import Part
from rnnlab.text import Vocabulary
from rnnlab.text.examples import next_token_lines
from rnnlab.text.reading import reading_notes

Step = TypeVar("Step")  # a token, or a number
NAMED = 6  # lines that a note names


def next_token_data(experiment: Experiment) -> Data:
    """Sequences whose target is the next token, or the token that `target` gives for each position.

    Raises LabError where the text can't be trained on: the message says what to change.
    """
    lines, target_lines = next_token_lines(experiment)
    notes = reading_notes(experiment)

    examples = (
        [(line, target) for line, target in zip(lines, target_lines, strict=True)]
        if target_lines
        else [(line[:-1], line[1:]) for line in lines]
    )
    kept, tested = split(lines, experiment)
    held = [part for i in tested for part in cut(*examples[i], experiment) if part[0]]
    sequences = [part for i in kept for part in cut(*examples[i], experiment) if part[0]]
    if not sequences:
        longest = max(len(inputs) for inputs, _ in examples)
        needed = experiment.window if target_lines else experiment.window + 1
        tokens = max(len(line) for line in lines)
        raise LabError(
            Problem(
                "window_too_long",
                "window",
                {"value": experiment.window, "tokens": tokens, "needed": needed, "limit": longest},
            )
        )
    short = [n for n, line in enumerate(examples, start=1) if not any(part[0] for part in cut(*line, experiment))]
    if short:
        needed = max(experiment.window, 1) + (not target_lines)
        left_out = {"count": len(short), "lines": some(short), "needed": needed}
        notes.append(Problem("lines_left_out", "text", left_out))

    uneven = len({len(inputs) for inputs, _ in sequences + held}) > 1
    tokens = (token for line in lines + target_lines for token in line)
    vocabulary = Vocabulary.of(tokens, (PAD,) if uneven else ())
    pairs, held_pairs = (
        [Pair(vocabulary.encode(inputs), vocabulary.encode(targets)) for inputs, targets in some]
        for some in (sequences, held)
    )
    check_sizes(experiment, pairs + held_pairs, len(vocabulary))
    check_use(experiment, pairs, len(vocabulary), uneven)
    notes += split_notes(lines, pairs, held_pairs, vocabulary)
    notes += one_answer_note(pairs, vocabulary)

    if experiment.probe > len(lines):
        raise LabError(Problem("probe_line", "probe", {"value": experiment.probe, "limit": len(lines)}))
    probe_tokens = lines[experiment.probe - 1]
    inputs, targets = examples[experiment.probe - 1]
    if not inputs:
        raise LabError(Problem("probe_short", "probe", {"value": experiment.probe, "text": shorten(probe_tokens[0])}))
    if experiment.probe - 1 in tested:
        notes.append(Problem("probe_held", "probe", {"value": experiment.probe}))
    if len(probe_tokens) > PROBE_TOKENS:
        notes.append(Problem("probe_cut", "probe", {"value": len(probe_tokens), "limit": PROBE_TOKENS}))
        probe_tokens, inputs, targets = probe_tokens[:PROBE_TOKENS], inputs[:PROBE_TOKENS], targets[:PROBE_TOKENS]
    if experiment.window and len(inputs) > experiment.window:
        notes.append(Problem("probe_beyond", "probe", {"value": len(inputs), "limit": experiment.window}))
    probe = Pair(vocabulary.encode(inputs), vocabulary.encode(targets))
    row = pairs.index(probe) if probe in pairs else None
    read = tuple(tuple(inputs) for inputs, _ in held)
    step_targets, parts = tuple(probe.targets), (Part("network", 0, len(probe.inputs)),)
    shown = tuple(probe_tokens)
    return Data(vocabulary, vocabulary, pairs, probe, shown, row, tuple(notes), step_targets, parts, held_pairs, read)


def cut(
    inputs: tuple[Step, ...], targets: tuple[Step, ...], experiment: Experiment
) -> list[tuple[tuple[Step, ...], tuple[Step, ...]]]:
    """One line, or a column of numbers, as training sequences: whole, or as windows of a fixed length, `stride` apart.

    A line of n tokens with next-token targets gives n - window windows at stride 1.
    """
    if not experiment.window:
        return [(inputs, targets)]
    starts = range(0, len(inputs) - experiment.window + 1, experiment.stride)
    return [(inputs[i : i + experiment.window], targets[i : i + experiment.window]) for i in starts]


def some(numbers: list[int]) -> str:
    """The first of many numbers, as a sentence names them."""
    return ", ".join(map(str, numbers[:NAMED])) + (" …" if len(numbers) > NAMED else "")


def check_sizes(experiment: Experiment, pairs: list[Pair], types: int) -> None:
    """Whether sizes that only the tokenized text decides fit the machine. `types`: of the larger vocabulary."""
    if types > TYPES:
        raise LabError(Problem("types", "text", {"value": f"{types:,}", "limit": f"{TYPES:,}"}))
    longest = max(max(len(pair.inputs), len(pair.targets)) for pair in pairs)
    if longest > SEQUENCE_TOKENS:
        raise LabError(Problem("sequence_too_long", "window", {"value": f"{longest:,}", "limit": SEQUENCE_TOKENS}))
    positions = sum(len(pair.inputs) for pair in pairs)
    if positions > POSITIONS:
        values = {"value": f"{len(pairs):,}", "steps": longest, "limit": f"{POSITIONS:,}"}
        if experiment.window:
            raise LabError(Problem("too_many_windows", "stride", values))
        raise LabError(Problem("too_many_positions", "text", values))
    rows = min(experiment.batch, len(pairs))
    if rows * longest > STEP_TOKENS:
        values = {"value": experiment.batch, "steps": longest, "limit": STEP_TOKENS // longest}
        raise LabError(Problem("step_too_big", "batch", values))


def check_use(experiment: Experiment, pairs: list[Pair], types: int, uneven: bool) -> None:
    """Whether the text allows what the experiment wants of the hidden state."""
    units = experiment.hidden * experiment.directions
    if experiment.head == "none" and units != types:
        raise LabError(Problem("head_none", "head", {"value": units, "limit": types}))
    if experiment.carry and (uneven or len(pairs) > experiment.batch):
        raise LabError(Problem("carry_batch", "carry", {"value": len(pairs), "batch": experiment.batch}))
