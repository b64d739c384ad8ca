"""Models against torch's own modules, with the same weights and with the same seed."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab import Experiment, LabError, run
from rnnlab.cells import CELLS
from rnnlab.data import Pair, batch_of
from rnnlab.models import CellLoop, OneHot, TokenModel, read
from rnnlab.models.cell_loop import parts
from rnnlab.models.recurrent import read_lstm
from rnnlab.models.step_cell import cell_class
from rnnlab.training import start
from tests.support import modules
from tests.support.examples import examples

FUSED = modules.LAYERS
EVERY_STACK = pytest.mark.parametrize(
    ("kind", "layers", "bidirectional"),
    [(kind, layers, both) for kind in FUSED for layers in (1, 2, 3) for both in (False, True)],
)


def fused_and_loop(kind, layers, bidirectional, nonlinearity="tanh", inputs=3, hidden=5, seed=0):
    """torch's fused layer and the loop over cells, each built from the same seed."""
    options = modules.options(kind, nonlinearity)
    torch.manual_seed(seed)
    fused = FUSED[kind](inputs, hidden, layers, batch_first=True, bidirectional=bidirectional, **options)
    torch.manual_seed(seed)
    return fused, CellLoop(
        cell_class(CELLS[kind]), inputs, hidden, layers, batch_first=True, bidirectional=bidirectional, **options
    )


def initial_state(kind, layers, bidirectional, batch, hidden=5):
    shape = (layers * (2 if bidirectional else 1), batch, hidden)
    return (torch.randn(shape), torch.randn(shape)) if kind == "lstm" else torch.randn(shape)


def flat(state) -> list[torch.Tensor]:
    return list(state) if isinstance(state, tuple) else [state]


def assert_close(ours, theirs, tolerance=1e-6):
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=tolerance)


@EVERY_STACK
def test_the_loop_over_cells_starts_with_the_weights_of_the_layer(kind, layers, bidirectional):
    fused, loop = fused_and_loop(kind, layers, bidirectional, seed=3)
    assert [tuple(p.shape) for p in fused.parameters()] == [tuple(p.shape) for p in loop.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(fused.parameters(), loop.parameters(), strict=True))


@EVERY_STACK
def test_the_loop_over_cells_is_the_layer_forward_and_backward(kind, layers, bidirectional):
    fused, loop = fused_and_loop(kind, layers, bidirectional)
    x = torch.randn(2, 6, 3)
    for initial in (None, initial_state(kind, layers, bidirectional, batch=2)):
        (output, final), (expected, expected_final) = loop(x, initial), fused(x, initial)
        assert_close([output, *flat(final)], [expected, *flat(expected_final)])
        loop.zero_grad()
        fused.zero_grad()
        output.square().sum().backward()
        expected.square().sum().backward()
        assert_close([p.grad for p in loop.parameters()], [p.grad for p in fused.parameters()], 1e-4)


@given(
    kind=st.sampled_from(sorted(FUSED)),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 5), st.integers(1, 6)),
    given_state=st.booleans(),
)
def test_the_loop_over_cells_is_the_layer_at_any_size(kind, nonlinearity, layers, bidirectional, sizes, given_state):
    batch, steps, inputs, hidden = sizes
    fused, loop = fused_and_loop(kind, layers, bidirectional, nonlinearity, inputs, hidden)
    x = torch.randn(batch, steps, inputs)
    initial = initial_state(kind, layers, bidirectional, batch, hidden) if given_state else None
    (output, final), (expected, expected_final) = loop(x, initial), fused(x, initial)
    assert_close([output, *flat(final)], [expected, *flat(expected_final)])


@EVERY_STACK
@pytest.mark.parametrize("in_order", [True, False])
def test_packed_the_loop_ends_each_sequence_where_its_tokens_end(kind, layers, bidirectional, in_order):
    """Output and final state are those of torch's packed layer; what follows a sequence's end is zero, and has no part
    in its gradient."""
    fused, loop = fused_and_loop(kind, layers, bidirectional)
    lengths = torch.tensor([5, 3, 3, 1] if in_order else [3, 1, 5, 3])
    xs = [torch.randn(4, 5, 3).requires_grad_() for _ in range(2)]
    xs[1].data = xs[0].data.clone()
    for initial in (None, initial_state(kind, layers, bidirectional, batch=4)):
        found = []
        for module, x in zip((loop, fused), xs, strict=True):
            sequences = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=in_order)
            packed, final = module(sequences, initial)
            output, _ = pad_packed_sequence(packed, batch_first=True, total_length=5)
            x.grad = None
            (output.square().sum() + flat(final)[0].sum()).backward()
            found.append([output, *flat(final), x.grad])
        assert_close(*found)
        own = torch.arange(5) < lengths[:, None]
        assert (found[0][0][~own] == 0).all()
        assert (found[0][-1][~own] == 0).all()
        again, _ = read(loop, xs[0], lengths, initial, packed=True)
        assert_close([again], [found[0][0]])


@pytest.mark.parametrize("kind", FUSED)
def test_dropout_of_the_loop_is_between_layers_and_only_in_training(kind):
    torch.manual_seed(0)
    loop, x = CellLoop(cell_class(CELLS[kind]), 3, 50, 2, batch_first=True, dropout=0.5), torch.randn(2, 4, 3)
    seen = []
    loop.cells[1].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    torch.testing.assert_close(loop.eval()(x)[0], loop(x)[0])
    assert not any((given == 0).any() for given in seen)
    seen.clear()
    output, _ = loop.train()(x)
    dropped = torch.cat([given == 0 for given in seen]).float().mean()
    assert 0.3 < dropped < 0.7
    assert not (output == 0).any()  # nothing after the last layer


