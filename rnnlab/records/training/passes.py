"""Passes over the same batch, one after the other: with a state carried over, and in either mode."""

from dataclasses import dataclass

from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class CarryTrial(ShortRepr):
    """Two passes in a row, the second from the state that the first ended with."""

    way: str  # detached, kept, retained
    first: float  # the losses
    second: float
    error: str = ""  # of the second backward


@dataclass(frozen=True, repr=False)
class ModeCall(ShortRepr):
    """The same sentence through the same network, once more."""

    training: bool
    recorded: bool  # whether outside of no_grad
    probabilities: tuple[float, ...]  # of `Modes.classes`
    requires_grad: bool
    grad_fn: bool  # whether there is one


@dataclass(frozen=True, repr=False)
class Modes(ShortRepr):
    """What train(), eval() and no_grad() change: twice, twice, and once."""

    shares: dict[str, float]  # field -> share that is dropped while it trains, where any is
    own: bool  # whether the experiment itself drops them
    classes: tuple[int, ...]  # the most probable ones at the last step, in evaluation mode
    calls: tuple[ModeCall, ...]
