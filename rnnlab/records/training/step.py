"""One step of training, move by move."""

from dataclasses import dataclass

from rnnlab.records.short_repr import ShortRepr

Shape = tuple[int, ...]


@dataclass(frozen=True)
class TensorFacts:
    """What a tensor is, without its numbers."""

    shape: Shape
    dtype: str  # as torch writes it, without its name in front: float32, int64


@dataclass(frozen=True, repr=False)
class ParameterStep(ShortRepr):
    """One tensor that is learnt, in one step of training. All but its shape are norms over its elements, or so said."""

    name: str  # as in the program
    shape: Shape
    left: float  # of the gradient that lay there before zero_grad
    gradient: float  # of that after backward
    clipped: float  # and after clipping, where there is some
    before: float  # of the weights
    after: float  # of the weights after step
    change: float  # the largest change of an element
    recorded: float  # the largest that the run itself made in the epoch that follows; nan where that is not recorded


@dataclass(frozen=True, repr=False)
class Stage(ShortRepr):
    """A tensor of the forward pass."""

    name: str  # as `TensorShape` has it
    facts: TensorFacts
    low: float  # its smallest number, and its largest
    high: float
    requires_grad: bool


@dataclass(frozen=True, repr=False)
class Position(ShortRepr):
    """One target of the first sequence."""

    target: float  # a class, or a number
    best: float  # the most probable class, or the number that is said
    probability: float  # of the target; nan of a number
    loss: float  # -log of that; of a number the squared error
    weight: float  # of its class; 1 where classes are not weighed


@dataclass(frozen=True, repr=False)
class OneWeight(ShortRepr):
    """The element whose gradient is the largest."""

    name: str
    place: Shape
    gradient: float  # after clipping, where there is some
    before: float
    after: float


@dataclass(frozen=True, repr=False)
class TrainingStep(ShortRepr):
    """One step of training on the first batch, taken apart."""

    whole: bool  # whether that is all of the batch, or its beginning
    stages: tuple[Stage, ...]  # from ids to logits
    count: int  # targets that are none of padding
    weight: float  # what the mean of their losses is divided by
    positions: tuple[Position, ...]
    loss: float
    left: float  # norm of all gradients before zero_grad
    unzeroed: float  # what backward would have come to without it
    norm: float  # what it comes to with it
    clipped: float
    parameters: tuple[ParameterStep, ...]
    one: OneWeight
    loss_after: float  # of the same batch, with the weights after step
