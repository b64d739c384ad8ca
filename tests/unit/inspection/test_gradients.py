"""Gradients through time, held against programs that know nothing of how the lab finds them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy

from rnnlab import Experiment, LabError, run
from rnnlab.data import batch_of
from rnnlab.inspection import gradients
from rnnlab.inspection.trace import network
from rnnlab.records.history import Checkpoint
from rnnlab.training.trainer import Trainer
from tests.support import modules
from tests.support.examples import examples

WORDS = "甲 乙 丙 丁 戊 己 庚 辛"

experiments = st.builds(
    lambda words, padded, **fields: Experiment(
        text=" ".join(["甲", *words]) + ("\n甲 乙" if padded else ""), embed=3, epochs=1, **fields
    ),
    words=st.lists(st.sampled_from(WORDS.split()[1:]), min_size=1, max_size=7),
    padded=st.booleans(),
    cell=st.sampled_from(modules.NAMES),
    impl=st.sampled_from(["layer", "cell"]),
    input=st.sampled_from(["embedding", "onehot"]),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    hidden=st.integers(1, 5),
    layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    dropout=st.sampled_from([0.0, 0.5]),
    loss=st.sampled_from(["mean", "sum"]),
    seed=st.integers(0, 50),
)


def weights_of(e: Experiment) -> bytes:
    return Trainer(e).weight_bytes()


def places(e: Experiment) -> list[tuple[int, int]]:
    return [(layer, direction) for layer in range(e.layers) for direction in range(1 + e.bidirectional)]


class Chain(nn.Module):
    """The recurrent part of a network from torch's one-step cells, each new h and c kept with its gradient."""

    def __init__(self, e: Experiment, model: nn.Module):
        super().__init__()
        self.e, self.model = e, model
        kind = modules.CELLS[e.cell]
        options = modules.options(e.cell, e.nonlinearity)
        learnt = iter(model.recurrent.parameters())  # layer by layer: both ways of writing it keep this order
        self.cells = []
        for layer, _ in places(e):
            first = next(learnt)
            cell = kind(first.shape[1], e.hidden, **options)
            assert (first.shape[1] == e.hidden * (1 + e.bidirectional)) or layer == 0
            for own, given_ in zip(cell.parameters(), [first, *(next(learnt) for _ in range(3))], strict=True):
                own.data = given_.data
            self.cells.append(cell)

    def forward(self, ids):
        self.kept = {place: {"h": [None] * len(ids), "c": [None] * len(ids)} for place in places(self.e)}
        x = list(self.model.input(torch.tensor([ids]))[0].unbind(0))
        for layer in range(self.e.layers):
            halves = []
            for direction in range(1 + self.e.bidirectional):
                cell = self.cells[layer * (1 + self.e.bidirectional) + direction]
                state, out = None, [None] * len(ids)
                for k in range(len(ids))[:: -1 if direction else 1]:
                    state = cell(x[k][None], state)
                    parts = state if isinstance(state, tuple) else (state,)
                    for name, part in zip("hc", parts, strict=False):
                        part.retain_grad()
                        self.kept[layer, direction][name][k] = part
                    out[k] = parts[0][0]
                halves.append(out)
            x = [torch.cat(both) for both in zip(*halves, strict=True)]
        output = torch.stack(x)
        return output if self.model.head is None else self.model.head(output)


@given(experiments)
@examples(60)
def test_gradients_are_those_that_a_plain_loop_over_torchs_cells_retains(e):
    weights = weights_of(e)
    data, model = network(e, weights)
    ids, targets = data.probe.inputs, data.probe.targets
    for layer, direction in places(e):
        found = gradients.through_time(e, weights, layer, direction)
        assert set(found.norms) == ({"h", "c"} if e.cell == "lstm" else {"h"})
        for t in range(len(ids)):
            chain = Chain(e, model)
            loss = cross_entropy(chain(ids)[t], torch.tensor(targets[t]))
            loss.backward()
            assert found.losses[t] == pytest.approx(loss.item(), rel=1e-4, abs=1e-6)
            for name, norms in found.norms.items():
                states = chain.kept[layer, direction][name]
                expected = [0.0 if s.grad is None else s.grad.double().norm().item() for s in states]
                np.testing.assert_allclose(norms[t], expected, rtol=2e-4, atol=1e-9)


