"""Looking inside a trained network: what is shown is torch's own, and a change does what the same change does there."""

import math
from dataclasses import astuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlab import Experiment, LabError, run
from rnnlab.cells import CELLS, WEIGHTS
from rnnlab.inspection.implementations import implementations
from rnnlab.inspection.trace import network, trace
from rnnlab.records.opening import Place
from rnnlab.records.trace import Intervention, PartTrace
from tests.support import modules, plain
from tests.support.examples import examples

LAYERS = modules.LAYERS
WORDS = "我 喜欢 学习 深度 学习"


def trained(**fields) -> tuple[Experiment, bytes]:
    e = Experiment(**({"hidden": 5, "embed": 3, "epochs": 4, "lr": 0.05} | fields))
    return e, run(e).checkpoints[-1].weights


class Twin:
    """The same network as a plain torch program writes it, on the same weights."""

    def __init__(self, e: Experiment, weights: bytes, classes: int):
        self.e = e
        values = torch.from_numpy(np.frombuffer(weights, dtype=np.float32).copy())
        options = modules.options(e.cell, e.nonlinearity)
        self.embedding = nn.Embedding(classes, e.embed)
        self.recurrent = LAYERS[e.cell](
            e.embed, e.hidden, e.layers, batch_first=True, bidirectional=e.bidirectional, **options
        )
        self.linear = nn.Linear(e.hidden * (2 if e.bidirectional else 1), classes)
        place = 0
        for part in (self.embedding, self.recurrent, self.linear):
            for p in part.parameters():
                p.data = values[place : place + p.numel()].view_as(p).clone()
                place += p.numel()
        assert place == len(values)

    def ids(self) -> list[int]:
        words = self.e.text.split("\n")[0].split()
        vocabulary = list(dict.fromkeys(self.e.text.split()))
        return [vocabulary.index(word) for word in words[:-1]]

    @torch.no_grad()
    def __call__(self, ids=None, initial=None, x=None):
        x = self.embedding(torch.tensor([ids or self.ids()])) if x is None else x
        output, final = self.recurrent(x, initial)
        return x, output, final, self.linear(output)[0].softmax(-1)


def twin_of(e: Experiment, weights: bytes) -> Twin:
    return Twin(e, weights, len(set(e.text.split())))


def same(walk: PartTrace, chances: torch.Tensor, tolerance: float = 1e-5) -> None:
    best = chances.topk(min(3, chances.shape[-1]), dim=-1)
    np.testing.assert_allclose(walk.top_probabilities, best.values, atol=tolerance)


def assert_equal(a: PartTrace, b: PartTrace) -> None:
    for one, other in zip(astuple(a), astuple(b), strict=True):
        pairs = [(one, other)] if not isinstance(one, dict) else [(one[k], other[k]) for k in one]
        for mine, theirs in pairs:
            np.testing.assert_array_equal(mine, theirs)


@examples(30)
@given(
    cell=st.sampled_from(sorted(LAYERS)),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    impl=st.sampled_from(["layer", "cell"]),
    layers=st.integers(1, 3),
    both=st.booleans(),
    hidden=st.integers(1, 9),
    seed=st.integers(0, 1000),
)
def test_the_inside_is_torchs(cell, nonlinearity, impl, layers, both, hidden, seed):
    e, weights = trained(
        cell=cell,
        nonlinearity=nonlinearity,
        impl=impl,
        layers=layers,
        bidirectional=both,
        hidden=hidden,
        seed=seed,
        epochs=2,
    )
    x, output, final, chances = twin_of(e, weights)()
    h_n = final[0] if cell == "lstm" else final
    for layer in range(layers):
        for direction in range(2 if both else 1):
            found = trace(e, weights, Place("network", layer, direction))
            assert found.changed is None
            assert found.difference < 1e-5
            states = [output, *(final if cell == "lstm" else (final,))]
            assert found.largest == pytest.approx(max(float(part.abs().max()) for part in states), rel=1e-5)
            walk = found.original
            assert walk.hidden.shape == (layers, 2 if both else 1, 4, hidden)
            assert set(walk.values) == set(CELLS[cell].values)
            last = 0 if direction else -1
            index = layer * (2 if both else 1) + direction
            np.testing.assert_allclose(walk.values["h"][last], h_n[index, 0], rtol=1e-5, atol=1e-5)
            np.testing.assert_array_equal(walk.values["h"], walk.hidden[layer, direction])
            if cell == "lstm":
                np.testing.assert_allclose(walk.values["c"][last], final[1][index, 0], rtol=1e-5, atol=1e-5)
            np.testing.assert_array_equal(walk.x, x[0] if layer == 0 else np.concatenate(walk.hidden[layer - 1], -1))
            same(walk, chances)
    np.testing.assert_allclose(np.concatenate(walk.hidden[-1], axis=-1), output[0], rtol=1e-5, atol=1e-5)


