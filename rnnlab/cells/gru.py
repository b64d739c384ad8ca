"""The gated recurrent unit: r, z = sigmoid(…); n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h' = (1 - z) n + z h.

Where a textbook writes it otherwise, torch is followed: the gates are laid out r, z, n; z keeps the old state; and r is
applied after the hidden product. Source: the PyTorch page "GRU".
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
    below = (x @ w.weight_ih.T + w.bias_ih).chunk(3, dim=-1)  # r, z, n: [batch, unit] each
    before = (h @ w.weight_hh.T + w.bias_hh).chunk(3, dim=-1)
    r = hook("r", (below[0] + before[0]).sigmoid())
    z = hook("z", (below[1] + before[1]).sigmoid())
    n = hook("n", (below[2] + r * before[2]).tanh())
    return {"r": r, "z": z, "n": n, "h": hook("h", (1 - z) * n + z * h)}


r, z, n = map(Value, "rzn")
NEW = MEET + 76  # where the candidate comes in

GRU = Cell(
    name="gru",
    class_name="GRU",
    blocks=("r", "z", "n"),
    equations={
        "r": sigmoid(from_input("r") + from_hidden("r")),
        "z": sigmoid(from_input("z") + from_hidden("z")),
        "n": tanh(from_input("n") + r * from_hidden("n")),
        "h": (1 - z) * n + z * H,
    },
    parts={"m": from_hidden("n"), "k": from_input("n")},
    step=step,
    drawing=Drawing(
        strips=(
            *(Strip("h0", LEFT, 0), Strip("x", LEFT, 4), Strip("r", MIDDLE, 2), Strip("z", MIDDLE, 1)),
            *(Strip("m", MIDDLE, 3), Strip("k", MIDDLE, 4), Strip("n", RIGHT, 3), Strip("h", RIGHT, 0)),
        ),
        wires=(
            arrow("h", (LEFT_END, Y[0]), (MEET - 10, Y[0])),
            line("h", (LEFT_END + 20, Y[0]), (LEFT_END + 20, Y[3])),
            arrow("x", (LEFT_END, Y[4]), (MIDDLE, Y[4])),
            line("x", (LEFT_END + 32, Y[4]), (LEFT_END + 32, Y[1] + 4)),
            *(arrow("h", (LEFT_END + 20, y - 4), (MIDDLE, y - 4)) for y in Y[1:3]),
            *(arrow("x", (LEFT_END + 32, y + 4), (MIDDLE, y + 4)) for y in Y[1:3]),
            arrow("h", (LEFT_END + 20, Y[3]), (MIDDLE, Y[3])),
            arrow("z", (MIDDLE_END, Y[1]), (MEET, Y[1]), (MEET, Y[0] + 10)),
            arrow("z", (MEET, Y[1]), (MEET + 22, Y[1])),
            arrow("z", (MEET + 50, Y[1]), (NEW - 10, Y[1])),
            arrow("h", (MEET + 10, Y[0]), (NEW - 10, Y[0])),
            arrow("", (NEW, Y[1] - 10), (NEW, Y[0] + 10)),
            arrow("h", (NEW + 10, Y[0]), (RIGHT, Y[0])),
            arrow("r", (MIDDLE_END, Y[2]), (MEET, Y[2]), (MEET, Y[3] - 10)),
            arrow("m", (MIDDLE_END, Y[3]), (MEET - 10, Y[3])),
            arrow("", (MEET + 10, Y[3]), (MEET + 26, Y[3])),
            arrow("k", (MIDDLE_END, Y[4]), (MEET + 36, Y[4]), (MEET + 36, Y[3] + 10)),
            arrow("", (MEET + 46, Y[3]), (NEW - 18, Y[3])),
            arrow("n", (NEW + 18, Y[3]), (RIGHT, Y[3])),
            arrow("n", (RIGHT + STRIP // 2, Y[3] - BEYOND), (RIGHT + STRIP // 2, Y[1]), (NEW + 10, Y[1])),
        ),
        signs=(
            *(Sign(MEET, Y[0], "⊙"), Sign(MEET + 36, Y[1], "1−"), Sign(NEW, Y[1], "⊙"), Sign(NEW, Y[0], "+")),
            *(Sign(MEET, Y[3], "⊙"), Sign(MEET + 36, Y[3], "+"), Sign(NEW, Y[3], "tanh")),
        ),
    ),
)
