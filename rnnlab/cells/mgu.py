"""The minimal gated unit, a GRU with one gate in the place of two: f = sigmoid(W_if x + b_if + W_hf h + b_hf);
n = tanh(W_in x + b_in + W_hn (f h) + b_hn); h' = (1 - f) h + f n. torch.nn has none.

Source: Zhou, Wu, Zhang, Zhou, "Minimal gated unit for recurrent neural networks", 2016, which writes h with a tilde for
n, and for each of f and n one matrix over [h, x] and one bias. Convention, after torch's cells: the name n; weights for
x and for h apart, with a bias each; their blocks laid out f, n. Unlike in torch's GRU the gate is applied before the
hidden product, and where it is near 1 the old state is replaced.
"""

from rnnlab.cells.cell import Cell, Hook, State, Tensor, Values, Weights
from rnnlab.cells.drawing import (
    BEYOND,
    LEFT,
    LEFT_END,
    MEET,
    MIDDLE,
    MIDDLE_END,
    RIGHT,
    STRIP,
    Drawing,
    Sign,
    Strip,
    Y,
    arrow,
    line,
)  # fmt: skip
from rnnlab.cells.expression import H, Value, from_hidden, from_input, sigmoid, tanh


def step(x: Tensor, state: State, w: Weights, nonlinearity: str, hook: Hook) -> Values:  # noqa: ARG001
    (h,) = state
    (W_if, W_in), (W_hf, W_hn) = w.weight_ih.chunk(2), w.weight_hh.chunk(2)
    (b_if, b_in), (b_hf, b_hn) = w.bias_ih.chunk(2), w.bias_hh.chunk(2)
    f = hook("f", (x @ W_if.T + b_if + h @ W_hf.T + b_hf).sigmoid())
    n = hook("n", (x @ W_in.T + b_in + (f * h) @ W_hn.T + b_hn).tanh())
    return {"f": f, "n": n, "h": hook("h", (1 - f) * h + f * n)}


f, n = map(Value, "fn")
HALF, NEW = MIDDLE + STRIP // 2, MEET + 76  # below the gate, and where the candidate comes in
INVERTED = (Y[0] + Y[1]) // 2

MGU = Cell(
    name="mgu",
    class_name="MGU",
    in_torch=False,
    blocks=("f", "n"),
    equations={
        "f": sigmoid(from_input("f") + from_hidden("f")),
        "n": tanh(from_input("n") + from_hidden("n", f * H)),
        "h": (1 - f) * H + f * n,
    },
    parts={"fh": f * H},
    step=step,
    drawing=Drawing(
        strips=(
            *(Strip("h0", LEFT, 0), Strip("x", LEFT, 4), Strip("f", MIDDLE, 1), Strip("fh", MIDDLE, 3)),
            *(Strip("n", RIGHT, 3), Strip("h", RIGHT, 0)),
        ),
        wires=(
            arrow("h", (LEFT_END, Y[0]), (MEET - 10, Y[0])),
            line("h", (LEFT_END + 20, Y[0]), (LEFT_END + 20, Y[2])),
            arrow("h", (LEFT_END + 20, Y[1] - 4), (MIDDLE, Y[1] - 4)),
            arrow("h", (LEFT_END + 20, Y[2]), (HALF - 10, Y[2])),
            line("x", (LEFT_END + 32, Y[4]), (LEFT_END + 32, Y[1] + 4)),
            arrow("x", (LEFT_END + 32, Y[1] + 4), (MIDDLE, Y[1] + 4)),
            arrow("x", (LEFT_END, Y[4]), (MEET + 36, Y[4]), (MEET + 36, Y[3] + 4), (RIGHT, Y[3] + 4)),
            arrow("f", (HALF, Y[1] + 10), (HALF, Y[2] - 10)),
            arrow("fh", (HALF, Y[2] + 10), (HALF, Y[3] - BEYOND)),
            arrow("fh", (MIDDLE_END, Y[3] - 4), (RIGHT, Y[3] - 4)),
            arrow("f", (MIDDLE_END, Y[1]), (NEW - 10, Y[1])),
            line("f", (MEET, Y[1]), (MEET, INVERTED + 10)),
            arrow("f", (MEET, INVERTED - 10), (MEET, Y[0] + 10)),
            arrow("h", (MEET + 10, Y[0]), (NEW - 10, Y[0])),
            arrow("", (NEW, Y[1] - 10), (NEW, Y[0] + 10)),
            arrow("h", (NEW + 10, Y[0]), (RIGHT, Y[0])),
            arrow("n", (RIGHT + STRIP // 2, Y[3] - BEYOND), (RIGHT + STRIP // 2, Y[1]), (NEW + 10, Y[1])),
        ),
        signs=(
            *(Sign(HALF, Y[2], "⊙"), Sign(MEET, INVERTED, "1−"), Sign(MEET, Y[0], "⊙"), Sign(NEW, Y[1], "⊙")),
            Sign(NEW, Y[0], "+"),
        ),
    ),
)
