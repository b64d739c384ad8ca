"""What the Shapes page says of a module, held against torch itself: names, shapes, counts, numbers, refusals."""

import contextlib
import io
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from rnnlab import Experiment
from rnnlab.experiment import choices
from rnnlab.experiment.layer_spec import BOUNDS, LayerSpec, ends, idle, of_run, parameter_count
from rnnlab.explain.layer_program import comparing, counting, formula, program
from rnnlab.i18n import LabError
from rnnlab.inspection.layers import FIRST, LAST, NUMBERS, build, inspect_layer, try_shape
from tests.support.layer_specs import plain_module, settings_of_layers


@given(settings_of_layers)
def test_every_weight_has_torchs_name_and_shape_and_the_counts_add_up(s):
    seen = inspect_layer(s)
    shown = {tensor.name: (tensor.shape, tensor.count) for group in seen.weights for tensor in group}
    module = plain_module(s)
    assert list(shown) == [name for name, _ in module.named_parameters()]
    assert shown == {name: (tuple(p.shape), p.numel()) for name, p in module.named_parameters()}
    total = sum(p.numel() for p in module.parameters())
    assert seen.parameters == parameter_count(s) == total
    assert sum(count for _, count in shown.values()) == total
    assert formula(s).split("&=")[-1].strip().startswith(str(total))


@given(settings_of_layers)
def test_the_formulas_lines_add_up_to_the_number_of_parameters(s):
    lines = re.findall(r"\d[\d\\cdot ]*\\,\([\d+ ]+\)", formula(s))
    terms = [eval(line.replace(r"\cdot", "*").replace(r"\,", "*")) for line in lines]  # digits, + and * only
    assert sum(terms) == sum(p.numel() for p in plain_module(s).parameters())
    assert len(terms) == s.layers


@given(settings_of_layers)
def test_the_last_layer_alone_makes_the_output_of_what_the_layers_below_put_out(s):
    seen = inspect_layer(s)
    if s.is_cell or s.layers == 1 or s.dropout:
        assert s.is_cell or seen.readout.top_alone is None
    else:
        assert seen.readout.top_alone < 1e-5


@given(settings_of_layers)
def test_shapes_and_axes_are_those_that_torch_returns(s):
    seen = {tensor.name: tensor for tensor in inspect_layer(s).tensors}
    module = plain_module(s)
    x = torch.zeros(seen["input"].shape)
    with torch.no_grad():
        if s.is_cell:
            result = module(x)
            last = result if isinstance(result, tuple) else (result,)
            names = [f"h_{s.steps}", f"c_{s.steps}"]
        else:
            output, states = module(x)
            last = (output, *(states if isinstance(states, tuple) else (states,)))
            names = ["output", "h_n", "c_n"]
    for name, tensor in zip(names, last, strict=False):
        assert seen[name].shape == tuple(tensor.shape)
    sizes = {
        "batch": s.batch_size, "step": s.steps, "input": s.input_size, "unit": s.hidden_size, "layer": s.num_layers,
        "direction_unit": 2 * s.hidden_size, "layer_direction": 2 * s.num_layers,
        "gate_unit": s.hidden_size * {"rnn": 1, "lstm": 4, "gru": 3, "mgu": 2}[s.cell.name],
    }  # fmt: skip
    for tensor in [*seen.values(), *(weight for group in inspect_layer(s).weights for weight in group)]:
        assert tensor.shape == tuple(sizes[axis] for axis in tensor.axes)
        assert tensor.count == np.prod(tensor.shape)


@given(settings_of_layers)
def test_the_program_beside_it_runs_and_gives_these_shapes_and_numbers(s):
    seen = inspect_layer(s)
    names: dict = {}
    with torch.random.fork_rng(), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program(s), names)
    by_name = {tensor.name: tensor for tensor in seen.tensors}
    if s.is_cell:
        assert printed.getvalue().count("tensor(") == s.steps
        pairs = {f"h_{s.steps}": names["h"], **({f"c_{s.steps}": names["c"]} if s.has_memory else {})}
    else:
        pairs = {name: names[name] for name in ("output", "h_n", "c_n") if name in names}
        pairs["input"] = names["x"]
        assert str(pairs["output"].shape) in printed.getvalue()
    for name, tensor in pairs.items():
        assert by_name[name].shape == tuple(tensor.shape)
        np.testing.assert_array_equal(by_name[name].values, tensor.detach().numpy())
    module = names["cell" if s.is_cell else s.cell.name]
    own = names.get("MGUCell") if s.is_cell else names.get("CellLoop")
    assert type(module) is getattr(nn, s.kind, own)
    weights = {weight.name: weight.values for group in seen.weights for weight in group}
    for name, parameter in module.named_parameters():
        np.testing.assert_array_equal(weights[name], parameter.detach().numpy())
    lines = [line for line in program(s).partition("torch.manual_seed")[2].split("\n") if line]
    assert len(lines) <= (7 if s.is_cell else 6)


