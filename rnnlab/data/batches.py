"""From an experiment's text to padded batches of ids and targets: what all tasks share, and the task `next`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from rnnlab.i18n import Problem
from rnnlab.records.history import HELD_OUT_LINES
from rnnlab.records.opening import NumberColumn, Part
from rnnlab.records.short_repr import ShortRepr
from rnnlab.text import Vocabulary

NO_TARGET = -100  # torch's own ignore_index: such a position counts in no loss
# Special tokens, and their ids where a task has them: <unk> among what is read, <bos> and <eos> among what is written.
PAD, UNK, BOS, EOS = "<pad>", "<unk>", "<bos>", "<eos>"
PAD_ID, UNK_ID, BOS_ID, EOS_ID = 0, 1, 1, 2


@dataclass(frozen=True, repr=False)
class Pair(ShortRepr):
    """One sequence: the ids that are read, and the classes to predict: one for each, one for all, or other ones. Of a
    column of numbers these themselves, standardised."""

    inputs: list[Any]
    targets: list[Any]


@dataclass(frozen=True, repr=False)
class Batch(ShortRepr):
    """Several sequences of one optimizer step, padded at their ends to the longest."""

    ids: Tensor  # [batch, step] int64; float32 where numbers are read
    lengths: Tensor  # [batch] int64: what is no padding; on the CPU
    targets: Tensor  # [batch, target] int64, NO_TARGET on padding; float32 where numbers are predicted
    count: int  # targets that are none of padding
    class_weights: Tensor | None = None  # [class] float32: what the loss of each counts for; None: all the same
    weight: float = 0.0  # what the mean of its losses is divided by: of these targets the weights, or how many

    def to(self, device: torch.device) -> "Batch":
        """The same there; but lengths stay on the CPU, where torch wants them to pack sequences."""
        weights = None if self.class_weights is None else self.class_weights.to(device)
        return replace(self, ids=self.ids.to(device), targets=self.targets.to(device), class_weights=weights)


@dataclass(frozen=True, repr=False)
class Data(ShortRepr):
    """An experiment's text, ready to train on."""

    vocabulary: Vocabulary  # of what is read
    classes: Vocabulary  # of what is predicted
    pairs: list[Pair]  # the sequences trained on
    probe: Pair  # the watched line, whole, up to PROBE_TOKENS; its targets NO_TARGET where they are not known
    probe_tokens: tuple[str, ...]
    probe_row: int | None  # the index in `pairs` of that very sequence; None where it is not among them
    notes: tuple[Problem, ...]
    step_targets: tuple[int, ...]  # [step] the class to predict after each step of the probe, NO_TARGET for none
    parts: tuple[Part, ...]  # which recurrent network takes which of these steps
    held: list[Pair] = field(default_factory=list)  # the sequences that are only tested on
    held_tokens: tuple[tuple[str, ...], ...] = ()  # as read, unknown words included: to be shown
    examined: int = HELD_OUT_LINES  # of these the ones that every frame is about, at most
    column: NumberColumn | None = None  # where numbers are read and predicted: then both vocabularies are empty
    class_weights: Tensor | None = None  # as a batch has them

    @property
    def tested(self) -> int:
        """How many sequences, or numbers of a column, are only tested on."""
        return len(self.held) if self.column is None else self.column.held

    def batches(self, size: int, order: Sequence[int], held: bool = False) -> Iterator[Batch]:
        """The sequences in this order, `size` a batch; the last batch may be shorter."""
        pairs = self.held if held else self.pairs
        for start in range(0, len(order), size):
            yield batch_of([pairs[i] for i in order[start : start + size]], self.class_weights)


def batch_of(pairs: Sequence[Pair], class_weights: Tensor | None = None) -> Batch:
    ids = [pair.inputs for pair in pairs]
    targets = [pair.targets for pair in pairs]
    real = [id for target in targets for id in target if id != NO_TARGET]
    lengths, weight = torch.tensor([len(row) for row in ids]), float(len(real))
    if class_weights is not None:
        weight = class_weights[real].sum().item()
    return Batch(padded(ids, PAD_ID), lengths, padded(targets, NO_TARGET), len(real), class_weights, weight)


def padded(rows: list[list[Any]], filler: int) -> Tensor:
    """Rows of different lengths as one tensor, filled up at their ends: [row, longest]."""
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])
