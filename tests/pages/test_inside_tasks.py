"""The Cell and Gradients pages on every task, without a browser: the same pages, told nothing of which task it is."""

import numpy as np
import pytest

from rnnlab import Experiment, run
from rnnlab.i18n import translator
from rnnlab.inspection import gradients
from rnnlab.inspection.trace import trace
from rnnlab.records.opening import Place
from rnnlab.records.trace import Intervention
from tests.support.cases import either, in_turn
from tests.support.cell_page import change, given, visit_cell
from tests.support.gradients_page import curve, visit_gradients
from tests.support.reader import choose, components, looked, press, said, unpacked, until_trained
from tests.support.small_tasks import EVERY_TASK, LABELLED, PAIRS

pytestmark = pytest.mark.usefixtures("in_this_process")

SMALL = {"hidden": 5, "embed": 4, "epochs": 4}
TRANSLATOR = SMALL | {"task": "seq2seq", "text": PAIRS, "attention": "additive", "cell": "lstm", "layers": 2}
TASKS = {
    "classify": SMALL | {"task": "classify", "text": LABELLED, "bidirectional": True},
    "tag": SMALL | {"task": "tag", "text": "we/P rain/N\nrain/N falls/V down/D", "cell": "gru"},
    "seq2seq": TRANSLATOR,
    "series": SMALL | {"task": "series", "text": "1 2 3.5 3 1.25 -2 0", "layers": 2},
}


@pytest.mark.parametrize(("task", "lang"), in_turn(TASKS))
def test_the_cell_page_shows_every_part_of_every_model(task, lang):
    e = Experiment(**TASKS[task])
    history = run(e)
    app = visit_cell(lang, **TASKS[task])
    o, weights = history.opening, history.checkpoints[-1].weights
    for p in o.parts:
        if len(o.parts) > 1:
            looked(app.segmented_control(key="cell_row").select(f"{p.name}-{e.layers - 1}-0").run())
        data = given(app)
        walk = trace(e, weights, Place(p.name, e.layers - 1)).original
        assert (data["part"], data["offset"]) == (p.name, p.start)
        assert data["tokens"] == list(o.probe[p.start : p.stop])
        np.testing.assert_allclose(unpacked(data["original"]["hidden"]), walk.hidden, rtol=1e-6, atol=1e-6)
        top = unpacked(data["original"]["top"])
        if o.column:
            said = [float(data["vocabulary"][row[0]].replace("\N{MINUS SIGN}", "-")) for row in top]
            np.testing.assert_allclose(said, walk.predicted, rtol=5e-3, atol=5e-3)
        elif p == o.parts[-1]:
            assert [data["vocabulary"][row[0]] for row in top] == [o.classes[row[0]] for row in walk.top_classes]
            assert [data["vocabulary"][id] for id in data["targets"]] == [o.classes[id] for id in o.targets[p.start :]]
        else:
            assert (top == -1).all()
            assert set(data["targets"]) == {-1}
        assert len([code for code in app.code if "output" in code.value]) >= 3
    assert not app.error
    assert not app.warning


def test_a_step_of_the_other_part_opens_it_and_a_choice_by_hand_stays():
    app = visit_cell(**TRANSLATOR)
    assert given(app)["part"] == "decoder"  # what predicts, before anything was chosen
    epoch = app.session_state.run.epoch
    assert given(choose(app, 1, epoch))["part"] == "encoder"
    assert given(choose(app, 4, epoch))["part"] == "decoder"
    looked(app.segmented_control(key="cell_row").select("encoder-0-0").run())
    assert (given(app)["part"], given(app)["layer"]) == ("encoder", 0)
    assert given(looked(app.run()))["part"] == "encoder"
    assert given(choose(app, None, epoch))["part"] == "encoder"  # closing a step goes nowhere
    assert given(choose(app, 4, epoch))["part"] == "decoder"


@either
def test_a_change_in_the_encoder_is_shown_in_the_decoder(lang):
    app = visit_cell(lang, **TRANSLATOR)
    looked(app.segmented_control(key="cell_row").select("encoder-1-0").run())
    change(app, "token", step=0, token=4)
    looked(app.segmented_control(key="cell_row").select("decoder-1-0").run())
    data = given(app)
    edit = Intervention("token", 4, step=0, part="encoder")
    history = run(Experiment(**TRANSLATOR))
    expected = trace(history.experiment, history.checkpoints[-1].weights, Place("decoder", 1), (edit,)).changed
    np.testing.assert_allclose(unpacked(data["changed"]["hidden"]), expected.hidden, rtol=1e-6, atol=1e-6)
    t = translator(lang)
    label = app.button(key="whatif_remove_0").label
    assert t("module.encoder") in label
    assert "`c`" in label
    press(app, "whatif_clear")
    assert given(app)["changed"] is None


def test_changes_of_a_part_that_is_gone_are_dropped():
    app = visit_cell(**TRANSLATOR)
    change(app, "off", unit=2)
    until_trained(looked(app.selectbox(key="task").select("next").run()))
    looked(app.switch_page("cell.py").run())
    assert app.session_state.edits == ()


@pytest.mark.parametrize(("task", "lang"), in_turn(TASKS))
def test_the_gradients_page_draws_the_whole_chain(task, lang):
    e = Experiment(**TASKS[task])
    history = run(e)
    o, weights = history.opening, history.checkpoints[-1].weights
    app = visit_gradients(lang, **TASKS[task])
    found = gradients.through_time(e, weights, e.layers - 1, 0)
    norms = found.norms["h"][-1]
    assert curve(app, "curve") == pytest.approx(dict(enumerate(norms)), rel=1e-4)
    words = components(app)["gradients-words"]
    assert words["tokens"] == list(o.probe[: o.inputs])
    assert (words["first"], words["chosen"]) == (o.parts[-1].start, o.inputs - 1)
    assert [start for start, _ in words["parts"]] == [p.start for p in o.parts if len(o.parts) > 1]
    assert f"{found.losses[-1]:.4g}" in said(app)
    press(app, "check_go")
    assert translator(lang)("check.agree") in said(app)
    assert not app.error


@either
def test_after_an_encoder_step_there_is_no_loss_and_that_is_said(lang):
    app = visit_gradients(lang, **TRANSLATOR)
    choose(app, 1, app.session_state.run.epoch)
    assert components(app)["gradients-words"]["chosen"] == app.session_state.run.history.opening.inputs - 1
    assert translator(lang)("gradients.read_only", step=2, token="`b`", last=6) in said(app)


@pytest.mark.parametrize(("task", "lang"), in_turn(["own", "own pair", "own tags"]))
def test_a_sentence_of_ones_own_has_the_likeliest_for_the_right_class(task, lang):
    app = visit_gradients(lang, **SMALL, **EVERY_TASK[task])
    o = app.session_state.run.history.opening
    sentence = translator(lang)("gradients.likeliest", token="{}").split("{}")[0]
    assert sentence in said(app)
    assert o.targets[-1] == -100
    assert not app.error
    assert not visit_cell(lang, **SMALL, **EVERY_TASK[task]).error
