"""What the Text page shows of embeddings, windows, batches and packing: values that travel from the worker to it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnlab.explain.source_lines import FewItems, SourceLines
from rnnlab.records.short_repr import ShortRepr

# What one look holds, at most
SEQUENCES = 24  # of a text, listed
BATCHES = 12  # of an epoch, listed besides the last
EPOCHS = 100  # whose order may be asked for: each is one permutation more
LOADED = 3  # batches that are shown whole
NUMBERED = 12  # sequences of an epoch whose order is shown
LINES = 8  # through a layer: padded, packed and alone

TargetKind = Literal["next", "each", "one", "other"]


@dataclass(frozen=True, repr=False)
class Plane(ShortRepr):
    """The embedding rows in two dimensions, on axes that stay where they are from epoch to epoch."""

    points: np.ndarray  # float32 [id, 2], specials left out
    explained: float  # share of the variance that these two axes keep at the epoch shown; nan where nothing varies
    explained_newest: float  # likewise at the newest epoch, to which the axes are fitted
    limit: float  # no point of the epochs that were asked for lies farther out on either axis


@dataclass(frozen=True)
class Neighbour:
    id: int
    cosine: float


@dataclass(frozen=True, repr=False)
class Sequence(ShortRepr):
    """One pair (x, y) of the data."""

    number: int  # counted from 1, in the order of the text
    inputs: tuple[float, ...]  # ids; or numbers, standardised
    targets: tuple[float, ...]


@dataclass(frozen=True, repr=False)
class BatchOrder(ShortRepr):
    """Which sequences stand in which batch of one epoch, in the order of training."""

    batches: tuple[tuple[int, ...], ...]  # numbers of sequences, counted from 1; the first batches, and the last
    left_out: int  # how many batches before the last are not listed


@dataclass(frozen=True, repr=False)
class Reading(ShortRepr):
    """What an epoch reads: the sequences, and the batches they come in."""

    tokens: dict[float, str]  # of the inputs' ids below; or each number as the column has it
    classes: dict[float, str]  # of the targets' ids
    target_kind: (
        TargetKind  # what a target is: the next token, a class for each token, one for all, or another sequence
    )
    held_out_count: int  # sequences that are only tested on: none of those below
    sequences: tuple[Sequence, ...]  # the first ones
    count: int  # of all
    batches: int  # an epoch
    last_batch_size: int  # how many sequences the last batch has, where that is fewer than `batch`; else 0
    as_written: BatchOrder
    shuffled: BatchOrder  # in the epoch that was asked for, under the experiment's seed


@dataclass(frozen=True, repr=False)
class ShownBatch(ShortRepr):
    """One batch, as collate makes it."""

    numbers: tuple[int, ...]  # of its sequences, counted from 0 as a Dataset counts
    ids: tuple[tuple[int, ...], ...]  # [batch, step], padded
    lengths: tuple[int, ...]
    targets: tuple[tuple[int, ...], ...]  # [batch, target], padded


@dataclass(frozen=True, repr=False)
class LoaderLook(ShortRepr):
    """The data of an experiment as a Dataset, and the first epoch that its DataLoader reads."""

    source: SourceLines
    tokens: dict[int, str]  # of the ids that are shown
    classes: dict[int, str]
    count: int  # len(dataset)
    first: tuple[tuple[int, ...], tuple[int, ...]]  # dataset[0]
    batches: tuple[ShownBatch, ...]  # the first ones of the first epoch
    order: tuple[int, ...]  # the order of that epoch, or its beginning
    other_order: tuple[int, ...]  # what shuffle=True would draw with a generator of the same seed
    batch_counts: tuple[int, int]  # with drop_last off, and on
    left_out: tuple[int, ...]  # what drop_last would not read in that epoch
    cells: int  # without any padding
    padding: dict[str, int]  # cells of padding an epoch by what is padded to: "batch", "all", and "max_length"
    endless: FewItems


@dataclass(frozen=True, repr=False)
class Packing(ShortRepr):
    """A few sequences as one padded batch and as a PackedSequence, and the state that each way ends in.

    A final state is h_n, and c_n of an LSTM, of all layers and directions; `hidden` is the last layer's h_n."""

    tokens: dict[int, str]  # of the ids below
    numbers: tuple[int, ...]  # the sequences, counted from 1
    ids: np.ndarray  # int64 [batch, step], padded
    mask: np.ndarray  # bool [batch, step]: what is no padding
    lengths: np.ndarray  # int64 [batch]
    data: np.ndarray  # int64 [position]: the ids, as packed
    origin: np.ndarray  # int64 [position, 2]: the row and the step of the padded batch that each came from
    batch_sizes: np.ndarray  # int64 [step]
    sorted_indices: np.ndarray  # int64 [batch]
    unsorted_indices: np.ndarray  # int64 [batch]
    hidden: dict[str, np.ndarray]  # "alone", "padded", "packed": float32 [batch, direction x unit]
    differences: dict[str, np.ndarray]  # "padded", "packed": [batch], largest from the final state of the line alone
    labels: tuple[str, ...]  # where a sequence has one class: all classes; else none
    right: np.ndarray  # int64 [batch]: which of them each sequence has
    probabilities: dict[str, np.ndarray]  # then, of each way: [batch, class], the probabilities that the model gives
    log_odds: dict[str, np.ndarray]  # [batch], log p - log (1 - p) of the right class


@dataclass(frozen=True, repr=False)
class WordBoxes(ShortRepr):
    """A few sentences as the input of a recurrent layer."""

    sentences: tuple[tuple[str, ...], ...]
    unknown: tuple[str, ...]  # tokens that the network reads as `<unk>`
    piece: bool  # whether the second sentence is a piece of the first, for there is no other
    cut: bool  # whether a sentence of the text is longer than what is shown of it
    x: np.ndarray  # float32 [step, batch, input]; zeros where a sentence has ended