@given(settings_of_layers)
def test_looking_leaves_torchs_generator_alone(s):
    torch.manual_seed(7)
    before = torch.get_rng_state()
    inspect_layer(s)
    try_shape(s, s.input_shape, None)
    assert torch.equal(torch.get_rng_state(), before)


# Output and h_n


@given(settings_of_layers.filter(lambda s: not s.is_cell))
def test_the_last_layer_ends_where_the_output_says(s):
    """Forward at the last step, backward at the first: the readme's claim, checked on the numbers of the look."""
    seen = inspect_layer(s)
    by_name = {tensor.name: tensor.values for tensor in seen.tensors}
    output, h_n = by_name["output"], by_name["h_n"]
    if s.batched and s.batch_first:
        output = output.swapaxes(0, 1)
    size = s.hidden_size
    for layer in range(s.num_layers * s.directions):
        for step in range(s.steps):
            for direction in range(s.directions):
                half = output[step, ..., direction * size : (direction + 1) * size]
                assert seen.readout.equal[layer, step, direction] == np.array_equal(half, h_n[layer])
    assert all(seen.readout.equal[place] for place in ends(s))
    last = ends(s)
    assert last[0] == (s.directions * (s.num_layers - 1), s.steps - 1, 0)
    assert len(last) == s.directions


@given(settings_of_layers)
def test_the_lines_behind_the_panels_say_what_the_page_says(s):
    with torch.random.fork_rng(), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(f"{program(s)}\n{counting(s)}" + ("" if s.is_cell else f"\n{comparing(s)}"), {})
    lines = printed.getvalue().splitlines()
    if not s.is_cell:
        assert lines[-s.directions :] == ["True"] * s.directions
    assert str(inspect_layer(s).parameters) in lines
    for group in inspect_layer(s).weights:
        assert all(f"{weight.name} {list(weight.shape)} {weight.count}" in lines for weight in group)


def test_without_dead_units_nothing_else_is_equal():
    s = LayerSpec(kind="GRU", hidden_size=5, num_layers=2, bidirectional=True, batch_size=2, steps=4)
    seen = inspect_layer(s).readout
    assert set(zip(*np.nonzero(seen.equal), strict=True)) == set(ends(s))
    assert ends(s) == ((2, 3, 0), (3, 0, 1))


def test_the_backward_half_of_the_last_step_has_seen_one_token_unless_a_layer_below_has_seen_all():
    one = LayerSpec(kind="LSTM", bidirectional=True, hidden_size=4, steps=5)
    assert inspect_layer(one).readout.sees_others == (True, False)
    two = LayerSpec(kind="LSTM", bidirectional=True, hidden_size=4, steps=5, num_layers=2)
    assert inspect_layer(two).readout.sees_others == (True, True)
    assert inspect_layer(LayerSpec(steps=1, bidirectional=True)).readout.sees_others == (False, False)


def test_a_cell_is_shown_step_by_step_with_torchs_numbers():
    """The preset cell-shapes: B=1, T=3, input 4, hidden 2."""
    s = LayerSpec(kind="RNNCell")
    seen = inspect_layer(s)
    torch.manual_seed(0)
    cell = nn.RNNCell(4, 2)
    x, h = torch.randn(3, 1, 4), torch.zeros(1, 2)
    for step, x_t in zip(seen.steps, x, strict=True):
        names = [tensor.name for tensor in step.tensors]
        before, after = f"h_{step.step}", f"h_{step.step + 1}"
        assert names == [f"x[{step.step}]", "weight_ih", "bias_ih", before, "weight_hh", "bias_hh", after]
        assert [tensor.shape for tensor in step.tensors] == [(1, 4), (2, 4), (2,), (1, 2), (2, 2), (2,), (1, 2)]
        np.testing.assert_array_equal(step.tensors[3].values, h.numpy())
        h = cell(x_t, h).detach()
        np.testing.assert_array_equal(step.tensors[-1].values, h.numpy())


def test_of_many_steps_the_first_and_last_are_shown_and_large_tensors_keep_their_values():
    seen = inspect_layer(LayerSpec(kind="LSTM", hidden_size=256, num_layers=3, input_size=300, steps=50))
    assert [step.step for step in seen.steps] == [*range(FIRST), *range(50 - LAST, 50)]
    tensors = [*seen.tensors, *(weight for group in seen.weights for weight in group)]
    assert {tensor.values is None for tensor in tensors if tensor.count > NUMBERS} == {True}
    assert sum(tensor.values.nbytes for tensor in tensors if tensor.values is not None) < 100_000


