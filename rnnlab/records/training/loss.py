"""What goes into a loss, and what torch makes of other things."""

from dataclasses import dataclass

from rnnlab.records.short_repr import ShortRepr
from rnnlab.records.training.step import Shape, TensorFacts


@dataclass(frozen=True, repr=False)
class LossTrial(ShortRepr):
    """What torch made of something given to the loss."""

    name: str
    error: str = ""  # its own words, where it refused
    value: float = 0.0  # else what came out


@dataclass(frozen=True, repr=False)
class Maximum(ShortRepr):
    """argmax over one axis of the logits."""

    dim: int
    shape: Shape
    first: tuple[int, ...]  # the first numbers of it


@dataclass(frozen=True, repr=False)
class LossShapes(ShortRepr):
    """What goes into the loss of the first batch, and what torch makes of other things."""

    logits: TensorFacts
    targets: TensorFacts
    flat_logits: TensorFacts
    flat_targets: TensorFacts
    padding: int  # targets that are none
    trials: tuple[LossTrial, ...]
    maxima: tuple[Maximum, ...]
