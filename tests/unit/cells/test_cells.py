"""The readable steps give torch's own results, for every cell, layer and direction."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlab.models import CellLoop
from rnnlab.models.unroll import STEPS, Weights, unroll, weights_of
from tests.support.examples import examples

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def state_of(cell: str, initial, index: int) -> tuple[torch.Tensor, ...]:
    return tuple(part[index] for part in (initial if cell == "lstm" else (initial,)))


@examples(80)
@given(
    cell=st.sampled_from(sorted(LAYERS)),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    layers=st.integers(1, 3),
    both=st.booleans(),
    loop=st.booleans(),
    inputs=st.integers(1, 9),
    hidden=st.integers(1, 12),
    batch=st.integers(1, 4),
    steps=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)
def test_every_step_is_torchs(cell, nonlinearity, layers, both, loop, inputs, hidden, batch, steps, seed):
    """Against the fused layer, from a random state; the weights read from it, or from a loop over cells."""
    torch.manual_seed(seed)
    directions = 2 if both else 1
    options = {"nonlinearity": nonlinearity} if cell == "rnn" else {}
    layer = LAYERS[cell](inputs, hidden, layers, batch_first=True, bidirectional=both, **options)
    source = layer
    if loop:
        source = CellLoop(cell, inputs, hidden, layers, directions, 0.0, nonlinearity)
        for mine, theirs in zip(source.parameters(), layer.parameters(), strict=True):
            mine.data = theirs.data
    x = torch.randn(batch, steps, inputs)
    shape = (layers * directions, batch, hidden)
    initial = (torch.randn(shape), torch.randn(shape)) if cell == "lstm" else torch.randn(shape)
    with torch.no_grad():
        output, final = layer(x, initial)
        below = x
        for index in range(layers):
            halves = []
            for d in range(directions):
                place = index * directions + d
                w, start = weights_of(source, index, d), state_of(cell, initial, place)
                values = unroll(cell, below, w, start, d == 1, nonlinearity)
                last = values[0 if d else -1]
                for name, end in zip("hc", state_of(cell, final, place), strict=False):
                    torch.testing.assert_close(last[name], end, **CLOSE)
                halves.append(torch.stack([step["h"] for step in values], dim=1))
            below = torch.cat(halves, dim=-1)
    torch.testing.assert_close(below, output, **CLOSE)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_one_step_is_torchs_cell(cell):
    torch.manual_seed(1)
    theirs = CELLS[cell](3, 5)
    x, h, c = torch.randn(2, 3), torch.randn(2, 5), torch.randn(2, 5)
    w = Weights(theirs.weight_ih, theirs.weight_hh, theirs.bias_ih, theirs.bias_hh)
    values = STEPS[cell](x, (h, c) if cell == "lstm" else (h,), w, "tanh")
    expected = theirs(x, (h, c)) if cell == "lstm" else (theirs(x, h),)
    for name, value in zip("hc", expected, strict=False):
        torch.testing.assert_close(values[name], value, **CLOSE)


def one(value: float) -> torch.Tensor:
    return torch.tensor([[value]])


def test_an_lstm_by_hand():
    """One unit, one input. Sums: i 1, f 0, g 2, o -1, with x = 1, h = 1, c = 3."""
    w = Weights(
        torch.tensor([[0.5], [-1.0], [1.0], [0.0]]),
        torch.tensor([[0.25], [1.0], [0.5], [-2.0]]),
        torch.tensor([0.25, 0.0, 0.5, 0.0]),
        torch.tensor([0.0, 0.0, 0.0, 1.0]),
    )
    values = STEPS["lstm"](one(1.0), (one(1.0), one(3.0)), w, "")
    # sigmoid(1), sigmoid(0), tanh(2), sigmoid(-1), from a table of functions
    expected = {"i": 0.7310586, "f": 0.5, "g": 0.9640276, "o": 0.2689414}
    for name, value in expected.items():
        assert values[name].item() == pytest.approx(value, rel=1e-6, abs=1e-6)
    c = 0.5 * 3 + 0.7310586 * 0.9640276
    assert values["c"].item() == pytest.approx(c, rel=1e-6, abs=1e-6)
    assert values["h"].item() == pytest.approx(0.2689414 * 0.9759646, rel=1e-5, abs=1e-5)  # tanh(2.2047606)


def test_a_gru_keeps_the_old_state_where_z_is_large_and_resets_after_the_product():
    w = Weights(
        torch.tensor([[0.0], [0.0], [1.0]]),
        torch.tensor([[0.0], [0.0], [1.0]]),
        torch.tensor([0.0, 100.0, 0.0]),
        torch.tensor([0.0, 0.0, 2.0]),
    )
    kept = STEPS["gru"](one(0.3), (one(0.7),), w, "")
    assert kept["z"].item() == 1.0
    assert kept["h"].item() == pytest.approx(0.7)
    # r = 1/2: n = tanh(0.3 + 1/2 (0.7 + 2)); a reset before the product would give tanh(0.3 + 0.35 + 2)
    assert kept["n"].item() == pytest.approx(0.9288567, rel=1e-6, abs=1e-6)  # tanh(1.65)


def test_what_is_seen_goes_on():
    torch.manual_seed(0)
    layer = nn.LSTM(3, 4, batch_first=True)
    x, w = torch.randn(1, 5, 3), weights_of(layer, 0, 0)
    start = (torch.zeros(1, 4), torch.zeros(1, 4))

    def forget_everything(step, name, value):
        return torch.zeros_like(value) if (step, name) == (3, "f") else value

    with torch.no_grad():
        plain = unroll("lstm", x, w, start)
        seen = unroll("lstm", x, w, start, see=forget_everything)
        alone, _ = layer(x[:, :3])
    torch.testing.assert_close(torch.stack([v["h"] for v in seen[:3]], 1), alone, **CLOSE)
    assert torch.equal(seen[3]["c"], plain[3]["i"] * plain[3]["g"])
    assert not torch.equal(seen[4]["h"], plain[4]["h"])
