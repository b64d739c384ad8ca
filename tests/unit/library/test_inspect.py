"""`rnnlab.inspect` on modules as users write them, against plain torch, torch.autograd and finite differences."""

import random
from collections import defaultdict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, pad_packed_sequence

import rnnlab
from rnnlab import LabError
from rnnlab.library.own_module import called
from rnnlab.library.recurrent_call import tensors
from tests.support import users_modules as users
from tests.support.users_modules import USERS, letters

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")  # by oneDNN: it is slower
RECURRENT = (nn.RNNBase, nn.RNNCellBase)


def fresh(name: str) -> tuple[nn.Module, object]:
    torch.manual_seed(0)
    make, batch = USERS[name]
    return make(), batch


def outputs_in_torch(module: nn.Module, batch) -> tuple[object, dict[str, list[np.ndarray]]]:
    """What it returns in evaluation mode, and the outputs of its recurrent modules, call by call: [batch, step, .]."""
    seen: dict[str, list[np.ndarray]] = defaultdict(list)

    def see(name: str):
        def hook(one, _, returned):
            output = returned[0] if type(returned) is tuple else returned
            if isinstance(output, PackedSequence):
                output, _ = pad_packed_sequence(output, batch_first=True)
            elif isinstance(one, nn.RNNCellBase):
                output = output[:, None]
            elif output.dim() == 2:
                output = output[None]
            elif not one.batch_first:
                output = output.transpose(0, 1)
            seen[name].append(output.detach().numpy())

        return hook

    handles = [one.register_forward_hook(see(n)) for n, one in module.named_modules() if isinstance(one, RECURRENT)]
    returned = called(module.eval(), batch)
    for handle in handles:
        handle.remove()
    return returned, seen


@pytest.fixture(scope="module", params=USERS)
def looked(request):
    """A look at a module in training mode, and what torch says of a twin in evaluation mode, drawing the same."""
    module, batch = fresh(request.param)
    torch.manual_seed(1)
    look = rnnlab.inspect(module, batch)
    twin, _ = fresh(request.param)
    torch.manual_seed(1)
    returned, seen = outputs_in_torch(twin, batch)
    total = tensors(returned)[0].square().sum() / 2
    total.backward()
    return look, twin, returned, seen, total.item()


def test_states_of_every_step_are_torchs(looked):
    look, _, _, seen, _ = looked
    assert {one.name for one in look.recurrent} == set(seen)
    assert look.difference < 1e-6
    for one in look.recurrent:
        assert one.difference < 1e-6 < one.largest
        top = np.asarray(one["h"])[-1]  # [direction, batch, step, unit]
        mine = np.concatenate(list(top), axis=-1)
        theirs = np.concatenate(seen[one.name], axis=1)
        assert one["h"].axes == ("layer", "direction", "batch", "step", "unit")
        np.testing.assert_allclose(np.nan_to_num(mine), theirs, atol=1e-6)


def test_gradients_of_all_parameters_are_autograds(looked):
    look, twin, _, _, total = looked
    assert look.loss == pytest.approx(total, rel=1e-5)
    shown = {one.name: one for one in look.parameters}
    assert sum(one.count for one in look.parameters) == sum(p.numel() for p in twin.parameters())
    for name, p in twin.named_parameters():
        assert shown[name].shape == tuple(p.shape)
        expected = float("nan") if p.grad is None else p.grad.norm().item()
        assert shown[name].gradient == pytest.approx(expected, rel=1e-4, abs=1e-6, nan_ok=True)


def test_it_is_said_in_a_few_lines(looked):
    look = looked[0]
    for said in (str(look), look._repr_html_()):
        assert all(one.name in said for one in (*look.stages, *look.parameters, *look.recurrent))
    assert "<script" not in look._repr_html_()


@pytest.mark.parametrize("name", USERS)
def test_the_module_is_left_as_it_was(name):
    module, batch = fresh(name)
    module.train()

    def inside() -> list[dict[str, int]]:
        """Which values are where, as modules, parameters and attributes."""
        dicts = [vars(one) | one._parameters | one._modules for one in module.modules()]
        return [{n: id(v) for n, v in one.items() if not isinstance(v, dict | list)} for one in dicts]

    before, kept, drawn = inside(), random.getstate(), torch.get_rng_state()
    rnnlab.inspect(module, batch)
    assert inside() == before
    assert all(one.training and not one._forward_hooks for one in module.modules())
    assert all(p.grad is None for p in module.parameters())
    assert random.getstate() == kept
    assert torch.equal(torch.get_rng_state(), drawn)
    called(module, batch)  # it goes on training


# Gates


