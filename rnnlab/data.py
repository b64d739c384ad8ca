"""From an experiment's text to padded batches of ids and targets."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab.experiment import (
    POSITIONS,
    PROBE_TOKENS,
    SEQUENCE_TOKENS,
    STEP_TOKENS,
    TYPES,
    Experiment,
    shorten,
)
from rnnlab.problems import LabError, Problem
from rnnlab.text import Vocabulary, only_punctuation, tokenized

NO_TARGET = -100  # torch's own ignore_index: such a position counts in no loss
PAD = "<pad>"


@dataclass(frozen=True)
class Pair:
    """One sequence: the ids that are read and, for each, the id to predict."""

    inputs: list[int]
    targets: list[int]


@dataclass(frozen=True)
class Batch:
    """Several sequences of one optimizer step, padded at their ends to the longest."""

    ids: Tensor  # [batch, step] int64
    targets: Tensor  # [batch, step] int64, NO_TARGET on padding
    count: int  # positions with a target


@dataclass(frozen=True)
class Data:
    """An experiment's text, ready to train on."""

    vocabulary: Vocabulary
    pairs: list[Pair]  # the sequences trained on
    probe: Pair  # the watched line, whole, up to PROBE_TOKENS
    probe_tokens: tuple[str, ...]
    probe_row: int | None  # the index in `pairs` of that very sequence; None where it is not among them
    notes: tuple[Problem, ...]

    def batches(self, size: int, order: list[int]) -> Iterator[Batch]:
        """The sequences in this order, `size` a batch; the last batch may be shorter."""
        for start in range(0, len(order), size):
            chosen = [self.pairs[i] for i in order[start : start + size]]
            ids = [pair.inputs for pair in chosen]
            targets = [pair.targets for pair in chosen]
            count = sum(map(len, targets))
            yield Batch(padded(ids, 0), padded(targets, NO_TARGET), count)  # <pad> is id 0 wherever lengths differ


def padded(rows: list[list[int]], filler: int) -> Tensor:
    """Rows of different lengths as one tensor, filled up at their ends: [row, longest]."""
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def next_token_data(experiment: Experiment) -> Data:
    """Sequences whose target is the next token, or the token that `target` gives for each position.

    Raises LabError where the text can't be trained on: the message says what to change.
    """
    lines, target_lines = (
        tokenized(text, experiment.tokenizer, experiment.added_words) for text in (experiment.text, experiment.target)
    )
    check_text(lines, target_lines)
    notes: list[Problem] = []

    examples = (
        [(line, target) for line, target in zip(lines, target_lines, strict=True)]
        if target_lines
        else [(line[:-1], line[1:]) for line in lines]
    )
    sequences = [part for inputs, targets in examples for part in cut(inputs, targets, experiment)]
    sequences = [part for part in sequences if part[0]]
    if not sequences:
        longest = max(len(inputs) for inputs, _ in examples)
        if longest == 0:
            raise LabError(Problem("one_token", "text", {"value": shorten(lines[0][0])}))
        needed = experiment.window if target_lines else experiment.window + 1
        tokens = max(len(line) for line in lines)
        raise LabError(
            Problem(
                "window_too_long",
                "window",
                {"value": experiment.window, "tokens": tokens, "needed": needed, "limit": longest},
            )
        )
    if short := sum(not any(part[0] for part in cut(*example, experiment)) for example in examples):
        notes.append(Problem("lines_left_out", "text", {"count": short}))

    uneven = len({len(inputs) for inputs, _ in sequences}) > 1
    tokens = (token for line in lines + target_lines for token in line)
    vocabulary = Vocabulary.of(tokens, (PAD,) if uneven else ())
    if len(vocabulary) > TYPES:
        raise LabError(Problem("types", "text", {"value": f"{len(vocabulary):,}", "limit": f"{TYPES:,}"}))
    pairs = [Pair(vocabulary.encode(inputs), vocabulary.encode(targets)) for inputs, targets in sequences]
    check_sizes(experiment, pairs, len(vocabulary), uneven)

    if experiment.probe > len(lines):
        raise LabError(Problem("probe_line", "probe", {"value": experiment.probe, "limit": len(lines)}))
    probe_tokens = lines[experiment.probe - 1]
    inputs, targets = examples[experiment.probe - 1]
    if not inputs:
        raise LabError(Problem("probe_short", "probe", {"value": experiment.probe, "text": shorten(probe_tokens[0])}))
    if len(probe_tokens) > PROBE_TOKENS:
        notes.append(Problem("probe_cut", "probe", {"value": len(probe_tokens), "limit": PROBE_TOKENS}))
        probe_tokens, inputs, targets = probe_tokens[:PROBE_TOKENS], inputs[:PROBE_TOKENS], targets[:PROBE_TOKENS]
    if experiment.window and len(inputs) > experiment.window:
        notes.append(Problem("probe_beyond", "probe", {"value": len(inputs), "limit": experiment.window}))
    if uneven and experiment.bidirectional:
        notes.append(Problem("padded_backward"))
    probe = Pair(vocabulary.encode(inputs), vocabulary.encode(targets))
    row = pairs.index(probe) if probe in pairs else None
    return Data(vocabulary, pairs, probe, tuple(probe_tokens), row, tuple(notes))


