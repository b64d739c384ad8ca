"""The Gradients page without a browser: what its parts are given, what its buttons do, what it says of bad runs."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.views.gradients import other_cells
from rnnlab import Experiment, run
from rnnlab.i18n import translator
from rnnlab.inspection import gradients
from tests.support import modules
from tests.support.cases import either, in_turn
from tests.support.gradients_page import curve, figure, visit_gradients
from tests.support.plotly import decoded
from tests.support.reader import choose, components, looked, press, said, unpacked

pytestmark = pytest.mark.usefixtures("in_this_process")


SENTENCE = "我 喜欢 学习 深度 学习"


@pytest.mark.parametrize(("cell", "lang"), in_turn(modules.NAMES))
def test_curve_words_and_epochs_show_the_run_at_the_chosen_step_and_epoch(cell, lang):
    app = visit_gradients(lang, cell=cell, epochs=20, layers=2)
    history = run(Experiment(cell=cell, epochs=20, layers=2))
    choose(app, 2, 7)
    at = next(c for c in history.checkpoints if c.epoch == 7)
    norms = gradients.through_time(history.experiment, at.weights, 1, 0).norms
    assert curve(app, "curve") == pytest.approx(dict(enumerate(norms["h"][2][:3])))
    assert len(figure(app, "curve")["data"]) == len(norms) == (2 if cell == "lstm" else 1)
    heat = figure(app, "epochs")["data"][0]
    assert decoded(heat["y"]).tolist() == [c.epoch for c in history.checkpoints]
    assert decoded(heat["z"])[7][:3] == pytest.approx(np.log10(norms["h"][2][:3]), abs=1e-3)
    words = components(app)["gradients-words"]
    packed = unpacked(words["values"])
    later = np.triu(np.ones((4, 4), bool), 1)  # what is not yet read when it predicts
    np.testing.assert_allclose(packed, np.where(later, -1, norms["h"]), rtol=1e-5)
    assert (words["chosen"], words["tokens"], words["first"], words["parts"]) == (2, SENTENCE.split()[:4], 0, [])
    assert "`学习`" in said(app)
    assert f"{gradients.through_time(history.experiment, at.weights, 1, 0).losses[2]:.4g}" in said(app)


def test_without_a_choice_the_last_step_is_shown_and_one_past_the_inputs_is_the_last():
    app = visit_gradients(epochs=3)
    assert components(app)["gradients-words"]["chosen"] == 3
    assert components(choose(app, 4, 3))["gradients-words"]["chosen"] == 3
    assert components(choose(app, 0, 3))["gradients-words"]["chosen"] == 0
    assert sorted(curve(app, "curve")) == [0]


@either
def test_layers_and_directions_are_chosen_where_there_are_several(lang):
    app = visit_gradients(lang, epochs=3, layers=2, bidirectional=True)
    e = Experiment(epochs=3, layers=2, bidirectional=True)
    weights = run(e).checkpoints[-1].weights
    for layer, direction in ((1, 0), (0, 0), (1, 1)):
        looked(app.selectbox(key="flow_layer").select_index(layer).run())
        looked(app.selectbox(key="flow_direction").select_index(direction).run())
        norms = gradients.through_time(e, weights, layer, direction).norms["h"][3]
        expected = {k: value for k, value in enumerate(norms) if value > 0 or (k >= 3 if direction else k <= 3)}
        assert curve(app, "curve") == pytest.approx(expected)
    looked(app.number_input(key="layers").set_value(1).run())
    press(app, "train")
    for _ in range(5):
        looked(app.run())
    assert "flow_layer" not in {box.key for box in app.selectbox}
    assert not app.error


@pytest.mark.parametrize(
    ("fields", "lang"),
    in_turn(
        [
            {"carry": True},
            {"head": "none", "hidden": 4},
            {"input": "onehot", "impl": "cell"},
            {"dropout": 0.5, "layers": 3, "cell": "gru"},
            {"nonlinearity": "relu", "head": "none", "hidden": 4, "loss": "sum"},
            {"text": "甲 乙"},
            {"text": "甲 乙 丙\n丁 戊", "probe": 2},
            {"text": " ".join(f"w{i}" for i in range(90)), "cell": "lstm"},
            {"text": "<b>x</b> $y$ `z` ``"},
        ]
    ),
)
def test_the_page_works_for_every_kind_of_network_and_text(fields, lang):
    app = visit_gradients(lang, **({"epochs": 3} | fields))
    assert {"gradients-curve", "gradients-epochs", "gradients-norms", "gradients-words"} <= components(app).keys()
    assert not app.error


def test_an_untrained_network_has_gradients_but_no_norms_yet():
    app = visit_gradients(train=False, epochs=5)
    assert "gradients-curve" in components(app)
    assert "gradients-norms" not in components(app)
    assert translator("en")("norms.none") in said(app)
    assert "at epoch 0." in said(app)
    assert "and than" not in said(app), "with one epoch there are not two to compare"


@either
def test_a_run_that_diverged_is_shown_at_its_last_good_weights(lang):
    fields = {"preset": "clipping", "clip": 0.0, "nonlinearity": "relu", "lr": 5.0}
    app = visit_gradients(lang, **fields)
    history = app.session_state.run.history  # which weights are recorded last depends on where a slice ended
    assert history.ended == run(Experiment(**fields)).ended == "diverged"
    assert translator(lang)("gradients.diverged", epoch=history.checkpoints[-1].epoch) in said(app)
    assert "gradients-words" in components(app)
    assert not app.error


# The other cells


@pytest.fixture(autouse=True)
def only_on_request(monkeypatch):
    monkeypatch.setattr(other_cells, "SHORT", -1.0)


def test_after_a_short_run_the_other_cells_are_trained_without_a_click_and_a_stop_is_kept_to(monkeypatch):
    monkeypatch.setattr(other_cells, "SHORT", 5.0)
    app = until_others_are_done(visit_gradients(epochs=5))
    assert len(components(app)["gradients-losses"]["series"]) == len(modules.NAMES)
    assert app.button(key="train_others").disabled
    stopped = press(visit_gradients(epochs=1500, hidden=64), "stop_others")
    for _ in range(3):
        looked(stopped.run())
    assert not stopped.button(key="train_others").disabled


def until_others_are_done(app: AppTest) -> AppTest:
    for _ in modules.NAMES:
        for live in app.session_state.other_cells.values():
            live.wait_for(10**6, 60)
        looked(app.run())  # which begins the next
    assert app.button(key="stop_others").disabled
    return app


@either
def test_the_other_cells_are_the_same_experiment_with_the_cell_replaced(lang):
    app = visit_gradients(lang, epochs=12)
    assert "gradients-others" not in components(app)
    until_others_are_done(press(app, "train_others"))
    t = translator(lang)
    choose(app, 3, 12)
    losses = components(app)["gradients-losses"]["series"]
    assert [one["name"] for one in losses] == [t(f"cell.{cell}") for cell in modules.NAMES]
    for i, cell in enumerate(modules.NAMES):
        history = run(Experiment(epochs=12, cell=cell))
        assert unpacked(losses[i]["y"]).tolist() == list(history.losses)
        norms = gradients.through_time(history.experiment, history.checkpoints[-1].weights, 0, 0).norms["h"][3]
        assert curve(app, "others", i) == pytest.approx(dict(enumerate(norms)))
    assert app.button(key="train_others").disabled
    assert app.session_state.run.history.losses == run(Experiment(epochs=12)).losses  # untouched
    assert not any(live.value.extensible for live in app.session_state.other_cells.values())  # takes memory


def test_a_stop_keeps_what_is_there_and_training_goes_on_from_it():
    app = press(visit_gradients(epochs=1200, hidden=64), "train_others")
    lstm = app.session_state.other_cells["lstm"]
    lstm.wait_for(1, 60)
    press(app, "stop_others")
    stopped = lstm.value
    looked(app.run())
    assert app.session_state.other_cells == {"lstm": lstm}
    assert lstm.value is stopped
    assert 0 < stopped.epoch < 1200
    first = stopped.history.losses
    press(app, "train_others")
    again = lstm.wait_for(stopped.epoch + 1, 60).history.losses
    assert len(again) > len(first)
    assert again[: len(first)] == first


def test_another_experiment_starts_without_the_others_of_the_one_before():
    app = until_others_are_done(press(visit_gradients(epochs=5), "train_others"))
    assert "gradients-others" in components(app)
    looked(app.number_input(key="hidden_size").set_value(9).run())
    press(app, "train")
    for _ in range(5):
        looked(app.run())
    assert app.session_state.run.experiment.hidden == 9
    assert "gradients-others" not in components(app)
    assert not app.button(key="train_others").disabled


def test_a_cell_that_is_too_large_is_said_and_the_other_one_is_trained(monkeypatch):
    """Where a GRU just fits, an LSTM does not: it has a third more weights."""
    from rnnlab.training import trainer

    monkeypatch.setattr(trainer, "PARAMETERS", run(Experiment(cell="gru", epochs=1)).opening.parameters)
    app = until_others_are_done(press(visit_gradients(epochs=2, hidden=32), "train_others"))
    assert len(app.error) == 1
    assert app.session_state.other_cells["gru"].value.epoch == 2


# Clipping


@either
def test_the_level_says_how_many_epochs_exceed_it_and_goes_into_the_form(lang):
    app = visit_gradients(lang, preset="clipping", epochs=20)
    history = run(Experiment(preset="clipping", epochs=20))
    norms = [s.norm for s in history.snapshots]
    assert list(curve(app, "norms", 1).values()) == pytest.approx([min(norm, 1.0) for norm in norms])
    assert str(sum(norm > 1 for norm in norms)) in said(app)
    looked(app.number_input(key="clip_level_1").set_value(10.0).run())
    would = sum(norm > 10 for norm in norms)
    assert translator(lang)("norms.would", level="10", count=would, epochs=len(norms)) in said(app)
    stale = translator(lang)("run.stale")
    assert stale not in said(app)
    press(app, "clip_use")
    assert app.session_state.clip == 10.0
    assert stale in said(app)  # the run on show is not that of the form
    press(app, "train")
    for _ in range(20):
        looked(app.run())
    assert app.session_state.run.experiment.clip == 10.0
    assert app.session_state.run.history.losses == run(Experiment(preset="clipping", clip=10.0, epochs=20)).losses


# One weight


@either
def test_a_weight_is_checked_on_request_and_both_numbers_are_shown(lang):
    app = visit_gradients(lang, epochs=5, cell="lstm")
    e = Experiment(epochs=5, cell="lstm")
    assert "ε" not in said(app)
    press(app, "check_go")
    found = gradients.check(e, run(e).checkpoints[-1].weights, "recurrent.weight_hh_l0", None)
    for number in (found.autograd, found.difference):
        assert f"{number:.12g}" in said(app)
    assert f"{found.step:.3g}" in said(app)
    assert translator(lang)("check.agree") in said(app)
    looked(app.selectbox(key="check_name").select_index(0).run())
    assert "ε" not in said(app)  # another weight: not checked yet


def test_an_entry_is_chosen_within_the_parameters_shape():
    app = visit_gradients(epochs=5)
    looked(app.toggle(key="check_largest").set_value(False).run())
    looked(app.number_input(key="check_0").set_value(31).run())
    looked(app.number_input(key="check_1").set_value(3).run())
    press(app, "check_go")
    found = gradients.check(Experiment(epochs=5), run(Experiment(epochs=5)).checkpoints[-1].weights,
                           "recurrent.weight_hh_l0", (31, 3))  # fmt: skip
    assert "rnn.weight_hh_l0[31, 3]" in said(app)  # as the panels and programs beside it call it
    assert f"{found.autograd:.12g}" in said(app)
    names = app.selectbox(key="check_name").options
    looked(app.selectbox(key="check_name").select_index(len(names) - 1).run())  # a bias of four: one index, 31 too far
    assert app.number_input(key="check_0").value == 3
    press(app, "check_go")
    assert "linear.bias[3]" in said(app)
    assert not app.error


@either
def test_every_parameter_is_shown_spread_out_over_the_epochs_with_its_gradients(lang):
    app, t = visit_gradients(lang, epochs=4, hidden=5), translator(lang)
    names = app.selectbox(key="distribution_name").options
    assert [name.partition(" ")[0] for name in names][:2] == ["embedding.weight", "rnn.weight_ih_l0"]
    assert app.selectbox(key="distribution_name").value == "rnn.weight_hh_l0"
    choose(app, None, 3)
    heat = figure(app, "weights")
    assert heat["layout"]["shapes"][0]["x0"] == 3
    np.testing.assert_allclose(decoded(heat["data"][0]["z"]).sum(0), 1)
    looked(app.selectbox(key="distribution_name").set_value("linear.bias").run())
    assert components(app)["gradients-slopes"]["label"] == t("distributions.gradients", name="linear.bias")
