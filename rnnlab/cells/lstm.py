"""Long short-term memory: i, f, o = sigmoid(…) and g = tanh(…) of W_ih x + b_ih + W_hh h + b_hh; c' = f c + i g;
h' = o tanh(c'). The gates are laid out i, f, g, o.

Source: the PyTorch page "LSTM".
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
from rnnlab.cells.expression import C, Value, from_hidden, from_input, sigmoid, tanh


def step(x: Tensor, state: State, w: Weights, nonlinearity: str, hook: Hook) -> Values:  # noqa: ARG001
    h, c = state
    total = (x @ w.weight_ih.T + w.bias_ih) + (h @ w.weight_hh.T + w.bias_hh)
    i, f, g, o = total.chunk(4, dim=-1)  # [batch, unit] each
    i, f, g, o = hook("i", i.sigmoid()), hook("f", f.sigmoid()), hook("g", g.tanh()), hook("o", o.sigmoid())
    c = hook("c", f * c + i * g)
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": hook("h", o * c.tanh())}


i, f, g, o, c = map(Value, "ifgoc")
UPPER, LOWER, DOWN = MEET + 58, MEET + 84, RIGHT + STRIP // 2  # where i g joins c, where o meets tanh c, below c
BETWEEN = (Y[2] + Y[3]) // 2

LSTM = Cell(
    name="lstm",
    class_name="LSTM",
    states=("h", "c"),
    blocks=("i", "f", "g", "o"),
    equations={
        "i": sigmoid(from_input("i") + from_hidden("i")),
        "f": sigmoid(from_input("f") + from_hidden("f")),
        "g": tanh(from_input("g") + from_hidden("g")),
        "o": sigmoid(from_input("o") + from_hidden("o")),
        "c": f * C + i * g,
        "h": o * tanh(c),
    },
    parts={"tanhc": tanh(c)},
    step=step,
    drawing=Drawing(
        strips=(
            *(Strip("x", LEFT, 4), Strip("h0", LEFT, 2), Strip("c0", LEFT, 0)),
            *(Strip("f", MIDDLE, 1), Strip("i", MIDDLE, 2), Strip("g", MIDDLE, 3), Strip("o", MIDDLE, 4)),
            *(Strip("c", RIGHT, 0), Strip("tanhc", RIGHT, 2), Strip("h", RIGHT, 4)),
        ),
        wires=(
            line("h", (LEFT_END, Y[2]), (LEFT_END + 20, Y[2])),
            line("h", (LEFT_END + 20, Y[1]), (LEFT_END + 20, Y[4])),
            line("x", (LEFT_END, Y[4] + 4), (LEFT_END + 32, Y[4] + 4), (LEFT_END + 32, Y[1] + 4)),
            *(arrow("h", (LEFT_END + 20, y - 4), (MIDDLE, y - 4)) for y in Y[1:]),
            *(arrow("x", (LEFT_END + 32, y + 4), (MIDDLE, y + 4)) for y in Y[1:]),
            arrow("c", (LEFT_END, Y[0]), (MEET - 10, Y[0])),
            arrow("c", (MEET + 10, Y[0]), (UPPER - 10, Y[0])),
            arrow("c", (UPPER + 10, Y[0]), (RIGHT, Y[0])),
            arrow("f", (MIDDLE_END, Y[1]), (MEET, Y[1]), (MEET, Y[0] + 10)),
            arrow("i", (MIDDLE_END, Y[2]), (MEET, Y[2]), (MEET, BETWEEN - 10)),
            arrow("g", (MIDDLE_END, Y[3]), (MEET, Y[3]), (MEET, BETWEEN + 10)),
            arrow("", (MEET + 10, BETWEEN), (UPPER, BETWEEN), (UPPER, Y[0] + 10)),
            line("c", (DOWN, Y[0] + 10), (DOWN, Y[1] - 11)),
            arrow("c", (DOWN, Y[1] + 11), (DOWN, Y[2] - BEYOND)),
            arrow("c", (RIGHT, Y[2]), (LOWER, Y[2]), (LOWER, Y[4] - 10)),
            arrow("o", (MIDDLE_END, Y[4]), (LOWER - 10, Y[4])),
            arrow("h", (LOWER + 10, Y[4]), (RIGHT, Y[4])),
        ),
        signs=(
            *(Sign(MEET, Y[0], "⊙"), Sign(MEET, BETWEEN, "⊙"), Sign(UPPER, Y[0], "+"), Sign(DOWN, Y[1], "tanh")),
            Sign(LOWER, Y[4], "⊙"),
        ),
    ),
)
