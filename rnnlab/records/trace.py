"""What a network did with one sentence, as values that a page can hold: no torch here. Made by `inspection.trace`."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnlab.cells import CELLS
from rnnlab.records.opening import Opening, Part, Place
from rnnlab.records.short_repr import ShortRepr

LARGEST = 1e6  # of a number that may be put in: far beyond anything trained, and no sum of such overflows

InterventionKind = Literal["input", "token", "state", "gate", "off", "weight"]


@dataclass(frozen=True)
class Intervention:
    """One thing changed on purpose, to see what depends on it.

    | kind   | what is set to `value`                      | where                                                    |
    |--------|---------------------------------------------|----------------------------------------------------------|
    | input  | x_t of the first layer                      | `step`; `unit` is the entry, None for all                |
    | token  | x_t becomes that of another vocabulary id   | `step`; `value` is the id                                |
    | state  | h_0 or c_0: `name` is "h" or "c"            | `layer`, `direction`; `unit`, None for all               |
    | gate   | a gate or candidate: `name` of `Cell.values`| `layer`, `direction`; `step`, `unit`, None for all       |
    | off    | h of one unit, to 0 at every step           | `layer`, `direction`, `unit`                             |
    | weight | an entry of a weight: `name` of WEIGHTS     | `layer`, `direction`; `unit` is the row, `column` (None: |
    |        |                                             | a bias has none)                                         |
    """

    kind: InterventionKind
    value: float = 0.0
    name: str = ""
    layer: int = 0
    direction: int = 0
    step: int | None = None  # of the part's own steps, from 0
    unit: int | None = None
    column: int | None = None
    part: str = "network"  # the `name` of a `history.Part`

    @property
    def place(self) -> Place:
        return Place(self.part, self.layer, self.direction)


@dataclass(frozen=True, repr=False)
class PartTrace(ShortRepr):
    """One part of a network over the probe, seen at one layer and direction. All float32 but `top`."""

    x: np.ndarray  # [step, input]: what that layer reads: embedding rows, one-hot vectors, or the layer below
    features: np.ndarray  # [step, input]: what the first layer reads; `x` itself where that is looked at
    initial: dict[str, np.ndarray]  # of each of `Cell.states`: [unit]
    values: dict[str, np.ndarray]  # the names of `Cell.values`: [step, unit] each, in the order of the sentence
    weights: dict[str, np.ndarray]  # the names of WEIGHTS: [row, column], or [row]
    hidden: np.ndarray  # [layer, direction, step, unit]: h of every layer
    top_classes: (
        np.ndarray
    )  # [step, rank] int32: the likeliest classes, best first; -1 where this part predicts nothing
    top_probabilities: np.ndarray  # [step, rank]: theirs; nan there
    target_probability: np.ndarray  # [step]: probability of the right class; nan where there is none
    predicted: np.ndarray | None  # [step]: numbers, in the column's units; None where it is classes
    attention: np.ndarray | None  # [step, source]: how much each step of the encoder counts; None without attention
    encoded: np.ndarray | None  # [source, unit]: what these weights sum up to the second half of `features`


@dataclass(frozen=True)
class TextbookWays:
    """What changes where a cell is written as textbooks do: largest differences over all steps and layers."""

    one_bias: float  # of any hidden state, with the sum of both biases in the place of two, where textbooks have one
    every_bias: float | None  # likewise in every block; None where textbooks have one in every block
    one_matrix: float  # of any sum, with one matrix over [h; x] in the place of two
    largest: float  # hidden state


@dataclass(frozen=True, repr=False)
class TraceResult(ShortRepr):
    """The inside of one part, layer and direction: as it is, and with something changed."""

    original: PartTrace
    changed: PartTrace | None  # None where nothing was changed
    difference: float  # largest absolute one between `original` and torch: the output, and every layer's final state
    largest: float  # absolute value among what was compared: a difference is rounding as long as it is small beside it


@dataclass(frozen=True, repr=False)
class Implementation(ShortRepr):
    """One way of writing the same recurrent network, run over the steps of the probe that it takes."""

    name: str  # steps, concat, cell, layer
    hidden: np.ndarray  # [step, direction x unit]: the last layer's output
    seconds: float  # of computing, for this sentence


# What can be said of a part from what is known of a run: which tokens it reads, and as vectors of which size


def part_at(o: Opening, step: int | None) -> Part:
    """The part that takes a step of the chain; the one that predicts, where none is chosen or none takes it."""
    return next((part for part in o.parts if step is not None and part.start <= step < part.stop), o.parts[-1])


def places_of(o: Opening) -> dict[str, Place]:
    """All places in a model by their names, in the order in which they are computed."""
    e = o.experiment
    found = [
        Place(part.name, layer, direction)
        for part in o.parts
        for layer in range(e.layers)
        for direction in range(e.directions)
    ]
    return {str(place): place for place in found}


def top_place(o: Opening) -> Place:
    """The last layer of the part that predicts, forward: where a look begins."""
    return Place(o.parts[-1].name, o.experiment.layers - 1)


def part_named(o: Opening, name: str) -> Part:
    return next(part for part in o.parts if part.name == name)


def vocabulary_of(o: Opening, part: Part) -> tuple[str, ...]:
    """The tokens of a part's ids."""
    return o.classes if part.name == "decoder" else o.vocabulary


def token_width(o: Opening, part: Part) -> int:
    """The size of what the token alone gives a part's first layer."""
    if o.column is not None:
        return 1
    return o.experiment.embed if o.experiment.embeds else len(vocabulary_of(o, part))


def context_width(o: Opening, part: Part) -> int:
    """The size of what attention gives its first layer besides."""
    return o.experiment.hidden if part.name == "decoder" and o.experiment.attention != "none" else 0


def embedding_bytes(o: Opening, part: Part) -> slice:
    """Where a part's embedding lies among recorded weights, in bytes: first of all, or, of a decoder, behind all of the
    encoder's."""
    e = o.experiment
    start = 0
    if part.start:
        reads = [e.embed, *[e.hidden] * (e.layers - 1)]  # what each layer of the encoder reads
        blocks = len(CELLS[e.cell].blocks)
        start = len(o.vocabulary) * e.embed + sum(blocks * e.hidden * (inputs + e.hidden + 2) for inputs in reads)
    return slice(4 * start, 4 * (start + len(vocabulary_of(o, part)) * e.embed))
