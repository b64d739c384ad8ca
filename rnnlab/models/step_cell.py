"""The modules that train, by a cell's record: torch's own, or, of a cell that torch.nn lacks, its readable step."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from rnnlab.cells import Cell, Weights, unchanged
from rnnlab.models.cell_loop import CellLoop, Recurrent, parts, together


class StepCell(nn.Module):
    """A cell's readable step as a module that is made and called as torch's cells are, and holds weights of the same
    names, laid out and drawn as theirs. Raises ValueError for a state that does not fit.

    Readers are shown it as a class of its own, with the equations written out: `explain.cell_class`.
    """

    def __init__(
        self, cell: Cell, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh"
    ):  # fmt: skip
        super().__init__()
        self.cell, self.hidden_size, self.nonlinearity = cell, hidden_size, nonlinearity
        rows, bound = len(cell.blocks) * hidden_size, hidden_size**-0.5

        def drawn(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.weight_ih, self.weight_hh = drawn(rows, input_size), drawn(rows, hidden_size)
        self.bias_ih, self.bias_hh = (drawn(rows) if bias else torch.zeros(rows) for _ in range(2))

    def forward(self, x: Tensor, state: Recurrent | None = None) -> Recurrent:
        """x [batch, input] and the state before -> the state after, [batch, unit] each; or of one sequence [input]."""
        shape = (*x.shape[:-1], self.hidden_size)
        before = (x.new_zeros(shape),) * len(self.cell.states) if state is None else parts(state)
        if x.dim() > 2 or any(part.shape != shape for part in before):
            named = zip(("x", *self.cell.states), (x, *before), strict=True)
            raise ValueError(", ".join(f"{name} {list(part.shape)}" for name, part in named) + " do not fit")
        w = Weights(self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return together(self.cell.new_state(self.cell.step(x, before, w, self.nonlinearity, unchanged)))


def cell_class(cell: Cell) -> Callable[..., nn.Module]:
    """What makes one cell: called with input_size, hidden_size and the options of torch's classes."""
    return getattr(nn, f"{cell.class_name}Cell") if cell.in_torch else partial(StepCell, cell)


def layer_class(cell: Cell) -> Callable[..., nn.Module]:
    """What makes a layer, or several: torch's fused one, or the loop over cells that takes its place."""
    return getattr(nn, cell.class_name) if cell.in_torch else partial(CellLoop, cell_class(cell))
