"""The readable step of every cell gives what the modules of torch give, or the plain loops of a paper; and what else
its record says fits the step."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlab.cells import CELLS, WEIGHTS, Weights, unchanged
from rnnlab.cells.drawing import HEIGHT, LEFT, MIDDLE, RIGHT, STRIP, WIDTH, Y
from rnnlab.cells.expression import Affine, Before, Value, nodes
from rnnlab.models import CellLoop
from rnnlab.models.step_cell import cell_class
from rnnlab.models.unroll import Transition, unroll, weights_of
from tests.support import modules
from tests.support.examples import examples

CLOSE = {"rtol": 1e-5, "atol": 1e-6}
EVERY_CELL = pytest.mark.parametrize("name", modules.NAMES)


def state_of(state, index: int) -> tuple[torch.Tensor, ...]:
    return tuple(part[index] for part in (state if isinstance(state, tuple) else (state,)))


def random_weights(name: str, inputs: int, hidden: int) -> Weights:
    rows = len(CELLS[name].blocks) * hidden
    return Weights(torch.randn(rows, inputs), torch.randn(rows, hidden), torch.randn(rows), torch.randn(rows))


@examples(80)
@given(
    name=st.sampled_from(modules.NAMES),
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
def test_every_step_is_that_of_the_layer(name, nonlinearity, layers, both, loop, inputs, hidden, batch, steps, seed):
    """From a random state; the weights read from a layer, or from a loop over cells."""
    torch.manual_seed(seed)
    options = {"batch_first": True, "bidirectional": both, **modules.options(name, nonlinearity)}
    layer = modules.LAYERS[name](inputs, hidden, layers, **options)
    source = layer
    if loop or name == "mgu":
        source = CellLoop(cell_class(CELLS[name]), inputs, hidden, layers, **options)
        for mine, theirs in zip(source.parameters(), layer.parameters(), strict=True):
            mine.data = theirs.data
    x = torch.randn(batch, steps, inputs)
    shape = (layers * (1 + both), batch, hidden)
    initial = (torch.randn(shape), torch.randn(shape)) if name == "lstm" else torch.randn(shape)
    with torch.no_grad():
        output, final = layer(x, initial)
        below = x
        for index in range(layers):
            halves = []
            for d in range(1 + both):
                place = index * (1 + both) + d
                transition = Transition(CELLS[name], weights_of(source, index, d), nonlinearity)
                values = unroll(transition, below, state_of(initial, place), backward=d == 1)
                last = values[0 if d else -1]
                for state, end in zip("hc", state_of(final, place), strict=False):
                    torch.testing.assert_close(last[state], end, **CLOSE)
                halves.append(torch.stack([step["h"] for step in values], dim=1))
            below = torch.cat(halves, dim=-1)
    torch.testing.assert_close(below, output, **CLOSE)


@EVERY_CELL
def test_one_step_is_that_of_the_cell(name):
    torch.manual_seed(1)
    theirs = modules.CELLS[name](3, 5)
    x, h, c = torch.randn(2, 3), torch.randn(2, 5), torch.randn(2, 5)
    w = Weights(*(getattr(theirs, weight) for weight in WEIGHTS))
    values = CELLS[name].step(x, (h, c) if name == "lstm" else (h,), w, "tanh", unchanged)
    expected = theirs(x, (h, c)) if name == "lstm" else (theirs(x, h),)
    for state, value in zip("hc", expected, strict=False):
        torch.testing.assert_close(values[state], value, **CLOSE)


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
    values = CELLS["lstm"].step(one(1.0), (one(1.0), one(3.0)), w, "", unchanged)
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
    kept = CELLS["gru"].step(one(0.3), (one(0.7),), w, "", unchanged)
    assert kept["z"].item() == 1.0
    assert kept["h"].item() == pytest.approx(0.7)
    # r = 1/2: n = tanh(0.3 + 1/2 (0.7 + 2)); a reset before the product would give tanh(0.3 + 0.35 + 2)
    assert kept["n"].item() == pytest.approx(0.9288567, rel=1e-6, abs=1e-6)  # tanh(1.65)


def test_an_mgu_replaces_the_old_state_where_f_is_large_and_forgets_before_the_product():
    """One unit, one input; f is a half or large by its bias. The state is gated, the bias that follows it is not."""
    weights = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.0], [1.0]])
    for bias, f, n, h in [(0.0, 0.5, 0.8336546, 0.8168273), (100.0, 1.0, 0.9216686, 0.9216686)]:  # tanh 1.2, tanh 1.6
        w = Weights(*weights, torch.tensor([bias, 0.2]), torch.tensor([0.0, 0.3]))
        values = CELLS["mgu"].step(one(0.3), (one(0.8),), w, "", unchanged)  # 0.3 + 0.2 + f 0.8 + 0.3
        assert values["f"].item() == f
        assert values["n"].item() == pytest.approx(n, abs=1e-6)
        assert values["h"].item() == pytest.approx(h, abs=1e-6)


def test_what_a_hook_returns_goes_on():
    torch.manual_seed(0)
    layer = nn.LSTM(3, 4, batch_first=True)
    x, transition = torch.randn(1, 5, 3), Transition(CELLS["lstm"], weights_of(layer, 0, 0))
    start = (torch.zeros(1, 4), torch.zeros(1, 4))

    def forget_everything(step, name, value):
        return torch.zeros_like(value) if (step, name) == (3, "f") else value

    with torch.no_grad():
        plain = unroll(transition, x, start)
        hooked = unroll(transition, x, start, hook=forget_everything)
        alone, _ = layer(x[:, :3])
    torch.testing.assert_close(torch.stack([v["h"] for v in hooked[:3]], 1), alone, **CLOSE)
    assert torch.equal(hooked[3]["c"], plain[3]["i"] * plain[3]["g"])
    assert not torch.equal(hooked[4]["h"], plain[4]["h"])


# What the record says besides


@EVERY_CELL
def test_every_value_passes_through_the_hook_in_the_order_of_the_record(name):
    cell, hooked = CELLS[name], []
    h = torch.randn(2, 4)
    state = (h,) * len(cell.states)

    def hook(value, tensor):
        hooked.append(value)
        return tensor

    values = cell.step(torch.randn(2, 3), state, random_weights(name, 3, 4), "tanh", hook)
    assert tuple(hooked) == tuple(values) == cell.values
    assert all(values[gate].min() > 0 and values[gate].max() < 1 for gate in cell.gates)
    assert set(cell.states) <= set(values)


@EVERY_CELL
def test_the_record_knows_gates_states_and_blocks(name):
    """Gates, states and the order of the rows as torch's documentation has them."""
    gates, states, blocks = {
        "rnn": ("", "h", "h"),
        "lstm": ("ifo", "hc", "ifgo"),
        "gru": ("rz", "h", "rzn"),
        "mgu": ("f", "h", "fn"),
    }[name]
    cell = CELLS[name]
    assert (cell.gates, cell.states, cell.blocks) == (tuple(gates), tuple(states), tuple(blocks))
    assert cell.takes_nonlinearity == (name == "rnn")
    assert cell.in_torch == hasattr(nn, cell.class_name) == hasattr(nn, f"{cell.class_name}Cell") == (name != "mgu")
    named = [e for equation in cell.equations.values() for e in nodes(equation)]
    assert {e.block for e in named if isinstance(e, Affine)} == set(cell.blocks)