def cut(inputs: list[str], targets: list[str], experiment: Experiment) -> list[tuple[list[str], list[str]]]:
    """One line as training sequences: whole, or as windows of a fixed length, `stride` apart.

    A line of n tokens with next-token targets gives n - window windows at stride 1.
    """
    if not experiment.window:
        return [(inputs, targets)]
    starts = range(0, len(inputs) - experiment.window + 1, experiment.stride)
    return [(inputs[i : i + experiment.window], targets[i : i + experiment.window]) for i in starts]


def check_text(lines: list[list[str]], target_lines: list[list[str]]) -> None:
    """Whether there is anything to learn, and a target for each token if targets are given."""
    if not any(lines):
        raise LabError(Problem("text_empty", "text"))
    if only_punctuation(token for line in lines for token in line):
        raise LabError(Problem("only_punctuation", "text", {"value": shorten(" ".join(lines[0]))}))
    if not target_lines:
        return
    if len(target_lines) != len(lines):
        raise LabError(Problem("target_lines", "target", {"value": len(target_lines), "limit": len(lines)}))
    for number, (line, target) in enumerate(zip(lines, target_lines, strict=True), start=1):
        if len(line) != len(target):
            raise LabError(
                Problem("target_tokens", "target", {"line": number, "value": len(target), "limit": len(line)})
            )


def check_sizes(experiment: Experiment, pairs: list[Pair], types: int, uneven: bool) -> None:
    """Whether sizes that only the tokenized text decides fit the model and the machine."""
    longest = max(len(pair.inputs) for pair in pairs)
    if longest > SEQUENCE_TOKENS:
        raise LabError(Problem("sequence_too_long", "window", {"value": f"{longest:,}", "limit": SEQUENCE_TOKENS}))
    positions = sum(len(pair.inputs) for pair in pairs)
    if positions > POSITIONS:
        values = {"value": f"{len(pairs):,}", "steps": longest, "limit": f"{POSITIONS:,}"}
        raise LabError(Problem("too_many_windows", "stride" if experiment.window else "text", values))
    rows = min(experiment.batch, len(pairs))
    if rows * longest > STEP_TOKENS:
        values = {"value": experiment.batch, "steps": longest, "limit": STEP_TOKENS // longest}
        raise LabError(Problem("step_too_big", "batch", values))
    units = experiment.hidden * (2 if experiment.bidirectional else 1)
    if experiment.head == "none" and units != types:
        raise LabError(Problem("head_none", "head", {"value": units, "limit": types}))
    if experiment.carry and (uneven or len(pairs) > experiment.batch):
        raise LabError(Problem("carry_batch", "carry", {"value": len(pairs), "batch": experiment.batch}))