def test_every_recorded_epoch_is_the_network_of_that_epoch():
    e = Experiment(epochs=12)
    history = run(e)
    assert [kept.epoch for kept in history.checkpoints] == list(range(13))
    _, _, hidden = plain.next_words(e.text, epochs=12)
    for kept in history.checkpoints:
        walk = trace(e, kept.weights, Place()).original
        np.testing.assert_allclose(walk.values["h"], hidden[kept.epoch], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(
            walk.top_probabilities, history.frames[kept.epoch].top_probabilities, rtol=1e-5, atol=1e-5
        )
        np.testing.assert_allclose(
            walk.target_probability, history.frames[kept.epoch].target_probability, rtol=1e-5, atol=1e-5
        )


CHANGES = st.one_of(
    st.builds(lambda t, u: ("input", t, u), st.integers(0, 3), st.integers(0, 2)),
    st.builds(lambda n, u: ("state", n, u), st.sampled_from("hc"), st.integers(0, 4)),
    st.builds(lambda n, r, c: ("weight", n, r, c), st.sampled_from(WEIGHTS), st.integers(0, 19), st.integers(0, 2)),
)


@examples(40)
@given(changes=st.lists(CHANGES, min_size=1, max_size=4), layer=st.integers(0, 1), direction=st.integers(0, 1))
def test_a_change_that_changes_nothing_gives_exactly_the_original(changes, layer, direction):
    e, weights = NOTHING
    original = trace(e, weights, Place("network", layer, direction)).original
    first = trace(e, weights, Place()).original.x
    edits = []
    for kind, *place in changes:
        if kind == "input":
            edits.append(Intervention("input", float(first[place[0], place[1]]), step=place[0], unit=place[1]))
        elif kind == "state":
            edits.append(Intervention("state", 0.0, place[0], layer, direction, unit=place[1]))
        else:
            name, row, column = place
            value = original.weights[name][row]
            here = None if name.startswith("bias") else column
            value = float(value if here is None else value[here])
            edits.append(Intervention("weight", value, name, layer, direction, unit=row, column=here))
    changed = trace(e, weights, Place("network", layer, direction), tuple(edits)).changed
    assert changed is not None
    assert_equal(changed, original)


NOTHING = trained(cell="lstm", layers=2, bidirectional=True)


@pytest.mark.parametrize("cell", sorted(LAYERS))
def test_another_token_is_read_as_that_token(cell):
    e, weights = trained(cell=cell)
    twin = twin_of(e, weights)
    changed = trace(e, weights, Place(), (Intervention("token", 3, step=1),)).changed
    _, output, _, chances = twin([0, 3, 2, 3])
    np.testing.assert_allclose(changed.values["h"], output[0], rtol=1e-6, atol=1e-6)
    same(changed, chances)


@pytest.mark.parametrize("cell", sorted(LAYERS))
def test_an_overwritten_input_goes_through_torch_alike(cell):
    e, weights = trained(cell=cell, layers=2)
    twin = twin_of(e, weights)
    x, *_ = twin()
    x[0, 2, 1] = 0.75
    x[0, 0, :] = -1.5
    _, output, _, chances = twin(x=x)
    edits = (Intervention("input", 0.75, step=2, unit=1), Intervention("input", -1.5, step=0))
    changed = trace(e, weights, Place("network", 1), edits).changed
    np.testing.assert_allclose(changed.values["h"], output[0], rtol=1e-6, atol=1e-6)
    same(changed, chances)


@pytest.mark.parametrize("name", ["h", "c"])
def test_another_first_state_goes_through_torch_alike(name):
    e, weights = trained(cell="lstm", layers=2, bidirectional=True)
    initial = {part: torch.zeros(4, 1, 5) for part in "hc"}
    initial[name][3, 0, 2] = 0.8  # layer 1, backward
    _, output, _, chances = twin_of(e, weights)(initial=(initial["h"], initial["c"]))
    edit = Intervention("state", 0.8, name, layer=1, direction=1, unit=2)
    changed = trace(e, weights, Place("network", 1, 1), (edit,)).changed
    np.testing.assert_allclose(changed.values["h"], output[0, :, 5:], rtol=1e-6, atol=1e-6)
    assert changed.initial[name][2] == np.float32(0.8)
    same(changed, chances)


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("cell", sorted(LAYERS))
def test_an_edited_weight_is_that_weight_in_torch(cell, name):
    e, weights = trained(cell=cell, layers=2, bidirectional=True)
    twin = twin_of(e, weights)
    matrix = name.startswith("weight")
    parameter = getattr(twin.recurrent, f"{name}_l1_reverse")
    with torch.no_grad():
        parameter[(4, 1) if matrix else 4] = 2.5
    edit = Intervention("weight", 2.5, name, layer=1, direction=1, unit=4, column=1 if matrix else None)
    changed = trace(e, weights, Place("network", 1, 1), (edit,)).changed
    _, output, _, chances = twin()
    np.testing.assert_allclose(changed.values["h"], output[0, :, 5:], rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(changed.weights[name], parameter.detach())
    same(changed, chances)


def test_a_unit_that_is_off_feeds_nobody():
    """Off is the same as cutting every weight that reads the unit, but that the unit itself reads 0."""
    e, weights = trained(cell="gru", layers=2)
    changed = trace(e, weights, Place(), (Intervention("off", layer=0, unit=3),)).changed
    assert not changed.values["h"][:, 3].any()
    twin = twin_of(e, weights)
    with torch.no_grad():
        twin.recurrent.weight_hh_l0[:, 3] = 0
        twin.recurrent.weight_ih_l1[:, 3] = 0
    *_, chances = twin()
    same(changed, chances)


def test_a_clamped_gate_by_hand():
    """An LSTM that forgets everything at step 2 goes on from c = i g."""
    e, weights = trained(cell="lstm")
    original = trace(e, weights, Place()).original
    changed = trace(e, weights, Place(), (Intervention("gate", 0.0, "f", step=2),)).changed
    assert_first = changed.values["c"][:2], original.values["c"][:2]
    np.testing.assert_array_equal(*assert_first)
    np.testing.assert_allclose(
        changed.values["c"][2], original.values["i"][2] * original.values["g"][2], rtol=1e-6, atol=1e-7
    )
    np.testing.assert_array_equal(changed.values["f"][2], np.zeros(5, np.float32))
    assert not np.array_equal(changed.values["h"][3], original.values["h"][3])


def test_a_gru_whose_update_gate_is_one_never_moves():
    e, weights = trained(cell="gru")
    changed = trace(e, weights, Place(), (Intervention("gate", 1.0, "z"), Intervention("state", 0.5, "h"))).changed
    np.testing.assert_array_equal(changed.values["h"], np.full((4, 5), 0.5, np.float32))


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Intervention("input", math.nan, step=0), "edit_value"),
        (Intervention("weight", math.inf, "weight_ih", unit=0, column=0), "edit_value"),
        (Intervention("weight", 1e7, "weight_ih", unit=0, column=0), "edit_value"),
        (Intervention("gate", 0.0, "f", layer=1), "edit_layer"),
        (Intervention("gate", 0.0, "f", direction=1), "edit_layer"),
        (Intervention("gate", 0.0, "z"), "edit_name"),
        (Intervention("state", 0.0, "c_t"), "edit_name"),
        (Intervention("weight", 0.0, "weight_ho", unit=0, column=0), "edit_name"),
        (Intervention("weight", 0.0, "weight_ih", unit=0), "edit_name"),
        (Intervention("weight", 0.0, "bias_ih", unit=0, column=0), "edit_name"),
        (Intervention("weight", 0.0, "weight_hh", unit=0, column=5), "edit_column"),
        (Intervention("input", 0.0, step=4), "edit_step"),
        (Intervention("input", 0.0, step=0, unit=3), "edit_row"),
        (Intervention("token", 4, step=0), "edit_token"),
        (Intervention("token", -1, step=0), "edit_token"),
        (Intervention("off", unit=5), "edit_row"),
    ],
)
def test_an_edit_without_a_place_is_refused_by_name(edit, code):
    e, weights = trained(cell="lstm")
    with pytest.raises(LabError) as caught:
        trace(e, weights, Place(), (edit,))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert "{" not in str(caught.value)