@EVERY_CELL
def test_every_part_that_has_a_strip_is_a_piece_of_an_equation(name):
    cell = CELLS[name]
    pieces = [e for equation in cell.equations.values() for e in nodes(equation)]
    assert all(part in pieces for part in cell.parts.values())


@EVERY_CELL
def test_an_equation_speaks_of_what_is_there_before_it(name):
    cell, known = CELLS[name], {"x"}
    for value, equation in cell.equations.items():
        for e in nodes(equation):
            assert not isinstance(e, Value) or e.name in known
            assert not isinstance(e, Before) or e.name in cell.states
        known.add(value)


@EVERY_CELL
def test_the_drawing_shows_every_value_once_and_its_wires_end_at_strips_or_signs(name):
    """Forward is from left to right; nothing lies outside of the picture or on another strip."""
    cell = CELLS[name]
    drawing, inked = cell.drawing, {"x", *cell.values, *cell.parts, ""}
    shown = [strip.name for strip in drawing.strips]
    assert sorted(shown) == sorted({"x", *cell.values, *cell.parts, *(f"{state}0" for state in cell.states)})
    assert len({(strip.left, strip.line) for strip in drawing.strips}) == len(shown)
    assert {strip.left for strip in drawing.strips} <= {LEFT, MIDDLE, RIGHT}

    def at_strip(x: int, y: int) -> bool:
        near = [s for s in drawing.strips if s.left <= x <= s.left + STRIP]
        return any(Y[s.line] - 30 <= y <= Y[s.line] + 10 for s in near)

    def at_sign(x: int, y: int) -> bool:
        return any(abs(x - sign.x) <= 20 and abs(y - sign.y) <= 12 for sign in drawing.signs)

    for wire in drawing.wires:
        assert wire.ink in inked
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in wire.points)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(wire.points, wire.points[1:], strict=False))
        assert at_strip(*wire.points[-1]) or at_sign(*wire.points[-1]) or not wire.head
