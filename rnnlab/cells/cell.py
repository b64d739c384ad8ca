"""Cell: the one record of all that the lab knows of a recurrent cell. One file beside this makes one of them.

Shapes: x [batch, input], h and c [batch, unit]; no value has a unit of measure. torch's conventions hold: two biases,
and a cell's weights as blocks of `hidden` rows, one below the other. A tensor is torch's; nothing here imports it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rnnlab.cells.drawing import Drawing
from rnnlab.cells.expression import Expression, Function

Tensor = Any
State = tuple[Tensor, ...]  # (h,), or (h, c)
Values = dict[str, Tensor]  # name -> [batch, unit], in the order of computation; states are the new ones
Hook = Callable[[str, Tensor], Tensor]
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@dataclass(frozen=True)
class Weights:
    """What one layer and direction has learnt, in torch's layout."""

    weight_ih: Tensor  # [block x unit, input]
    weight_hh: Tensor  # [block x unit, unit]
    bias_ih: Tensor  # [block x unit]
    bias_hh: Tensor  # [block x unit]


def unchanged(_: str, value: Tensor) -> Tensor:
    """The hook that leaves every value as it is."""
    return value


class Step(Protocol):
    """One readable step: what the lab explains with, and checks against what trained.

    Every named value passes through `hook(name, value)` as soon as it is there, and what that returns goes on: this is
    how a value is overwritten to see what depends on it. `nonlinearity` matters to a cell that leaves the choice.
    """

    def __call__(self, x: Tensor, state: State, w: Weights, nonlinearity: str, hook: Hook) -> Values: ...


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A recurrent cell. Its `equations` and its `step` say the same twice, once to be written and once to be run."""

    name: str  # the value of `Experiment.cell`, and of a link's `cell`
    class_name: str  # of its layer; that of the cell itself ends in "Cell"
    in_torch: bool = True  # whether torch.nn has classes of that name
    states: tuple[str, ...] = ("h",)  # what is handed on from step to step: h, or h and c
    blocks: tuple[str, ...]  # of the rows of its weights, in torch's order
    equations: Mapping[str, Expression]  # of every value of a step, in the order of computation
    parts: Mapping[str, Expression] = field(default_factory=dict)  # of equations, shown as strips of their own
    step: Step
    drawing: Drawing

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.equations)

    @property
    def gates(self) -> tuple[str, ...]:
        """The values that are sigmoids, between 0 and 1."""
        return tuple(n for n, e in self.equations.items() if isinstance(e, Function) and e.name == "sigmoid")

    @property
    def has_memory(self) -> bool:
        """Whether there is a cell state c beside the hidden state h."""
        return "c" in self.states

    @property
    def takes_nonlinearity(self) -> bool:
        """Whether its state goes through tanh or ReLU, as the reader chooses."""
        return any(isinstance(e, Function) and e.name == "squash" for e in self.equations.values())

    def new_state(self, values: Values) -> State:
        """What a step hands on."""
        return tuple(values[name] for name in self.states)
