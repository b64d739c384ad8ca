"""A cell's equations, worked out from their tree by NumPy, give the values of its readable step."""

import numpy as np
import pytest
import torch

from rnnlab.cells import CELLS, WEIGHTS, Weights, unchanged
from rnnlab.cells.expression import Affine, Before, Function, OneMinus, Product, Sum, Value, with_nonlinearity
from tests.support import modules

FUNCTIONS = {
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "tanh": np.tanh,
    "relu": lambda v: np.maximum(v, 0),
}


class Evaluator:
    def __init__(self, blocks: str, weights: dict[str, np.ndarray], now: dict, before: dict):
        self.blocks, self.weights, self.now, self.before = blocks, weights, now, before

    def __call__(self, e) -> np.ndarray:
        match e:
            case Value(name):
                return self.now[name]
            case Before(name):
                return self.before[name]
            case Affine(side, block, operand):
                place = self.blocks.index(block)
                weight, bias = (
                    np.split(self.weights[f"{w}_{side}"], len(self.blocks))[place] for w in ("weight", "bias")
                )
                return weight @ self(operand) + bias
            case Sum(terms):
                return np.sum([self(term) for term in terms], axis=0)
            case Product(left, right):
                return self(left) * self(right)
            case OneMinus(operand):
                return 1 - self(operand)
            case Function(name, operand):
                return FUNCTIONS[name](self(operand))
        raise AssertionError(e)


@pytest.mark.parametrize("name", modules.NAMES)
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_tree_gives_what_the_step_gives(name, nonlinearity):
    torch.manual_seed(3)
    cell, inputs, hidden = CELLS[name], 3, 5
    rows = len(cell.blocks) * hidden
    w = Weights(torch.randn(rows, inputs), torch.randn(rows, hidden), torch.randn(rows), torch.randn(rows))
    x, state = torch.randn(1, inputs), tuple(torch.randn(1, hidden) for _ in cell.states)
    expected = cell.step(x, state, w, nonlinearity, unchanged)
    weights = {weight: getattr(w, weight).double().numpy() for weight in WEIGHTS}
    now = {"x": x[0].double().numpy()}
    before = {name: part[0].double().numpy() for name, part in zip(cell.states, state, strict=True)}
    evaluate = Evaluator("".join(cell.blocks), weights, now, before)
    for value, equation in with_nonlinearity(cell.equations, nonlinearity).items():
        now[value] = evaluate(equation)
        np.testing.assert_allclose(now[value], expected[value][0].numpy(), rtol=1e-5, atol=2e-6)


def test_a_sum_of_three_is_one_sum():
    a, b, c = map(Value, "abc")
    assert a + b + c == Sum((a, b, c))
    assert (1 - a) * b + c == Sum((Product(OneMinus(a), b), c))