def test_gates_are_the_formulas_and_make_the_states():
    module, batch = fresh("a classifier")
    lstm = rnnlab.inspect(module, batch)["lstm"]
    x = module.embed(batch)
    layer = module.lstm
    total = x[:, 0] @ layer.weight_ih_l0.T + layer.bias_ih_l0 + layer.bias_hh_l0  # the first state is zero
    i, _, g, o = (part.detach().numpy() for part in total.chunk(4, dim=-1))
    for name, expected in (("i", 1 / (1 + np.exp(-i))), ("g", np.tanh(g)), ("o", 1 / (1 + np.exp(-o)))):
        np.testing.assert_allclose(lstm[name].values[0, 0, :, 0], expected, atol=1e-6)
    i, f, g, o, c, h = (lstm[name].values for name in "ifgoch")
    np.testing.assert_allclose(c[..., 1:, :], f[..., 1:, :] * c[..., :-1, :] + (i * g)[..., 1:, :], atol=1e-6)
    np.testing.assert_allclose(h, o * np.tanh(c), atol=1e-6)
    gru = rnnlab.inspect(*fresh("an encoder"))["rnn"]
    r, z, n, h = (gru[name].values for name in "rznh")
    assert ((r > 0) & (r < 1)).all()
    np.testing.assert_allclose(h[:, 0, :, 1:], ((1 - z) * n)[:, 0, :, 1:] + z[:, 0, :, 1:] * h[:, 0, :, :-1], atol=1e-6)
    back = (slice(None), 1, slice(None))
    np.testing.assert_allclose(  # the other direction comes from the step behind it
        h[back][:, :, :-1], ((1 - z) * n)[back][:, :, :-1] + z[back][:, :, :-1] * h[back][:, :, 1:], atol=1e-6
    )


# Gradient through time


def test_the_gradient_by_a_state_is_the_quotient_of_differences():
    """In float64: the state after a step is moved, and torch's own layer goes on from there."""
    torch.manual_seed(0)
    layer = nn.LSTM(3, 4, batch_first=True).double()
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    found = rnnlab.inspect(layer, x, loss=lambda returned: returned[1][0].sin().sum())[""].gradients
    step, nudge = 2, 1e-6
    for place, name in enumerate("hc"):
        quotients = np.zeros((2, 4))
        for row, unit in np.ndindex(2, 4):
            losses = []
            for sign in (1, -1):
                _, state = layer(x[:, : step + 1])
                state = [part.detach().clone() for part in state]
                h, c = state
                o = h / c.tanh()
                state[place][0, row, unit] += sign * nudge
                if name == "c":  # of which h of the same step is made
                    h[:] = o * c.tanh()
                _, (end, _) = layer(x[:, step + 1 :], (h, c))
                losses.append(end.sin().sum().item())
            quotients[row, unit] = (losses[0] - losses[1]) / (2 * nudge)
        expected = np.linalg.norm(quotients, axis=-1)
        np.testing.assert_allclose(found[name].values[0, 0, :, step], expected, rtol=1e-6)
    assert found["h"].axes == ("layer", "direction", "batch", "step")


