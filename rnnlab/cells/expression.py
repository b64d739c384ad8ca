"""Equations as data: a small expression tree. The LaTeX, the programs, the short rules, and the browser's arithmetic
and written-out equations all come from it, so that an equation stands in one place.

Built with Python's own operators: `sigmoid(from_input("z") + from_hidden("z"))`, `(1 - z) * n + z * H`. Every product
here is elementwise, over the units; matrices stand in `Affine` alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal


class Expression:
    """A vector over the hidden units, or over the entries of x."""

    def __add__(self, other: "Expression") -> "Sum":
        return Sum((*(self.terms if isinstance(self, Sum) else (self,)), other))

    def __mul__(self, other: "Expression") -> "Product":
        return Product(self, other)

    def __rsub__(self, one: int) -> "OneMinus":
        assert one == 1
        return OneMinus(self)


@dataclass(frozen=True)
class Value(Expression):
    """x, or a value of this step, by its name."""

    name: str


@dataclass(frozen=True)
class Before(Expression):
    """A state as the step before left it: h or c."""

    name: str


@dataclass(frozen=True)
class Affine(Expression):
    """W·operand + b, with one block of the rows of weight_ih and bias_ih, or of weight_hh and bias_hh."""

    side: Literal["ih", "hh"]
    block: str
    operand: Expression


@dataclass(frozen=True)
class Sum(Expression):
    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Product(Expression):
    left: Expression
    right: Expression


@dataclass(frozen=True)
class OneMinus(Expression):
    operand: Expression


@dataclass(frozen=True)
class Function(Expression):
    """ "squash" stands for tanh or relu, whichever the reader chose: see `with_nonlinearity`."""

    name: Literal["sigmoid", "tanh", "relu", "squash"]
    operand: Expression


X, H, C = Value("x"), Before("h"), Before("c")


def from_input(block: str) -> Affine:
    """What comes from below: W x_t + b."""
    return Affine("ih", block, X)


def from_hidden(block: str, operand: Expression = H) -> Affine:
    """What comes from the step before: W h_(t-1) + b."""
    return Affine("hh", block, operand)


def sigmoid(operand: Expression) -> Function:
    return Function("sigmoid", operand)


def tanh(operand: Expression) -> Function:
    return Function("tanh", operand)


def squash(operand: Expression) -> Function:
    return Function("squash", operand)


def children(e: Expression) -> tuple[Expression, ...]:
    match e:
        case Sum(terms):
            return terms
        case Product(left, right):
            return left, right
        case Affine(_, _, operand) | OneMinus(operand) | Function(_, operand):
            return (operand,)
    return ()


def nodes(e: Expression) -> Iterator[Expression]:
    """The expression and all that it is made of, from the outside in and from left to right."""
    yield e
    for child in children(e):
        yield from nodes(child)


def with_nonlinearity(equations: Mapping[str, Expression], nonlinearity: str) -> dict[str, Expression]:
    """The equations with "tanh" or "relu" in the place of "squash", which stands outermost where it stands at all."""
    name = "relu" if nonlinearity == "relu" else "tanh"
    return {
        value: replace(e, name=name) if isinstance(e, Function) and e.name == "squash" else e
        for value, e in equations.items()
    }
