"""The Shapes page without a browser: it follows the experiment, answers every control, and explains what torch says."""

import base64
import re
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from pages.views.shapes import try_shape
from pages.views.shapes.module import weights_of
from rnnlab.analysis.shape_errors import read_shape
from rnnlab.experiment.layer_spec import KINDS, LayerSpec
from rnnlab.explain.layer_program import part_of_output, program
from rnnlab.explain.programs import model_program
from rnnlab.i18n import translator
from rnnlab.inspection.presets import preset_model
from rnnlab.presets.tutorial_sizes import TUTORIAL_SIZES
from rnnlab.training.trainer import Trainer
from tests.support import modules, reader
from tests.support.cases import either, in_turn
from tests.support.reader import components, looked, press, said, widget

pytestmark = pytest.mark.usefixtures("in_this_process")

MODELS = tuple(TUTORIAL_SIZES)


def visit(lang: str = "en", **query: str) -> AppTest:
    return reader.visit(urlencode({"lang": lang, **query}), page="shapes")


def drawn(app: AppTest, key: str) -> list[dict]:
    """The groups of tensors that a component was given."""
    return components(app)[key]["groups"]


def shapes(app: AppTest, key: str = "shapes-blocks") -> dict[str, tuple[int, ...]]:
    return {item["name"]: tuple(item["shape"]) for group in drawn(app, key) for item in group["items"]}


def setting(app: AppTest) -> LayerSpec:
    return LayerSpec(**{name: app.session_state[f"layer_{name}"] for name in LayerSpec.__dataclass_fields__})


def shown_program(app: AppTest) -> str:
    return next(code.value for code in app.code if code.value.startswith("import torch"))


def tried(app: AppTest, x: str, state: str = "") -> AppTest:
    app.text_input(key="try_input").set_value(x)
    app.text_input(key="try_state").set_value(state)
    return looked(app.run())


PRESETS = {
    "cell-shapes": {
        "input": (1, 4), "h_0": (1, 2), "h_3": (1, 2), "weight_ih": (2, 4), "weight_hh": (2, 2), "bias_ih": (2,),
    },
    "layer-shapes": {"input": (3, 1, 4), "output": (3, 1, 2), "h_n": (1, 1, 2)},
    "two-layers": {"input": (3, 2, 4), "h_0": (2, 2, 5), "output": (3, 2, 5), "h_n": (2, 2, 5)},
    "rnn-arguments": {"input": (5, 32, 10), "output": (5, 32, 20), "h_n": (2, 32, 20), "weight_ih_l1": (20, 20)},
    "bilstm": {"input": (8, 10, 16), "output": (8, 10, 64), "h_n": (2, 8, 32), "weight_hh_l0_reverse": (128, 32)},
}  # fmt: skip


@pytest.mark.parametrize(("preset", "lang"), in_turn(PRESETS))
def test_a_preset_opens_with_its_sizes(preset, lang):
    expected = PRESETS[preset]
    app = visit(lang, preset=preset)
    seen = shapes(app)
    assert {name: seen[name] for name in expected} == expected
    assert translator(lang)("layer.following") in said(app)
    assert not app.error
    assert not app.warning


def test_the_preset_of_the_cell_shows_every_step_with_the_numbers_that_its_program_prints(capsys):
    app = visit(preset="cell-shapes")
    groups = drawn(app, "shapes-walk")
    for count, group in enumerate(
        groups, start=1
    ):  # people count from 1, an index is from 0, and is that of the tensor
        assert group["title"] == f"Step {count} (x[{count - 1}])"
        assert f"x[{count - 1}]" in {item["name"] for item in group["items"]}
    assert len(groups) == 3
    with torch.random.fork_rng(), torch.no_grad():
        exec(shown_program(app))
    printed = [
        [float(number) for number in re.findall(r"-?\d\.\d+", line)] for line in capsys.readouterr().out.splitlines()
    ]
    for group, numbers in zip(groups, printed, strict=True):
        assert [tuple(item["shape"]) for item in group["items"]] == [(1, 4), (2, 4), (2,), (1, 2), (2, 2), (2,), (1, 2)]
        assert values(group["items"][-1]) == pytest.approx(numbers, rel=1e-5, abs=1e-4)


def values(item: dict) -> list[float]:
    return np.frombuffer(base64.b64decode(item["values"]["b64"]), "<f4").tolist()


def change_elsewhere(app: AppTest, **fields: Any) -> None:
    """On a page that has the form, and back."""
    looked(app.switch_page("playground.py").run())
    for name, value in fields.items():
        widget(app, name).set_value(value)
    looked(app.run())
    looked(app.switch_page("shapes.py").run())


