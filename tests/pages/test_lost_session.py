"""A page that has lost its session goes on with what it shows. In a browser: tests/browser/test_lost_session.py."""

from unittest import mock
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from pages.shell import first_visit
from rnnlab import Experiment
from rnnlab.experiment.links import from_link
from rnnlab.presets.presets import FIRST_OF_TASK
from tests.support.eventually import ROOT
from tests.support.reader import LONG, components, form_of, looked, said, visit, widget

pytestmark = pytest.mark.usefixtures("in_this_process")
GONE = {"zh": "服务器上已没有这个页面的训练", "en": "The server no longer has this page's run"}
LONGER = "".join(chr(0x4E00 + 7919 * place % 20_000) for place in range(9_000))  # than any link


def after_a_loss(app: AppTest, opened: str = "") -> AppTest:
    """The next request of the page, met by a session that knows nothing. `opened`: the query that the browser loaded
    it by, and still takes for its address."""
    new = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=LONG + 30)
    new.context, new._page_hash = app.context, app._page_hash
    for name, value in (part.split("=") for part in opened.split("&") if part):
        new.query_params[name] = value
    with mock.patch.object(first_visit, "FIRST_PATIENCE", LONG):
        return looked(new._run(app._tree.get_widget_states()))


def address(app: AppTest) -> str:
    return components(app)["document"]["query"]


@pytest.mark.parametrize(
    ("query", "changes", "page"),
    [
        ("", {}, ""),
        ("lang=en", {"text": "the cat sat on the mat", "cell": "gru", "hidden": 7}, "cell"),
        ("preset=gru-tagger&run=1", {"lr": 0.02, "packed": False}, "results"),
        ("preset=bilstm&lang=en&run=1", {}, "units"),
        ("preset=gru&run=1&until=3", {"hidden": 9}, "cell"),
        ("", {"text": LONGER}, "data"),
        ("race=hidden%3A8%2C16&run=1", {}, "compare"),
    ],
)
def test_the_experiment_of_the_page_is_there_its_run_is_not_and_the_address_stays(query, changes, page):
    app = visit(query, page=page)
    for name, value in changes.items():
        widget(app, name).set_value(value)
    if changes:
        looked(app.run())
    for _ in range(2):
        new = after_a_loss(app, query)
        assert form_of(new) == form_of(app) == new.session_state["run"].experiment
        assert GONE[app.session_state["lang"]] in said(new)
        assert new.session_state["run"].epoch == 0
        assert address(new) == address(app)
        app = new
    assert looked(new.run()).session_state["run"].id == app.session_state["run"].id  # and from then on as ever


def test_what_the_reader_has_just_done_counts():
    app = visit("preset=gru&lang=en").run()
    widget(app, "text").set_value("a b c a b c")
    new = after_a_loss(app, "preset=gru")
    assert form_of(new) == Experiment(preset="gru", text="a b c a b c")
    new.button(key="train").click()
    again = after_a_loss(new)
    run = again.session_state["run"]
    assert (run.experiment, run.epoch) == (form_of(new), run.experiment.epochs)


@pytest.mark.parametrize(
    ("field", "value", "preset"), [("preset", "lstm", "lstm"), ("task", "tag", FIRST_OF_TASK["tag"])]
)
def test_a_preset_that_the_reader_has_just_chosen_is_opened(field, value, preset):
    app = visit("text=" + "a b c".replace(" ", "%20"))
    widget(app, field).set_value(value)
    new = after_a_loss(app)
    assert form_of(new) == new.session_state["run"].experiment == Experiment(preset=preset)


def test_a_form_that_says_no_experiment_says_the_same_again():
    app = visit(urlencode({"cell": "gru", "impl": "cell", "lang": "en"}))
    app.toggle(key="packed").set_value(True)
    looked(app.run())
    wrong = app.session_state["experiment"]
    new = after_a_loss(app)
    assert new.session_state["experiment"] == wrong
    assert from_link(address(visit("cell=gru"))).experiment.cell == "gru"


def test_rows_that_were_pasted_are_there():
    app = visit("lang=en", page="data")
    app.text_area(key="data_paste").set_value("label,text\npos,a b\nneg,c d\npos,e f")
    looked(app.run())
    before = components(app, "data-preview")
    new = after_a_loss(app)
    assert before == components(new, "data-preview") != {}
