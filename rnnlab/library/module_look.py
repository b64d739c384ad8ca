"""What `rnnlab.inspect` finds out of a module, as values: no tensor of torch's is in them."""

import html
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures.gradients import curve_figure
from rnnlab.library.card import table
from rnnlab.library.notebook import in_notebook, spoken
from rnnlab.library.tracing import NamedArray, NamedArrays
from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True)
class ModuleStage:
    """A module at work: what goes in and what comes out."""

    name: str  # as in `named_modules`; "" for the whole
    kind: str  # its class
    given: tuple[str, ...]  # a shape for each tensor, `[4, 7, 16]`; of packed sequences also their lengths
    returned: tuple[str, ...]
    calls: int  # one after the other, with these very shapes


@dataclass(frozen=True)
class LearntTensor:
    """One parameter."""

    name: str
    shape: tuple[int, ...]
    count: int  # of numbers; 0 where they are those of another one, and counted there
    trains: bool  # whether it requires a gradient
    gradient: float  # norm of the loss's derivative; nan where there is none
    same_as: str = ""  # the name of that other one


@dataclass(frozen=True, repr=False, eq=False)
class RecurrentLook(NamedArrays):
    """A recurrent module over one sequence, or over one after the other: its values by their names in the cell's
    equations. These are gates, candidates and states, with the axes layer, direction, batch, step, unit; layers and
    directions (1 reads backward) are counted from 0; nan behind the end of a shorter row.
    """

    name: str  # of the module
    kind: str  # of torch's: LSTM, GRUCell, …
    calls: int  # that follow one another: each is given the state that the one before has left
    gradients: dict[str, NamedArray]  # of each state: |dL/dh| over the units; axes layer, direction, batch, step
    difference: float  # the largest between these readable steps and torch: outputs and final states
    largest: float  # absolute value that torch gives: a difference is rounding as long as it is small beside it

    @property
    def shape(self) -> str:
        """Of the first of its values, in words."""
        return repr(next(iter(self.arrays.values()))).strip("<>")

    def plot_gradients(self, lang: str | None = None) -> go.Figure:
        """How strongly the loss depends on the states of each step, on a logarithmic axis: a line for each layer and
        direction, over all rows of the batch."""
        curves = {}
        for state, found in self.gradients.items():
            norms = np.sqrt(np.nansum(found.values**2, axis=2))  # [layer, direction, step]
            for layer, direction in np.ndindex(norms.shape[:2]):
                curves[f"{state} {layer}" + (" ←" if direction else "")] = norms[layer, direction]
        everything = np.concatenate(list(curves.values()))
        steps = [str(step) for step in range(len(next(iter(curves.values()))))]
        styles = [place % 6 for place in range(len(curves))]
        return in_notebook(curve_figure(curves, everything, steps, spoken(lang), styles))

    def __repr__(self) -> str:
        said = f"{self.kind}, {self.shape} of {', '.join(self)}, {self.difference:.1e} from torch"
        return f"<{self.name or 'RecurrentLook'}: {said}>"


@dataclass(frozen=True, repr=False)
class ModuleLook(ShortRepr):
    """A module over a batch. `print` it, or let a notebook show it."""

    stages: tuple[ModuleStage, ...]  # in the order in which they begin
    parameters: tuple[LearntTensor, ...]
    recurrent: tuple[RecurrentLook, ...]  # in the order in which they begin
    loss: float  # nan where nothing that is returned can be derived
    difference: float  # the largest between what the module returns and what it returns with the readable steps in it

    def __getitem__(self, name: str) -> RecurrentLook:
        """The first one of this module."""
        found = next((one for one in self.recurrent if one.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def tables(self) -> tuple[list[list[str]], ...]:
        """Stages, parameters and recurrent modules as rows of cells."""
        stages = [
            [one.name or "·", one.kind, " ".join(one.given), "→", " ".join(one.returned)]
            + ([f"×{one.calls}"] if one.calls > 1 else [])
            for one in self.stages
        ]
        learnt = [
            [one.name, str(list(one.shape)), f"= {one.same_as}" if one.same_as else f"{one.count:,}"]
            + ([f"∇ {one.gradient:.3g}"] if np.isfinite(one.gradient) else [])
            for one in self.parameters
        ]
        learnt.append(["Σ", "", f"{sum(one.count for one in self.parameters):,}"])
        recurrent = [
            [one.name or "·", one.kind, ", ".join(one), one.shape, f"Δ {one.difference:.1e}"] for one in self.recurrent
        ]
        return stages, learnt, recurrent

    def __str__(self) -> str:
        return "\n\n".join("\n".join(aligned(rows)) for rows in self.tables())

    def _repr_html_(self) -> str:
        return "".join(table([[html.escape(cell) for cell in row] for row in rows]) for rows in self.tables())


def aligned(rows: list[list[str]]) -> list[str]:
    """Cells under one another."""
    widths = [max((len(row[place]) for row in rows if place < len(row)), default=0) for place in range(6)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