def test_it_follows_the_experiment_until_a_control_is_changed_and_can_go_back():
    app = visit(preset="layer-shapes")
    change_elsewhere(app, hidden=7)
    assert shapes(app)["output"] == (3, 1, 7)
    looked(app.number_input(key="layer_hidden_size").set_value(3).run())
    change_elsewhere(app, hidden=9)
    assert shapes(app)["output"] == (3, 1, 3)
    looked(app.segmented_control(key="lang").select("zh").run())
    assert shapes(app)["output"] == (3, 1, 3)
    looked(app.button(key="layer_back").click().run())
    assert shapes(app)["output"] == (3, 1, 9)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_text_is_followed_before_it_is_trained_on(shuffle):
    app = visit(preset="two-layers")
    change_elsewhere(app, shuffle=shuffle, text="甲 乙 丙 丁\n甲 戊 己 庚 辛\n甲 乙", batch=2)
    e = app.session_state.experiment
    assert e.batch == 2
    assert shapes(app)["input"] == (*Trainer(e).batches[0].ids.T.shape, 9)  # eight tokens, and <pad>
    change_elsewhere(app, text="甲")
    assert len(app.error) == 1
    assert shapes(app)["input"] == (3, 2, 4)  # that of the preset's run, which is still there


def test_another_preset_is_followed_again():
    app = visit(preset="layer-shapes")
    looked(app.number_input(key="layer_hidden_size").set_value(3).run())
    looked(app.selectbox(key="preset").select("two-layers").run())
    assert shapes(app)["output"] == (3, 2, 5)
    looked(app.selectbox(key="preset").select("bilstm").run())  # which opens elsewhere
    looked(app.switch_page("shapes.py").run())
    assert app.session_state.shapes_model == "bilstm"


CHANGES = {
    "input_size": 6, "hidden_size": 5, "num_layers": 3, "dropout": 0.4, "batch_size": 3, "steps": 6,
    "bidirectional": True, "bias": False, "batch_first": True, "batched": False, "given": True,
}  # fmt: skip


def control(app: AppTest, name: str):
    kind = app.toggle if isinstance(CHANGES[name], bool) else app.number_input
    return kind(key=f"layer_{name}")


def test_every_control_reaches_the_module():
    app = visit(preset="layer-shapes", layers="2", cell="lstm")
    for name in CHANGES:
        reaches_the_module(app, name)
        if "layer_back" in {button.key for button in app.button}:
            press(app, "layer_back")


def reaches_the_module(app: AppTest, name: str) -> None:
    before = setting(app)
    looked(control(app, name).set_value(CHANGES[name]).run())
    expected = LayerSpec(**{**before.__dict__, name: CHANGES[name]})
    assert setting(app) == expected
    assert shown_program(app) == program(expected) != program(before)
    names: dict = {}
    with torch.random.fork_rng(), torch.no_grad():
        exec(shown_program(app), names)
    seen = shapes(app)
    assert seen["input"] == tuple(names["x"].shape)
    assert seen["output"] == tuple(names["output"].shape)
    assert seen["h_n"] == tuple(names["h_n"].shape)
    module = next(value for value in names.values() if isinstance(value, nn.Module))
    weights = {n: tuple(p.shape) for n, p in module.named_parameters()}
    assert {n: shape for n, shape in seen.items() if n.startswith(("weight", "bias"))} == weights
    assert f"{sum(p.numel() for p in module.parameters()):,}" in said(app)


def test_every_module_is_shown_and_only_what_it_has_can_be_set():
    app = visit(preset="layer-shapes")
    for kind in KINDS:
        looked(app.segmented_control(key="layer_kind").select(kind).run())
        module = getattr(nn if hasattr(nn, kind) else modules, kind)(4, 2)
        weights = {name: tuple(p.shape) for name, p in module.named_parameters()}
        assert {n: shape for n, shape in shapes(app).items() if "weight" in n or "bias" in n} == weights
        cell = kind.endswith("Cell")
        off = {name for name in CHANGES if control(app, name).disabled}
        assert off == {"dropout"} | ({"num_layers", "bidirectional", "batch_first"} if cell else set())
        assert app.segmented_control(key="layer_nonlinearity").disabled == (not kind.startswith("RNN"))
        assert not app.error