@given(experiments, st.data())
@examples(25)
def test_a_gradient_is_how_fast_the_loss_changes_when_the_state_is_moved(e, draw):
    """Central differences in float64: every unit of one h_k moved by hand, the steps after it computed anew."""
    e = e.model_copy(update={"layers": 1, "bidirectional": False, "nonlinearity": "tanh"})
    weights = weights_of(e)
    data, model = network(e, weights)
    model.double()
    ids, steps = data.probe.inputs, len(data.probe.inputs)
    k = draw.draw(st.integers(0, steps - 1))
    x = model.input(torch.tensor([ids])).double()

    @torch.no_grad()
    def losses(unit: int, by: float) -> torch.Tensor:
        early, state = model.recurrent(x[:, : k + 1])
        moved = tuple(part.clone() for part in state) if isinstance(state, tuple) else state.clone()
        (moved[0] if isinstance(moved, tuple) else moved)[0, 0, unit] += by
        output = early.clone()
        output[0, k, unit] += by
        if k + 1 < steps:
            output = torch.cat([output, model.recurrent(x[:, k + 1 :], moved)[0]], dim=1)
        return cross_entropy(model.head(output)[0], torch.tensor(data.probe.targets), reduction="none")

    slopes = [(losses(unit, 1e-5) - losses(unit, -1e-5)) / 2e-5 for unit in range(e.hidden)]
    found = gradients.through_time(e, weights, 0, 0).norms["h"][:, k]
    np.testing.assert_allclose(found, torch.stack(slopes).norm(dim=0), rtol=1e-3, atol=1e-6)


@given(experiments)
@examples(30)
def test_reading_forward_only_nothing_later_matters(e):
    e = e.model_copy(update={"bidirectional": False})
    norms = gradients.through_time(e, weights_of(e), e.layers - 1, 0).norms["h"]
    assert (np.triu(norms, 1) == 0).all()


@given(experiments)
@examples(30)
def test_the_last_layers_backward_half_has_gradients_from_later_steps_only(e):
    e = e.model_copy(update={"bidirectional": True})
    weights = weights_of(e)
    assert (np.triu(gradients.through_time(e, weights, e.layers - 1, 0).norms["h"], 1) == 0).all()
    assert (np.tril(gradients.through_time(e, weights, e.layers - 1, 1).norms["h"], -1) == 0).all()


@given(experiments, st.data())
@examples(30)
def test_all_epochs_at_once_are_each_epoch_by_itself(e, draw):
    layer, direction = draw.draw(st.sampled_from(places(e)))
    seeds = draw.draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
    kept = tuple(Checkpoint(i, weights_of(e.model_copy(update={"seed": seed}))) for i, seed in enumerate(seeds))
    single = [gradients.through_time(e, one.weights, layer, direction) for one in kept]
    t = draw.draw(st.integers(0, len(single[0].losses) - 1))
    found = gradients.over_epochs(e, kept, layer, direction, t)
    assert found.epochs == tuple(range(len(seeds)))
    np.testing.assert_allclose(found.losses, [one.losses[t] for one in single], rtol=1e-4, atol=1e-6)
    for name, norms in found.norms.items():
        np.testing.assert_allclose(norms, [one.norms[name][t] for one in single], rtol=1e-3, atol=1e-9)


def test_a_gradient_that_is_too_small_to_be_squared_in_float32_is_not_lost():
    e = Experiment(text=" ".join(f"w{i}" for i in range(50)), hidden=2)
    _, model = network(e, weights_of(e))
    with torch.no_grad():
        model.recurrent.weight_hh_l0.mul_(0.2)
    weights = torch.cat([p.detach().flatten() for p in model.parameters()]).numpy().tobytes()
    norms = gradients.through_time(e, weights, 0, 0).norms["h"]
    assert ((norms > 0) & (norms < 1e-24)).any()


# One weight


@given(experiments, st.data())
@examples(40)
def test_the_checked_gradient_is_autograds_of_a_program_of_our_own(e, draw):
    e = e.model_copy(update={"nonlinearity": "tanh"})
    weights = weights_of(e)
    data, model = network(e, weights)
    parameter = draw.draw(st.sampled_from(gradients.parameters(e)))
    found = gradients.check(e, weights, parameter.name, None)
    logits = Chain(e, model)(data.probe.inputs)  # shares the model's tensors, so that their gradients are its own
    chain = Chain(e, model)
    loss = cross_entropy(chain(data.probe.inputs), torch.tensor(data.probe.targets), reduction=e.loss)
    assert logits.shape == (len(data.probe.inputs), len(data.vocabulary))
    assert found.loss == pytest.approx(loss.item(), rel=1e-4)
    learnt = dict(model.named_parameters())
    cells = [p for cell in chain.cells for p in cell.parameters()]
    own = dict(zip([n for n in learnt if n.startswith("recurrent")], cells, strict=True))
    loss.backward()
    gradient = own.get(parameter.name, learnt[parameter.name]).grad
    assert found.autograd == pytest.approx(gradient[found.place].item(), rel=1e-3, abs=1e-6)
    assert abs(found.autograd) >= gradient.abs().max().item() - 1e-5
    assert found.difference == pytest.approx(found.autograd, rel=1e-4, abs=1e-8)
    assert found.difference == (found.above - found.below) / (2 * found.step)
    assert found.weight == pytest.approx(learnt[parameter.name][found.place].item())


