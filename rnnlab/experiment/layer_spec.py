"""LayerSpec: every argument of a recurrent layer or cell, such as nn.GRU or nn.GRUCell, with the input it is given.

Without torch: what can be said of shapes and counts by arithmetic alone. `inspection.layers` builds the module and
measures; the tests hold the two against each other.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal

from rnnlab.cells import CELLS, Cell
from rnnlab.experiment.limits import STEP_TOKENS, TYPES
from rnnlab.experiment.record import Experiment
from rnnlab.i18n import LabError, Problem, numeral, shorten

# The classes: of torch.nn, or, of a cell that it lacks, of a program that the page shows
KINDS = tuple(cell.class_name + end for end in ("", "Cell") for cell in CELLS.values())
BY_CLASS = {cell.class_name: cell for cell in CELLS.values()}
NONLINEARITIES = ("tanh", "relu")
BOUNDS: dict[str, tuple[float, float]] = {
    "input_size": (1, TYPES),
    "hidden_size": (1, 256),
    "num_layers": (1, 3),
    "dropout": (0.0, 0.9),
    "batch_size": (1, 256),
    "steps": (1, 512),
}
WEIGHTS = 5_000_000  # parameters of a module that is built
WORK = 1e10  # steps x sequences x parameters: about a second of computing

# What a preset teaches and no experiment can say: the run itself is always batch_first, and starts from zeros.
PRESETS: dict[str, dict[str, Any]] = {
    "layer-shapes": {"batch_first": False},
    "two-layers": {"batch_first": False, "given": True},
    "rnn-arguments": {"batch_first": False},
}


@dataclass(frozen=True)
class LayerSpec:
    """A recurrent module and its input. Raises `LabError` with every problem found.

    Fields that a module has no argument for keep their value and have no effect: see `idle`.
    """

    kind: str = "RNN"  # one of KINDS
    input_size: int = 4
    hidden_size: int = 2
    num_layers: int = 1
    nonlinearity: Literal["tanh", "relu"] = "tanh"
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0  # between layers
    bidirectional: bool = False
    batched: bool = True  # False: one sequence, without the axis that counts sequences
    batch_size: int = 1
    steps: int = 3
    given: bool = False  # whether the first state is handed over; else torch starts from zeros

    def __post_init__(self) -> None:
        problems = [problem for field in fields(self) if (problem := self.problem(field.name, field.default))]
        if not problems and self.batched and self.batch_size * self.steps > STEP_TOKENS:
            values = {"value": numeral(self.batch_size * self.steps), "limit": numeral(STEP_TOKENS)}
            problems = [Problem("layer_tokens", "batch_size", values)]
        if problems:
            raise LabError(*problems)

    def problem(self, name: str, default: object) -> Problem | None:
        """What is wrong with one field by itself."""
        value = getattr(self, name)
        choices = {"kind": KINDS, "nonlinearity": NONLINEARITIES}.get(name)
        if choices:
            wrong = not isinstance(value, str) or value not in choices
            return Problem("choice", name, {"value": shorten(value), "choices": ", ".join(choices)}) if wrong else None
        if isinstance(default, bool):
            return None if isinstance(value, bool) else Problem("yes_no", name, {"value": shorten(value)})
        low, high = BOUNDS[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and low <= value <= high and (isinstance(default, float) or isinstance(value, int)):
            return None  # nan fails the comparison
        return Problem("bounds", name, {"value": shorten(value), "low": numeral(low), "high": numeral(high)})

    # What the module makes of it

    @property
    def is_cell(self) -> bool:
        return self.kind.endswith("Cell")

    @property
    def cell(self) -> Cell:
        return BY_CLASS[self.kind.removesuffix("Cell")]

    @property
    def has_memory(self) -> bool:
        """Whether there is a cell state c beside the hidden state h."""
        return self.cell.has_memory

    @property
    def gates(self) -> tuple[str, ...]:
        """What is stacked along a weight's first axis, in torch's order."""
        return self.cell.blocks

    @property
    def layers(self) -> int:
        return 1 if self.is_cell else self.num_layers

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional and not self.is_cell else 1

    @property
    def sequences(self) -> int:
        return self.batch_size if self.batched else 1

    @property
    def leads_with_batch(self) -> bool:
        """Whether the batch really is the first axis of input and output."""
        return self.batch_first and self.batched and not self.is_cell

    # Shapes

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of what the module is called with: a cell reads one step."""
        if self.is_cell:
            return (self.batch_size, self.input_size) if self.batched else (self.input_size,)
        if not self.batched:
            return (self.steps, self.input_size)
        first = (self.batch_size, self.steps) if self.batch_first else (self.steps, self.batch_size)
        return (*first, self.input_size)

    @property
    def state_shape(self) -> tuple[int, ...]:
        """Of h_0, c_0, h_n and c_n. batch_first does not turn them."""
        lead = () if self.is_cell else (self.layers * self.directions,)
        return (*lead, *((self.batch_size,) if self.batched else ()), self.hidden_size)

    @property
    def input_axes(self) -> tuple[str, ...]:
        first = () if self.is_cell else ("step",)
        if self.batched:
            first = ("batch", *first) if self.leads_with_batch else (*first, "batch")
        return (*first, "input")

    @property
    def output_axes(self) -> tuple[str, ...]:
        return (*self.input_axes[:-1], "direction_unit" if self.directions == 2 else "unit")

    @property
    def state_axes(self) -> tuple[str, ...]:
        lead = () if self.is_cell else ("layer_direction" if self.directions == 2 else "layer",)
        return (*lead, *(("batch",) if self.batched else ()), "unit")


def idle(name: str, s: LayerSpec) -> bool:
    """Whether a field has no effect, given the others."""
    return {
        "num_layers": s.is_cell,
        "nonlinearity": not s.cell.takes_nonlinearity,
        "batch_first": s.is_cell or not s.batched,
        "dropout": s.layers == 1,
        "bidirectional": s.is_cell,
        "batch_size": not s.batched,
    }.get(name, False)


def of_run(e: Experiment, classes: int, batch: int, steps: int) -> LayerSpec:
    """The recurrent part of an experiment, at the sizes of its first training batch."""
    settings: dict[str, Any] = {
        "kind": CELLS[e.cell].class_name + ("Cell" if e.impl == "cell" else ""),
        "input_size": 1 if e.reads_numbers else e.embed if e.embeds else classes,
        "hidden_size": e.hidden,
        "num_layers": e.layers,
        "nonlinearity": e.nonlinearity,
        "batch_first": True,
        "dropout": e.dropout,
        "bidirectional": e.bidirectional,
        "batch_size": batch,
        "steps": steps,
    }
    return LayerSpec(**settings | PRESETS.get(e.preset, {}))


# How many parameters


def widths(s: LayerSpec) -> list[int]:
    """What each layer reads: the input, then both directions of the layer below."""
    return [s.input_size] + [s.directions * s.hidden_size] * (s.layers - 1)


def parameter_count(s: LayerSpec) -> int:
    """directions x gates x H x (what the layer reads + H + two biases), summed over the layers."""
    biases = 2 if s.bias else 0
    return sum(s.directions * len(s.gates) * s.hidden_size * (width + s.hidden_size + biases) for width in widths(s))


def ends(s: LayerSpec) -> tuple[tuple[int, int, int], ...]:
    """Where a layer's output must hold what h_n holds, as (row of h_n, step, direction): of the last layer the forward
    half at the last step, the backward half at the first."""
    first = (s.layers - 1) * s.directions
    return ((first, s.steps - 1, 0), (first + 1, 0, 1))[: s.directions]