@pytest.mark.parametrize("bidirectional", [False, True])
def test_layers_are_counted_from_1_and_their_weights_named_as_torch_names_them(bidirectional):
    spec = LayerSpec(num_layers=3, bidirectional=bidirectional)
    names = [name for name, _ in nn.LSTM(2, 2, 3, bidirectional=bidirectional).named_parameters()]
    suffixes = list(dict.fromkeys(name[name.index("_l") :] for name in names))
    titles = [weights_of(spec, index, translator("en")) for index in range(len(suffixes))]
    assert [title[title.index("(") + 1 : -1] for title in titles] == suffixes
    counted = [int(re.search(r"ayer (\d)", title)[1]) for title in titles]
    assert counted == [1 + int(re.search(r"\d", suffix)[0]) for suffix in suffixes]


def test_output_and_h_n_are_framed_where_they_are_equal():
    app = visit(preset="bilstm")
    output, h_n = drawn(app, "shapes-sheets")
    marks = {item["name"]: [(mark["part"], mark["label"]) for mark in item["marks"]] for item in output["items"]}
    equal = {0: [(1, "= h_n[1]")], 9: [(0, "= h_n[0]")]}
    shown = [step for step in range(10) if step != 6]  # of many steps one in the middle is left out
    assert marks == {f"output[:, {step}]": equal.get(step, []) for step in shown}
    assert [mark["label"] for item in h_n["items"] for mark in item["marks"]] == [
        "= output[:, -1, :32]",
        "= output[:, 0, 32:]",
    ]
    assert "numbers compared: 256, all of them equal" in said(app)
    assert "has read **one** token" in said(app)
    assert "**h_n would not be what a second layer reads.**" in said(app)
    assert "layer 2 makes this output once more" in said(visit(preset="two-layers"))


def test_where_a_half_of_the_output_stands_is_written_as_python_reads_it():
    for first in (True, False):
        for batched in (True, False):
            for bidirectional in (True, False):
                s = LayerSpec(
                    bidirectional=bidirectional,
                    batch_first=first,
                    batched=batched,
                    batch_size=2,
                    steps=3,
                    hidden_size=4,
                )
                module = nn.RNN(4, 4, bidirectional=bidirectional, batch_first=first)
                output, h_n = module(torch.randn(s.input_shape))
                for direction, step in enumerate((2, 0)[: s.directions]):
                    assert torch.equal(eval(part_of_output(s, step, direction), {"output": output}), h_n[direction])


# Words in the boxes


@either
def test_sentences_stand_in_the_boxes_and_what_cannot_is_said(lang):
    app, t = visit(lang, preset="two-layers"), translator(lang)
    given = components(app)["shapes-word-boxes"]
    assert given["x"]["shape"] == [max(map(len, given["sentences"])), len(given["sentences"]), shapes(app)["input"][-1]]
    assert t("boxes.one_batch", batch=given["x"]["shape"][1], steps=given["x"]["shape"][0]) in said(app)
    known = given["sentences"][0][0]
    looked(app.text_area(key="boxes").set_value(f"{known} {known}\n{known}").run())
    assert components(app)["shapes-word-boxes"]["sentences"] == [[known, known], [known]]
    assert t("boxes.filled", count=1, longest=2, panel=t("panel.packed-batch"), page=t("page.text")) in said(app)
    looked(app.text_area(key="boxes").set_value("<b>x</b>").run())
    (error,) = app.error
    assert "`<b>x</b>`" in error.value
    assert f"`{known}" in error.value


# Wrong shapes


@pytest.mark.parametrize(("lang", "word"), [("en", "must be hidden_size"), ("zh", "应等于 hidden_size")])
def test_torchs_words_are_shown_as_they_are_and_explained(lang, word):
    app = tried(visit(lang, preset="layer-shapes"), "3, 1, 4", "1, 1, 3")
    with pytest.raises(RuntimeError) as caught:
        nn.RNN(4, 2)(torch.zeros(3, 1, 4), torch.zeros(1, 1, 3))
    assert f"RuntimeError: {caught.value}" in [code.value for code in app.code]
    assert word in app.warning[0].value


def test_what_fits_is_said_with_what_comes_out():
    app = tried(visit(preset="layer-shapes"), "7, 5, 4")
    assert "`output [7, 5, 2]`" in app.success[0].value
    assert not app.warning


def test_what_torch_does_not_notice_is_noticed():
    app = tried(visit(preset="two-layers"), "2, 3, 4")
    assert app.success
    assert "may be exchanged" in app.warning[0].value


