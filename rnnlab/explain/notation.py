"""A cell's equations written out, from the trees of `rnnlab.cells`: as LaTeX, as lines of a program, as short rules.

Each of these is a `Notation`, which says how the pieces are written; when brackets are needed is decided once, here.
"""

from rnnlab.cells.expression import Affine, Before, Expression, Function, OneMinus, Product, Sum, Value

LOOSE, PRODUCT, TIGHT = 0, 1, 2  # how closely the parts of a text hold together


class Notation:
    """How equations are written. This one is for programs: over named weights such as W_if and b_if, with `x` in the
    place of the input."""

    times = " * "

    def __init__(self, x: str = "x"):
        self.x = x

    def value(self, name: str) -> str:
        return self.x if name == "x" else name

    def before(self, name: str) -> str:
        return name  # not yet overwritten by the new one

    def affine(self, subscript: str, operand: str) -> str:
        return f"{operand} @ W_{subscript}.T + b_{subscript}"

    def function(self, name: str, operand: Expression) -> str:
        return f"{self.write(operand, TIGHT)}.{name}()"

    def one_minus(self, operand: str) -> str:
        return f"1 - {operand}"

    def total(self, terms: tuple[Expression, ...]) -> str:
        return " + ".join(map(self.write, terms))

    def write(self, e: Expression, needed: int = LOOSE) -> str:
        """The text of an expression, in brackets where it holds together less closely than is needed."""
        match e:
            case Value(name):
                return self.value(name)
            case Before(name):
                return self.before(name)
            case Function(name, operand):
                return self.function(name, operand)
            case Product(left, right):
                closeness, text = PRODUCT, self.write(left, PRODUCT) + self.times + self.write(right, PRODUCT)
            case Affine(side, block, operand):
                closeness, text = LOOSE, self.affine(subscript(side, block), self.write(operand, TIGHT))
            case OneMinus(operand):
                closeness, text = LOOSE, self.one_minus(self.write(operand, PRODUCT))
            case Sum(terms):
                closeness, text = LOOSE, self.total(terms)
            case _:
                raise TypeError(e)
        return f"({text})" if closeness < needed else text


def subscript(side: str, block: str) -> str:
    """What stands at a block of a weight: "if" at the rows of f in weight_ih, "hf" at those in weight_hh."""
    return side[0] + block


class LatexNotation(Notation):
    times = r" \odot "
    functions = {"sigmoid": r"\sigma", "tanh": r"\tanh", "relu": r"\operatorname{ReLU}"}  # noqa: RUF012

    def value(self, name: str) -> str:
        return f"{name}_t"

    def before(self, name: str) -> str:
        return f"{name}_{{t-1}}"

    def affine(self, subscript: str, operand: str) -> str:
        return f"W_{{{subscript}}}{operand} + b_{{{subscript}}}"

    def function(self, name: str, operand: Expression) -> str:
        return f"{self.functions[name]}({self.write(operand)})"


class RuleNotation(Notation):
    """Without indices and subscripts, where there is little room."""

    times = " ⊙ "
    functions = {"sigmoid": "σ", "tanh": "tanh", "relu": "ReLU"}  # noqa: RUF012

    def affine(self, subscript: str, operand: str) -> str:  # noqa: ARG002
        return f"W·{operand} + b"

    def function(self, name: str, operand: Expression) -> str:
        text = self.functions[name]
        return f"{text} {self.write(operand)}" if isinstance(operand, Value) else f"{text}( {self.write(operand)} )"

    def one_minus(self, operand: str) -> str:
        return f"1 − {operand}"

    def total(self, terms: tuple[Expression, ...]) -> str:
        """Products that stand side by side share one b."""
        weighed = [isinstance(term, Affine) for term in terms]
        return " + ".join(
            text.removesuffix(" + b") if weighed[place : place + 2] == [True, True] else text
            for place, text in enumerate(map(self.write, terms))
        )
