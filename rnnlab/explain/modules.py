"""A cell's module as a program: the class of one that torch.nn lacks, and the loop that makes a layer of it."""

import ast
from functools import cache

from rnnlab import ROOT
from rnnlab.cells import WEIGHTS, Cell
from rnnlab.cells.expression import with_nonlinearity
from rnnlab.explain.notation import Notation, subscript

CLASS = '''\
class {name}(nn.Module):
    """One step, with weights laid out and drawn as torch does for its own cells."""

    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.hidden_size, bound = hidden_size, hidden_size**-0.5

        def drawn(*shape):
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        rows = {rows}
        self.weight_ih, self.weight_hh = drawn(rows, input_size), drawn(rows, hidden_size)
        self.bias_ih, self.bias_hh = (drawn(rows) if bias else torch.zeros(rows) for _ in range(2))

    def forward(self, x, state=None):
        shape = (*x.shape[:-1], self.hidden_size)
        {state} = {zeros} if state is None else state
        if x.dim() > 2 or {misfit}:
            raise ValueError(f"{sizes} do not fit")
        {blocks}
        {equations}
        return {state}
'''


def step_lines(cell: Cell, nonlinearity: str, x: str) -> list[str]:
    """Assignments that take a program from the input `x` and the state before to the state after."""
    equations = with_nonlinearity(cell.equations, nonlinearity)
    return [f"{name} = {Notation(x).write(e)}" for name, e in equations.items()]


def block_lines(cell: Cell, weights: tuple[str, ...]) -> list[str]:
    """Assignments that cut `weights`, a program's names for those of `WEIGHTS`, into the blocks that equations name."""
    lines = []
    for name, given in zip(WEIGHTS, weights, strict=True):
        letter, side = "W" if name.startswith("weight") else "b", name[-2:]
        cut = ", ".join(f"{letter}_{subscript(side, block)}" for block in cell.blocks)
        if cut != given:
            lines.append(f"{cut} = {given}" + (f".chunk({len(cell.blocks)})" if len(cell.blocks) > 1 else ""))
    return lines


def cell_class(cell: Cell, nonlinearity: str = "tanh") -> str:
    """The class of one cell, which gives to the bit what the lab's own module for it gives."""
    zeros = ", ".join("x.new_zeros(shape)" for _ in cell.states)
    return CLASS.format(
        name=f"{cell.class_name}Cell",
        rows=f"{len(cell.blocks)} * hidden_size" if len(cell.blocks) > 1 else "hidden_size",
        state=", ".join(cell.states),
        zeros=f"({zeros})" if len(cell.states) > 1 else zeros,
        misfit=" or ".join(f"{name}.shape != shape" for name in cell.states),
        sizes=", ".join(f"{name} {{list({name}.shape)}}" for name in ("x", *cell.states)),
        blocks="\n        ".join(block_lines(cell, tuple(f"self.{name}" for name in WEIGHTS))),
        equations="\n        ".join(step_lines(cell, nonlinearity, "x")),
    )


@cache
def loop_module() -> tuple[str, str]:
    """The text of the very module that loops over cells: its imports, and what follows them."""
    text = (ROOT / "models" / "cell_loop.py").read_text(encoding="utf-8")
    docstring, *nodes = ast.parse(text).body
    last = max(node.end_lineno or 0 for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    lines = text.replace("  # fmt: skip", "").splitlines()
    return "\n".join(lines[docstring.end_lineno : last]).strip(), "\n".join(lines[last:]).strip()


def layer_class(cell: Cell, nonlinearity: str = "tanh") -> str:
    """The loop that makes a layer of a cell, and the class of one that torch.nn lacks, with all that they import."""
    imports, loop = loop_module()
    own = "" if cell.in_torch else f"{cell_class(cell, nonlinearity)}\n\n"
    return f"{imports}\n\n\n{own}{loop}\n"