def test_what_would_end_the_process_is_not_given_to_torch():
    app = visit(preset="cell-shapes", cell="lstm")
    looked(app.toggle(key="layer_batched").set_value(False).run())
    tried(app, "4", "2, 2")
    assert "was not given to torch" in said(app)
    assert "squeeze" in app.warning[0].value


@either
def test_what_is_no_shape_is_said_as_it_was_typed(lang):
    app = visit(lang, preset="layer-shapes")
    for text in ("a, b", "3, -1, 4", "1,2,3,4,5", "99999, 1", "1000, 1000", "<b>3</b>", "$x$", "9" * 79):
        tried(app, text)
        (error,) = app.error
        assert translator(lang)("field.try_input") in error.value
        assert f"`{text}`" in error.value or "…" in error.value
        assert shapes(app)["output"] == (3, 1, 2)  # nothing is lost
        assert app.text_input(key="try_input").value == text


def test_every_suggestion_is_a_shape_and_the_first_one_fits():
    app = visit(preset="two-layers")
    for kind in KINDS:
        looked(app.segmented_control(key="layer_kind").select(kind).run())
        found = try_shape.suggestions(setting(app))
        assert len(found) >= 4
        for index, (x, state) in enumerate(found):
            looked(app.button(key=f"try_{index}").click().run())
            assert app.text_input(key="try_input").value == x
            assert app.text_input(key="try_state").value == state
            assert read_shape(x, "try_input")
            assert bool(app.success) == (index == 0 or not any(re.match(r"\w+Error", code.value) for code in app.code))
            assert app.success or app.warning
        looked(app.button(key="try_0").click().run())
        assert app.success


# Too much, and a text that can't be trained on


def test_a_module_that_is_too_much_is_refused_and_the_way_back_is_open():
    app = visit(preset="layer-shapes")
    looked(app.number_input(key="layer_batch_size").set_value(256).run())
    looked(app.number_input(key="layer_steps").set_value(512).run())
    assert "131,072" in app.error[0].value
    assert "4,096" in app.error[0].value
    looked(app.button(key="layer_back").click().run())
    assert not app.error
    assert shapes(app)["output"] == (3, 1, 2)


def test_a_module_too_large_to_build_leaves_the_controls():
    app = visit(hidden="256", cell="lstm", bidirectional="true")
    looked(app.number_input(key="layer_input_size").set_value(5000).run())
    assert any("10,768,384" in error.value and "5,000,000" in error.value for error in app.error)
    looked(app.number_input(key="layer_input_size").set_value(100).run())
    assert not app.error
    assert shapes(app)["weight_ih_l0"] == (1024, 100)


def test_a_text_that_cannot_be_trained_on_leaves_the_page_alive():
    app = visit(text="x")
    assert app.error
    assert shapes(app)["output"]
    assert shapes(app, "shapes-chain")["logits"]


# The presets' models


def test_every_model_shows_its_stages_its_program_and_how_many_parameters_it_has():
    app = visit(preset="layer-shapes")
    for name in MODELS:
        looked(app.segmented_control(key="shapes_model").select(name).run())
        found = preset_model(name)
        assert shapes(app, "shapes-chain") == {stage.name: stage.shape for stage in found.stages}
        assert model_program(found.experiment, TUTORIAL_SIZES[name]) in [code.value for code in app.code]
        assert f"{found.parameters:,}" in said(app)


def test_what_a_readout_is_made_of_is_said_beside_it():
    notes = {}
    for name in ("lstm-classifier", "bilstm"):
        app = visit(preset=name)
        looked(app.switch_page("shapes.py").run())
        notes[name] = [
            item["note"] for group in drawn(app, "shapes-chain") for item in group["items"] if item["name"] == "readout"
        ]
    assert notes == {
        "lstm-classifier": ["h_n[-2] joined with h_n[-1]"],
        "bilstm": ["output[:, -1]: backward has taken one step"],
    }


def test_what_was_chosen_and_typed_outlives_a_look_at_another_page():
    app = tried(visit(preset="layer-shapes"), "7, 5, 4")
    looked(app.segmented_control(key="shapes_model").select("attention").run())
    looked(app.switch_page("playground.py").run())
    looked(app.switch_page("shapes.py").run())
    assert app.session_state.shapes_model == "attention"
    assert app.text_input(key="try_input").value == "7, 5, 4"
    assert "context" in shapes(app, "shapes-chain")


def test_the_preset_on_the_last_step_opens_its_model():
    assert visit(preset="bilstm").session_state.shapes_model == "bilstm"
    assert visit(preset="layer-shapes").session_state.shapes_model == MODELS[0]