# Settings

DEFAULTS = LayerSpec()


@pytest.mark.parametrize("name", BOUNDS)
def test_a_size_out_of_range_is_named_with_its_limits(name):
    low, high = BOUNDS[name]
    for value in (low - 1, high + 1, float("nan"), float("inf"), "3", None, True):
        with pytest.raises(LabError) as caught:
            LayerSpec(**{name: value})
        (problem,) = caught.value.problems
        assert (problem.code, problem.field) == ("bounds", name)
        assert problem.values["low"] in str(caught.value)
    for value in (low, high):
        assert getattr(LayerSpec(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("name", "value"), [("kind", "Linear"), ("nonlinearity", "gelu"), ("bias", 1), ("given", "no")]
)
def test_what_is_no_choice_is_refused(name, value):
    with pytest.raises(LabError) as caught:
        LayerSpec(**{name: value})
    assert caught.value.problems[0].field == name


def test_sizes_that_are_too_much_together_are_refused():
    with pytest.raises(LabError, match=r"131,072.*4,096"):
        LayerSpec(batch_size=256, steps=512)
    with pytest.raises(LabError, match=r"10,768,384.*5,000,000"):
        inspect_layer(LayerSpec(kind="LSTM", input_size=5000, hidden_size=256, bidirectional=True))


@given(settings_of_layers, st.data())
def test_what_is_said_to_have_no_effect_has_none(s, data):
    name = data.draw(
        st.sampled_from(["num_layers", "nonlinearity", "batch_first", "dropout", "bidirectional", "batch_size"])
    )
    other = {
        "num_layers": s.num_layers % 3 + 1, "nonlinearity": "relu" if s.nonlinearity == "tanh" else "tanh",
        "batch_first": not s.batch_first, "dropout": 0.5 - s.dropout, "bidirectional": not s.bidirectional,
        "batch_size": s.batch_size % 4 + 1,
    }[name]  # fmt: skip
    changed = LayerSpec(**{**s.__dict__, name: other})
    same = [t.shape for t in inspect_layer(changed).tensors] == [t.shape for t in inspect_layer(s).tensors] and program(
        changed
    ) == program(s)
    if idle(name, s):
        assert same
    else:
        assert not same


@pytest.mark.parametrize("preset", choices("preset"))
def test_the_module_of_a_preset_is_the_one_its_run_trains(preset):
    from rnnlab.training.trainer import Trainer

    e = Experiment(preset=preset)
    trainer = Trainer(e)
    first = trainer.batches[0].ids
    s = of_run(e, len(trainer.data.vocabulary), first.shape[0], first.shape[1])
    recurrent = getattr(trainer.model, "encoder", trainer.model).recurrent
    if e.layers == 1 and not e.bidirectional:
        assert parameter_count(s) == sum(p.numel() for p in recurrent.parameters())
    assert s.kind == {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "mgu": "MGU"}[e.cell] + (
        "Cell" if e.impl == "cell" else ""
    )


PRESETS = {
    "cell-shapes": {"input": (1, 4), "h_0": (1, 2)},
    "layer-shapes": {"input": (3, 1, 4), "output": (3, 1, 2), "h_n": (1, 1, 2)},
    "two-layers": {"input": (3, 2, 4), "h_0": (2, 2, 5), "output": (3, 2, 5), "h_n": (2, 2, 5)},
    "lstm": {"input": (32, 5, 10), "output": (32, 5, 20), "h_n": (2, 32, 20), "c_n": (2, 32, 20)},
}


@pytest.mark.parametrize(("preset", "shapes"), PRESETS.items())
def test_the_presets_have_the_shapes_of_the_reference(preset, shapes):
    from rnnlab.training.trainer import Trainer

    e = Experiment(preset=preset)
    trainer = Trainer(e)
    batch, steps = trainer.batches[0].ids.shape
    seen = {t.name: t.shape for t in inspect_layer(of_run(e, len(trainer.data.vocabulary), batch, steps)).tensors}
    assert {name: seen[name] for name in shapes} == shapes


def test_a_module_is_built_as_the_arguments_say():
    module = build(LayerSpec(kind="LSTM", num_layers=3, bias=False, batch_first=True, dropout=0.25, bidirectional=True))
    assert (module.num_layers, module.bias, module.batch_first, module.dropout, module.bidirectional) == (
        3,
        False,
        True,
        0.25,
        True,
    )
    assert build(LayerSpec(nonlinearity="relu")).nonlinearity == "relu"