@examples(20)
@given(
    cell=st.sampled_from(sorted(LAYERS)),
    nonlinearity=st.sampled_from(["tanh", "relu"]),
    layers=st.integers(1, 3),
    both=st.booleans(),
    impl=st.sampled_from(["layer", "cell"]),
)
def test_however_it_is_written_the_numbers_are_the_same(cell, nonlinearity, layers, both, impl):
    e, weights = trained(
        cell=cell, nonlinearity=nonlinearity, layers=layers, bidirectional=both, impl=impl, dropout=0.5, epochs=1
    )
    _, output, _, _ = twin_of(e, weights)()
    found = implementations(e, weights, "network")
    assert tuple(way.name for way in found) == modules.WRITTEN[cell]
    for way in found:
        np.testing.assert_allclose(way.hidden, output[0], rtol=1e-5, atol=1e-5)
        assert way.seconds > 0


def test_the_rebuilt_network_is_in_evaluation_mode():
    e, weights = trained(layers=2, dropout=0.9)
    _, model = network(e, weights)
    assert not model.training
    assert trace(e, weights, Place()).difference < 1e-6


def test_a_longer_sentence_than_the_probe_is_read_to_its_limit():
    e, weights = trained(text=" ".join(f"w{i}" for i in range(100)), epochs=1)
    assert trace(e, weights, Place()).original.x.shape == (64, 3)
