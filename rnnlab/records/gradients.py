"""What `inspection.gradients` finds out, as values that a page can hold: no torch here."""

from dataclasses import dataclass

import numpy as np

from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True)
class Choice:
    """Which states are asked about, and for whose sake; all counted from 0."""

    layer: int
    direction: int  # 1: backward
    target: int  # the step t whose loss L_t is derived


@dataclass(frozen=True, repr=False)
class ThroughTime(ShortRepr):
    """How the loss of each step of the chain depends on every state, at one epoch."""

    losses: np.ndarray  # [target step] L_t; nan where nothing is predicted
    classes: np.ndarray  # int64 [target step] whose loss it is: the right one, or the likeliest; -1 there
    norms: dict[str, np.ndarray]  # for each of `Cell.states`: [target step, step], |dL_t/dh_k| over the units; float64
    unread: np.ndarray  # bool [target step, step]: what this layer and direction has not read when it predicts at t


@dataclass(frozen=True, repr=False)
class OverEpochs(ShortRepr):
    """The same for one target step, at many epochs."""

    epochs: tuple[int, ...]
    losses: np.ndarray  # [epoch]
    norms: dict[str, np.ndarray]  # for each of `Cell.states`: [epoch, step]


@dataclass(frozen=True, repr=False)
class Parameter(ShortRepr):
    """One tensor that is learnt, by torch's own name for it."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Check(ShortRepr):
    """One weight's gradient, found in two ways, in float64."""

    name: str
    place: tuple[int, ...]  # the entry, an index for each axis, from 0
    weight: float
    step: float  # how far the weight was moved to either side
    above: float  # the loss with the weight moved up
    below: float  # and down
    loss: float  # and where it is
    autograd: float
    difference: float  # (above - below) / (2 step)
    relative_error: float  # |autograd - difference| by the larger of the two; 0 where both are 0
