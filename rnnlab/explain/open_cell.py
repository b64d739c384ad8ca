"""A cell for the browser, as plain lists and dictionaries: what its arithmetic, its written-out equations and the
drawing of an opened cell are made of there. Read by `pages/views/cell/arithmetic.js` and its neighbours."""

from typing import Any

from rnnlab.cells import CELLS, Cell
from rnnlab.cells.drawing import HEIGHT, STRIP, WIDTH, Wire, Y
from rnnlab.cells.expression import (
    Affine,
    Before,
    Expression,
    Function,
    OneMinus,
    Product,
    Sum,
    Value,
    nodes,
    with_nonlinearity,
)  # fmt: skip
from rnnlab.experiment import Experiment
from rnnlab.explain.notation import RuleNotation


def open_cell(e: Experiment) -> dict[str, Any]:
    """The cell of an experiment.

    | `states`, `gates`, `blocks` | names, as in `Cell`                                                               |
    | `equations`, `parts`        | expressions by name: see `tree`                                                   |
    | `rules`                     | equations as short texts, for where there is no drawing                           |
    | `inks`                      | which colour each name has: x, h, c, gate or new                                  |
    | `first`                     | the value that is looked at before one is chosen                                  |
    | `drawing`                   | `width`, `height`, `strip`; `strips` (name, left, middle), `wires`, `signs`       |
    """
    cell = CELLS[e.cell]
    equations = with_nonlinearity(cell.equations, e.nonlinearity)
    return {
        "name": cell.name,
        "states": list(cell.states),
        "gates": list(cell.gates),
        "blocks": list(cell.blocks),
        "equations": {name: tree(one, cell) for name, one in equations.items()},
        "parts": {name: tree(one, cell) for name, one in cell.parts.items()},
        "rules": {name: RuleNotation().write(one) for name, one in equations.items()},
        "inks": inks(cell),
        "first": first_value(cell),
        "drawing": drawing(cell, "ReLU" if e.relu else "tanh"),
    }


def tree(e: Expression, cell: Cell) -> dict[str, Any]:
    """An expression: `op` and, by its kind, `name`, `side` and `block`, and `of`, what it is made of. One of the cell's
    parts also has that part's name, as `part`."""
    found: dict[str, Any]
    match e:
        case Value(name):
            found = {"op": "value", "name": name}
        case Before(name):
            found = {"op": "before", "name": name}
        case Affine(side, block, operand):
            found = {"op": "affine", "side": side, "block": block, "of": [tree(operand, cell)]}
        case Sum(terms):
            found = {"op": "sum", "of": [tree(term, cell) for term in terms]}
        case Product(left, right):
            found = {"op": "product", "of": [tree(left, cell), tree(right, cell)]}
        case OneMinus(operand):
            found = {"op": "one_minus", "of": [tree(operand, cell)]}
        case Function(name, operand):
            found = {"op": name, "of": [tree(operand, cell)]}
        case _:
            raise TypeError(e)
    part = next((name for name, one in cell.parts.items() if one == e), None)
    return found if part is None else found | {"part": part}


def inks(cell: Cell) -> dict[str, str]:
    """One colour for all that carries the input or a state; one for gates, one for what may become part of a state."""
    found = {"x": "x"} | dict.fromkeys(cell.values, "new") | dict.fromkeys(cell.gates, "gate")
    found |= {name: name for name in cell.states} | {f"{name}0": name for name in cell.states}
    for name, part in cell.parts.items():
        carried = [e.name for e in nodes(part) if isinstance(e, Value | Before) and e.name in ("x", *cell.states)]
        found[name] = carried[0]
    return found


def first_value(cell: Cell) -> str:
    """The uppermost gate of the drawing, or h where there is none."""
    gates = [strip for strip in cell.drawing.strips if strip.name in cell.gates]
    return min(gates, key=lambda strip: strip.line).name if gates else "h"


def drawing(cell: Cell, squash: str) -> dict[str, Any]:
    d = cell.drawing
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "strip": STRIP,
        "strips": [[strip.name, strip.left, Y[strip.line]] for strip in d.strips],
        "wires": [{"path": path(wire), "ink": wire.ink, "head": wire.head} for wire in d.wires],
        "signs": [[sign.x, sign.y, squash if sign.text == "squash" else sign.text] for sign in d.signs],
    }


def path(wire: Wire) -> str:
    """A wire as SVG writes it."""
    return "M" + "L".join(f"{x},{y}" for x, y in wire.points)