@EVERY_STACK
def test_a_layer_is_read_as_its_module_reads_to_the_bit(kind, layers, bidirectional):
    fused, _ = fused_and_loop(kind, layers, bidirectional)
    x = torch.randn(4, 6, 3)
    for state in (None, initial_state(kind, layers, bidirectional, 4)):
        expected, final = fused(x, state)
        output, found = read(fused, x, None, state, packed=False)
        assert torch.equal(output, expected)
        assert all(torch.equal(*both) for both in zip(parts(found), parts(final), strict=True))


@examples(25)
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=6), seed=st.integers(0, 10_000))
def test_an_lstm_with_its_padding_first_is_the_packed_one_forward_and_backward(lengths, seed):
    torch.manual_seed(seed)
    lstm, lengths = nn.LSTM(3, 5, batch_first=True), torch.tensor(lengths)
    with torch.no_grad():  # saturated gates among the others
        lstm.weight_ih_l0.mul_(4)
    x = torch.randn(len(lengths), int(lengths.max()), 3, requires_grad=True)
    packed, state = lstm(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
    expected = pad_packed_sequence(packed, batch_first=True)[0], *state
    output, found = read_lstm(lstm, x, lengths)
    weighting = [torch.randn_like(value) for value in expected]
    gradients = []
    for values in (expected, (output, *found)):
        total = sum((value * weight).sum() for value, weight in zip(values, weighting, strict=True))
        gradients.append(torch.autograd.grad(total, [x, *lstm.parameters()]))
    for ours, theirs in zip((output, *found, *gradients[1]), (*expected, *gradients[0]), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=2e-6)
    beyond = torch.arange(x.shape[1]) >= lengths[:, None]
    assert (output[beyond] == 0).all()
    assert (gradients[1][0][beyond] == 0).all()


def test_one_hot_has_a_single_one_in_its_column():
    assert OneHot(4)(torch.tensor([[2, 0]])).tolist() == [[[0, 0, 1, 0], [1, 0, 0, 0]]]


def plain_shapes(kind, layers, bidirectional, onehot, classes=4, batch=2, steps=3, embed=6, hidden=5):
    """A plain torch program that prints the shape of every stage; and its number of parameters."""
    ids = torch.zeros(batch, steps, dtype=torch.long)
    embedding = nn.Embedding(classes, embed)
    rnn = FUSED[kind](classes if onehot else embed, hidden, layers, batch_first=True, bidirectional=bidirectional)
    linear = nn.Linear(hidden * (2 if bidirectional else 1), classes)
    x = nn.functional.one_hot(ids, classes).float() if onehot else embedding(ids)
    output, state = rnn(x)
    shapes = {"ids": ids.shape, "one_hot" if onehot else "embedding": x.shape, "output": output.shape}
    shapes |= {"h_n": state[0].shape, "c_n": state[1].shape} if kind == "lstm" else {"h_n": state.shape}
    shapes |= {"logits": linear(output).shape, "loss": ()}
    modules = [rnn, linear] if onehot else [embedding, rnn, linear]
    return {name: tuple(shape) for name, shape in shapes.items()}, sum(
        p.numel() for module in modules for p in module.parameters()
    )


@pytest.mark.parametrize("impl", ["layer", "cell"])
@pytest.mark.parametrize("onehot", [False, True])
@EVERY_STACK
def test_recorded_shapes_are_those_of_a_plain_program(kind, layers, bidirectional, onehot, impl):
    _, history = start(
        Experiment(
            text="a b c d\nd c b a",
            cell=kind,
            layers=layers,
            bidirectional=bidirectional,
            input="onehot" if onehot else "embedding",
            impl=impl,
            embed=6,
            hidden=5,
        )
    )
    shapes, parameters = plain_shapes(kind, layers, bidirectional, onehot)
    assert {stage.name: stage.shape for stage in history.opening.shapes} == shapes
    assert history.opening.parameters == parameters
    assert all(len(stage.axes) == len(stage.shape) for stage in history.opening.shapes)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("rnn", 64 + 32 * 48 + 64 + 132), ("lstm", 64 + 4 * (32 * 48 + 64) + 132), ("gru", 64 + 3 * (32 * 48 + 64) + 132)],
)
def test_parameters_counted_by_hand(kind, expected):
    assert start(Experiment(cell=kind))[1].opening.parameters == expected


@given(st.integers(0, 2**31 - 1))
@examples(10)
def test_a_model_is_made_in_the_order_of_a_plain_program(seed):
    torch.manual_seed(seed)
    plain = [nn.Embedding(4, 16), nn.GRU(16, 32), nn.Linear(32, 4)]
    torch.manual_seed(seed)
    model = TokenModel(Experiment(cell="gru"), 4, 4, None)
    expected = [p for module in plain for p in module.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), expected, strict=True))


def test_padding_has_a_zero_embedding_and_never_learns():
    model = TokenModel(Experiment(), 4, 4, pad=0)
    model(batch_of([Pair([0, 1, 0], [1, 1, 1])])).logits.sum().backward()
    assert model.input.weight[0].tolist() == [0.0] * 16
    assert model.input.weight.grad[0].tolist() == [0.0] * 16
    assert model.input.weight.grad[1].abs().sum() > 0


def test_a_model_of_too_many_parameters_is_refused_by_name():
    with pytest.raises(LabError) as caught:
        run(Experiment(cell="lstm", hidden=256, embed=256, layers=3, bidirectional=True))
    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("parameters", "hidden")
