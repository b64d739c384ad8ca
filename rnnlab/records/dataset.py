"""What the Data page shows of the data at hand: values that travel from the worker to it."""

from dataclasses import dataclass

from rnnlab.i18n import Problem
from rnnlab.records.short_repr import ShortRepr

ROWS = 8  # that one look holds
TOKENS = 48  # of each side of a row


@dataclass(frozen=True, repr=False)
class RowLook(ShortRepr):
    """One sequence and what is to be predicted of it, as tokens; of long ones the beginning."""

    number: int  # counted from 1 among the sequences of its kind
    inputs: tuple[str, ...]
    unknown: tuple[int, ...]  # places in `inputs` of tokens that the vocabulary does not hold
    targets: tuple[str, ...]  # one for all, one a token, or a sequence of its own
    truncated: bool  # whether either side has more tokens than are shown


@dataclass(frozen=True, repr=False)
class DataLook(ShortRepr):
    """The data of an experiment, with some of its rows."""

    rows: tuple[RowLook, ...]
    trained_count: int  # sequences trained on
    held_out_count: int  # sequences only tested on
    types: int  # distinct tokens of what is trained on, special ones left out; 0 where numbers are read
    class_counts: dict[str, tuple[int, int]]  # label or tag -> how often trained on, how often held out; empty where a
    # text is written; most frequent first
    notes: tuple[Problem, ...]  # what was left out or cut
