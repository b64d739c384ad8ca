"""The plain recurrent cell: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or ReLU in the place of tanh.

Source: the PyTorch page "RNN".
"""

from rnnlab.cells.cell import Cell, Hook, State, Tensor, Values, Weights
from rnnlab.cells.drawing import LEFT, LEFT_END, MEET, MIDDLE, MIDDLE_END, RIGHT, Drawing, Sign, Strip, Y, arrow
from rnnlab.cells.expression import from_hidden, from_input, squash


def step(x: Tensor, state: State, w: Weights, nonlinearity: str, hook: Hook) -> Values:
    (h,) = state
    total = (x @ w.weight_ih.T + w.bias_ih) + (h @ w.weight_hh.T + w.bias_hh)
    return {"h": hook("h", total.relu() if nonlinearity == "relu" else total.tanh())}


RNN = Cell(
    name="rnn",
    class_name="RNN",
    blocks=("h",),
    equations={"h": squash(from_input("h") + from_hidden("h"))},
    parts={"m": from_hidden("h"), "k": from_input("h")},
    step=step,
    drawing=Drawing(
        strips=(
            *(Strip("h0", LEFT, 1), Strip("m", MIDDLE, 1), Strip("x", LEFT, 3), Strip("k", MIDDLE, 3)),
            Strip("h", RIGHT, 2),
        ),
        wires=(
            arrow("h", (LEFT_END, Y[1]), (MIDDLE, Y[1])),
            arrow("x", (LEFT_END, Y[3]), (MIDDLE, Y[3])),
            arrow("m", (MIDDLE_END, Y[1]), (MEET, Y[1]), (MEET, Y[2] - 10)),
            arrow("k", (MIDDLE_END, Y[3]), (MEET, Y[3]), (MEET, Y[2] + 10)),
            arrow("", (MEET + 10, Y[2]), (MEET + 46, Y[2])),
            arrow("h", (MEET + 76, Y[2]), (RIGHT, Y[2])),
        ),
        signs=(Sign(MEET, Y[2], "+"), Sign(MEET + 61, Y[2], "squash")),
    ),
)