def test_the_gradient_reaches_the_encoder_through_attention():
    """By autograd, of an encoder whose states are made one by one by torch's own step."""
    module, batch = fresh("with attention")
    torch.manual_seed(1)
    found = rnnlab.inspect(module, batch)["encoder.rnn"].gradients["h"].values[0]  # [direction, batch, step]
    twin, _ = fresh("with attention")
    gru, kept = twin.encoder.rnn, []

    def step_by_step(x):
        for end, order in (("", range(len(x))), ("_reverse", reversed(range(len(x))))):
            weights = [getattr(gru, f"{name}_l0{end}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            h, states = x.new_zeros(x.shape[1], 4), [x] * len(x)
            for t in order:
                h = states[t] = torch.gru_cell(x[t], h, *weights)
                h.retain_grad()
            kept.append(states)
        forward, backward = kept
        output = torch.cat([torch.stack(forward), torch.stack(backward)], dim=-1)
        return output, torch.stack([forward[-1], backward[0]])

    gru.forward = step_by_step
    torch.manual_seed(1)
    (called(twin.eval(), batch).square().sum() / 2).backward()
    norms = [[h.grad.norm(dim=-1).numpy() for h in states] for states in kept]  # [direction, step, batch]
    np.testing.assert_allclose(found, np.array(norms).transpose(0, 2, 1), rtol=1e-4)


def test_padding_is_no_step_and_has_no_gradient():
    module, batch = fresh("packed")
    look = rnnlab.inspect(module, batch, loss=lambda returned: returned[0].sum())
    lstm = look["lstm"]
    for array in (lstm["h"].values[0, 0, ..., 0], lstm.gradients["c"].values[0, 0]):
        assert np.isnan(array).tolist() == [[step >= length for step in range(6)] for length in (4, 6, 1)]
    stage = next(one for one in look.stages if one.name == "lstm")
    assert stage.given == ("packed [11, 6]: 4+6+1",)
    assert stage.returned == ("packed [11, 10]: 4+6+1", "[2, 3, 5]", "[2, 3, 5]")
    sorted_rows = pack_sequence([torch.ones(3, 2), torch.ones(1, 2)])  # of which torch keeps no order
    assert rnnlab.inspect(nn.GRU(2, 3), sorted_rows).difference < 1e-6


# Shapes and calls


def test_a_loop_is_one_sequence_and_one_line():
    look = rnnlab.inspect(users.OneStep(), letters)
    (cell,) = look.recurrent
    assert (cell.calls, cell.kind, cell["h"].values.shape) == (4, "RNNCell", (1, 1, 1, 4, 4))
    assert [(one.name, one.calls) for one in look.stages] == [("", 4), ("rnncell", 4)]
    decoder = rnnlab.inspect(*fresh("with attention"))["decoder.rnn"]
    assert (decoder.calls, decoder["h"].values.shape) == (5, (1, 1, 2, 5, 4))


def test_two_texts_through_one_layer_are_two_sequences():
    layer = nn.GRU(3, 4, batch_first=True)
    look = rnnlab.inspect(layer, lambda one: one(torch.randn(2, 5, 3))[0].sum() + one(torch.randn(2, 3, 3))[0].sum())
    assert [one["h"].values.shape[3] for one in look.recurrent] == [5, 3]


def test_stages_stand_in_the_order_in_which_they_begin():
    look = rnnlab.inspect(*fresh("a classifier"))
    assert [(one.name, one.kind, one.given, one.returned[0]) for one in look.stages] == [
        ("", "SentenceClassifier", ("[4, 7]",), "[4, 3]"),
        ("embed", "Embedding", ("[4, 7]",), "[4, 7, 6]"),
        ("lstm", "LSTM", ("[4, 7, 6]",), "[4, 7, 5]"),
        ("dropout", "Dropout", ("[4, 5]",), "[4, 5]"),
        ("fc", "Linear", ("[4, 5]",), "[4, 3]"),
    ]


def test_tied_weights_are_counted_once():
    shown = {one.name: one for one in rnnlab.inspect(*fresh("AWD-LSTM")).parameters}
    assert (shown["decoder.weight"].same_as, shown["decoder.weight"].count) == ("encoder.weight", 0)


def test_gradients_become_a_figure():
    (trace, *others) = rnnlab.inspect(*fresh("an encoder"))["rnn"].plot_gradients(lang="en").data
    assert len(trace.y) == 5
    assert len(others) == 1


def test_without_anything_to_derive_there_is_no_gradient():
    look = rnnlab.inspect(nn.GRU(2, 3), lambda one: one(torch.ones(4, 2))[0].argmax(-1))
    assert np.isnan(look.loss)
    assert (look[""].gradients["h"].values == 0).all()


@pytest.mark.parametrize(
    ("module", "batch", "loss", "named"),
    [
        (3, torch.ones(1), None, ["module", "3", "torch.nn.Module"]),
        (nn.Linear(2, 2), torch.ones(2), None, ["module", "Linear", "nn.LSTM"]),
        (users.PackedClassifier(), lambda one: one.out(torch.ones(1, 10)), None, ["batch", "lstm", "loop"]),
        (users.SentenceClassifier(), torch.ones(1, 3, dtype=torch.long), lambda out: out, ["loss", "[1, 3]", "mean"]),
        (users.Encoder(), torch.ones(2, 1, dtype=torch.long), lambda _: 3, ["loss", "3", "mean"]),
    ],
)
def test_what_is_of_no_use_is_told_with_its_remedy(module, batch, loss, named):
    with pytest.raises(LabError) as caught:
        rnnlab.inspect(module, batch, loss)
    assert all(part in str(caught.value) for part in named)


class OutputAlone(nn.GRU):
    def forward(self, x):
        return super().forward(x)[0]


class InsideOut(nn.LSTM):
    def forward(self, x, hx=None):
        return super().forward(x.flip(0), hx)


def test_a_class_that_is_a_layer_itself():
    with pytest.raises(LabError, match=r"OutputAlone.*attribute"):
        rnnlab.inspect(OutputAlone(2, 3), torch.ones(4, 2))
    torch.manual_seed(0)
    assert rnnlab.inspect(InsideOut(2, 3), torch.randn(4, 2)).recurrent[0].difference > 0.01  # it says so


def test_what_the_module_itself_raises_comes_as_it_is():
    module = users.AWDLSTM()
    with pytest.raises(IndexError):
        rnnlab.inspect(module, torch.tensor([[99]]))
    assert module.training
    assert not any(one._forward_hooks for one in module.modules())
