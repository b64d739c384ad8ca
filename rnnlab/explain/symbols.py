"""A cell as textbooks write it, with one bias and one matrix over [h; x], beside the names that torch has for the same
numbers."""

from dataclasses import dataclass

from rnnlab.cells import CELLS, Cell
from rnnlab.cells.expression import Affine, Expression, Sum, nodes, with_nonlinearity
from rnnlab.experiment import Experiment
from rnnlab.explain.equations import aligned
from rnnlab.explain.notation import LatexNotation


@dataclass(frozen=True)
class Symbol:
    """A textbook's symbol, as LaTeX, and the Python of what it is made of: slices of torch's parameters."""

    symbol: str
    python: str


def shared_biases(cell: Cell) -> dict[str, Expression]:
    """The blocks in which the input's share and the state's are added as they are, so that of their biases the sum
    alone counts; and what the state's share is taken of."""
    sums = [one for e in cell.equations.values() for one in nodes(e) if isinstance(one, Sum)]
    added = [[term for term in one.terms if isinstance(term, Affine)] for one in sums]
    return {pair[0].block: pair[1].operand for pair in added if len(pair) == 2}


def own_biases(cell: Cell) -> tuple[str, ...]:
    """The blocks in which each bias counts for itself."""
    return tuple(block for block in cell.blocks if block not in shared_biases(cell))


class TextbookNotation(LatexNotation):
    def __init__(self, cell: Cell):
        super().__init__()
        self.cell = cell

    def affine(self, subscript: str, operand: str) -> str:
        return super().affine(subscript.replace("i", "x", 1) if subscript.startswith("i") else subscript, operand)

    def total(self, terms: tuple[Expression, ...]) -> str:
        block = next((term.block for term in terms if isinstance(term, Affine)), "")
        if block not in shared_biases(self.cell):
            return super().total(terms)
        operand = self.write(shared_biases(self.cell)[block])
        if len(self.cell.blocks) == 1:
            return rf"W_{{xh}}x_t + W_{{hh}}{operand} + b_h"
        return rf"W_{block}[{operand};\,x_t] + b_{block}"


def textbook(e: Experiment) -> str:
    """The equations of the experiment's cell, as LaTeX, a line each."""
    cell = CELLS[e.cell]
    equations = with_nonlinearity(cell.equations, e.nonlinearity)
    lines = [f"{name}_t &= {TextbookNotation(cell).write(one)}" for name, one in equations.items()]
    if e.reads_numbers:
        lines.append(r"\hat y_t &= W_{hy}h_t + b_y")
    elif e.head == "linear" and e.task in ("next", "tag"):
        lines.append(r"\hat y_t &= \operatorname{softmax}(W_{hy}h_t + b_y)")
    return aligned(" \\\\\n".join(lines))


def symbols(e: Experiment) -> list[Symbol]:
    """Of the first layer, forward: over its parameters W_ih, W_hh, b_ih and b_hh; and of the output layer."""
    cell = CELLS[e.cell]
    if len(cell.blocks) == 1:
        found = [Symbol("W_{xh}", "W_ih"), Symbol("W_{hh}", "W_hh"), Symbol("b_h", "b_ih + b_hh")]
    else:
        found = [one for place, block in enumerate(cell.blocks) for one in of_block(cell, block, place, e.hidden)]
    if e.head == "linear":
        found += [Symbol("W_{hy}", "linear.weight"), Symbol("b_y", "linear.bias")]
    return found


def of_block(cell: Cell, block: str, place: int, hidden: int) -> list[Symbol]:
    rows = f"[{place * hidden}:{(place + 1) * hidden}]"
    if block in shared_biases(cell):
        return [
            Symbol(f"W_{block}", f"torch.cat([W_hh{rows}, W_ih{rows}], dim=1)"),
            Symbol(f"b_{block}", f"b_ih{rows} + b_hh{rows}"),
        ]
    parts = {f"W_{{x{block}}}": "W_ih", f"W_{{h{block}}}": "W_hh", f"b_{{x{block}}}": "b_ih", f"b_{{h{block}}}": "b_hh"}
    return [Symbol(symbol, name + rows) for symbol, name in parts.items()]
