"""A small picture of a preset as it opens: what its network reads, the states after it, and what it should answer."""

from dataclasses import dataclass

import numpy as np

from rnnlab.records.short_repr import ShortRepr

COLUMNS = 6  # steps of it at most
UNITS = 12  # the first of a layer
CHARACTERS = 6  # of a token


@dataclass(frozen=True)
class Column:
    """A step of the network."""

    token: str  # that it reads
    answer: str  # what it should answer then; "" where nothing is asked for
    follows: bool  # whether the step before it stands to its left; else some are left out


@dataclass(frozen=True, repr=False)
class PresetPicture(ShortRepr):
    columns: tuple[Column, ...]
    states: np.ndarray  # [column, unit] int8, of both directions side by side; 127 is the largest of these states
    directions: int
    layers: int  # the states are those of the last
    starts: tuple[int, ...]  # the columns at which networks begin
