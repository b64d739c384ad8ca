"""The textbook's symbols: as the literature has them, and made of torch's parameters so that its equations give torch's
numbers."""

import pytest
import torch

from rnnlab import Experiment
from rnnlab.cells import CELLS
from rnnlab.explain.symbols import own_biases, symbols, textbook
from tests.support import modules

LATEX = {
    "rnn": [r"h_t &= \tanh(W_{xh}x_t + W_{hh}h_{t-1} + b_h)"],
    "lstm": [
        r"i_t &= \sigma(W_i[h_{t-1};\,x_t] + b_i)",
        r"f_t &= \sigma(W_f[h_{t-1};\,x_t] + b_f)",
        r"g_t &= \tanh(W_g[h_{t-1};\,x_t] + b_g)",
        r"o_t &= \sigma(W_o[h_{t-1};\,x_t] + b_o)",
        r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t",
        r"h_t &= o_t \odot \tanh(c_t)",
    ],
    "gru": [
        r"r_t &= \sigma(W_r[h_{t-1};\,x_t] + b_r)",
        r"z_t &= \sigma(W_z[h_{t-1};\,x_t] + b_z)",
        r"n_t &= \tanh(W_{xn}x_t + b_{xn} + r_t \odot (W_{hn}h_{t-1} + b_{hn}))",
        r"h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
    ],
    "mgu": [
        r"f_t &= \sigma(W_f[h_{t-1};\,x_t] + b_f)",
        r"n_t &= \tanh(W_n[f_t \odot h_{t-1};\,x_t] + b_n)",
        r"h_t &= (1 - f_t) \odot h_{t-1} + f_t \odot n_t",
    ],
}


@pytest.mark.parametrize("cell", modules.NAMES)
def test_cells_are_written_as_textbooks_write_them(cell):
    lines = textbook(Experiment(cell=cell)).split("\n")[1:-1]
    assert [line.removesuffix(r" \\") for line in lines[:-1]] == LATEX[cell]
    assert lines[-1] == r"\hat y_t &= \operatorname{softmax}(W_{hy}h_t + b_y)"
    assert own_biases(CELLS[cell]) == (("n",) if cell == "gru" else ())


def step(cell: str, s: dict, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """One step as the equations above say, by hand."""

    def gate(name: str, below: torch.Tensor = h) -> torch.Tensor:
        return s[f"W_{name}"] @ torch.cat([below, x]) + s[f"b_{name}"]

    match cell:
        case "rnn":
            return torch.tanh(s["W_{xh}"] @ x + s["W_{hh}"] @ h + s["b_h"]), c
        case "lstm":
            c = gate("f").sigmoid() * c + gate("i").sigmoid() * gate("g").tanh()
            return gate("o").sigmoid() * c.tanh(), c
        case "gru":
            r, z = gate("r").sigmoid(), gate("z").sigmoid()
            n = torch.tanh(s["W_{xn}"] @ x + s["b_{xn}"] + r * (s["W_{hn}"] @ h + s["b_{hn}"]))
            return (1 - z) * n + z * h, c
    f = gate("f").sigmoid()
    return (1 - f) * h + f * gate("n", f * h).tanh(), c


@pytest.mark.parametrize("cell", modules.NAMES)
@torch.no_grad()
def test_the_symbols_are_made_of_torchs_parameters_and_give_its_numbers(cell):
    torch.manual_seed(4)
    layer, linear = modules.LAYERS[cell](3, 5), torch.nn.Linear(5, 2)
    W_ih, W_hh, b_ih, b_hh = layer.parameters()
    names = {"torch": torch, "W_ih": W_ih, "W_hh": W_hh, "b_ih": b_ih, "b_hh": b_hh, "linear": linear}
    found = {one.symbol: eval(one.python, names) for one in symbols(Experiment(cell=cell, hidden=5))}
    assert found["W_{hy}"] is linear.weight
    x = torch.randn(4, 3)
    h = c = torch.zeros(5)
    for x_t, expected in zip(x, layer(x[:, None])[0][:, 0], strict=True):
        h, c = step(cell, found, x_t, h, c)
        torch.testing.assert_close(h, expected)