def test_every_entry_can_be_checked():
    e = Experiment(hidden=3, embed=2, cell="gru")
    weights = weights_of(e)
    for parameter in gradients.parameters(e):
        for place in np.ndindex(*parameter.shape):
            found = gradients.check(e, weights, parameter.name, place)
            assert found.place == place
            assert found.difference == pytest.approx(found.autograd, rel=1e-5, abs=1e-9)


def test_checking_moves_no_weight():
    e = Experiment(hidden=3)
    weights = weights_of(e)
    first = gradients.check(e, weights, "recurrent.weight_hh_l0", (1, 2))
    assert gradients.check(e, weights, "recurrent.weight_hh_l0", (1, 2)) == first


@pytest.mark.parametrize("e", [Experiment(), Experiment(cell="lstm", layers=2, impl="cell", input="onehot")])
def test_the_parameters_are_torchs_and_add_up(e):
    found = gradients.parameters(e)
    assert [(p.name, p.shape) for p in found] == [(n, tuple(p.shape)) for n, p in Trainer(e).model.named_parameters()]
    assert sum(np.prod(p.shape) for p in found) == run(e).opening.parameters


def test_a_recorded_run_can_be_looked_at():
    """From the history to the gradient, with the network's own loss as the oracle: what is trained has a loss."""
    history = run(Experiment(epochs=30))
    found = gradients.through_time(history.experiment, history.checkpoints[-2].weights, 0, 0)
    probability = next(f for f in history.frames if f.epoch == history.checkpoints[-2].epoch).target_probability
    np.testing.assert_allclose(found.losses, -np.log(probability), rtol=1e-4)


# Bad input

CASES = {
    "a layer that is not there": lambda e, w: gradients.through_time(e, w, 1, 0),
    "a direction that is not there": lambda e, w: gradients.through_time(e, w, 0, 1),
    "a step that is not there": lambda e, w: gradients.over_epochs(e, (Checkpoint(0, w),), 0, 0, 4),
    "a step before the first": lambda e, w: gradients.over_epochs(e, (Checkpoint(0, w),), 0, 0, -1),
    "a parameter that is not there": lambda e, w: gradients.check(e, w, "weight_hh_l9", None),
    "an entry that is not there": lambda e, w: gradients.check(e, w, "head.bias", (4,)),
    "an entry counted from behind": lambda e, w: gradients.check(e, w, "head.bias", (-1,)),
    "an index too few": lambda e, w: gradients.check(e, w, "head.weight", (0,)),
}


@pytest.mark.parametrize("ask", CASES.values(), ids=CASES)
def test_what_is_not_there_is_said(ask):
    e = Experiment()
    with pytest.raises(LabError) as error:
        ask(e, weights_of(e))
    assert str(error.value)


# What the presets claim


@pytest.mark.parametrize("cell", modules.NAMES)
@pytest.mark.parametrize("seed", [0])
def test_across_twenty_steps_the_gates_remember_and_the_rnn_does_not(cell, seed):
    history = run(Experiment(preset="long-range", cell=cell, seed=seed))
    data, model = network(history.experiment, history.checkpoints[-1].weights)
    with torch.no_grad():
        best = model(batch_of(data.pairs)).logits.argmax(-1)
    right = [int(row[-1]) == pair.targets[-1] for row, pair in zip(best, data.pairs, strict=True)]
    assert sum(right) == (1 if cell == "rnn" else 4)
    assert len(data.pairs) == 4


@pytest.mark.parametrize("seed", [0, 1, 9])
def test_the_preset_on_clipping_needs_it(seed):
    with_it = run(Experiment(preset="clipping", seed=seed))
    without = run(Experiment(preset="clipping", seed=seed, clip=0.0))
    assert with_it.losses[-1] < 0.5
    assert not min(without.losses[-10:]) < 1000
    assert sum(s.norm > 1 for s in with_it.snapshots) > 50
