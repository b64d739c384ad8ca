"""Links for a class: what they leave out, where they lead, and that what they say is what is shown."""

import pytest

from rnnlab.experiment.links import from_link
from rnnlab.experiment.worksheet import FRAME, Worksheet
from rnnlab.i18n import translator
from tests.support.cases import either
from tests.support.reader import components, looked, press, said, visit

pytestmark = pytest.mark.usefixtures("in_this_process")
T = translator("en")


def styles(app) -> str:
    return "".join(block.value for block in app.get("html"))


def test_a_link_leaves_parts_out_until_the_reader_wants_them():
    query = "preset=lstm&lang=en&run=1&hide=cell-values,settings,language&present=1"
    app = visit(query, page="cell")
    for selector in (".stMain .st-key-cell-values", ".st-key-controls", ".st-key-lang"):
        assert f"{selector}" in styles(app)
    document = components(app)["document"]
    assert document["presents"]
    shown = from_link(document["query"])
    assert shown.worksheet == Worksheet(hidden=("cell-values", "settings", "language"), presents=True)
    press(app, "show_all")
    assert "display: none" not in styles(app)
    assert "hide=" not in components(app)["document"]["query"]
    looked(app.toggle(key="presents").set_value(False).run())
    assert not components(app)["document"]["presents"]
    assert from_link(components(app)["document"]["query"]).worksheet == Worksheet()


def test_a_link_leads_to_an_epoch_and_a_step():
    app = visit("preset=words-next&lang=en&run=1&epoch=7&step=2", page="cell")
    run = app.session_state.run
    assert components(app)["document"]["looked"] == {"run": run.id, "epoch": 7, "step": 1}
    assert components(app)["cell-unrolled"]["epoch"] == 7  # and what is computed is computed there
    place = Worksheet(7, 1)
    assert from_link(components(app)["document"]["query"]).worksheet == place, "a reload leads there again"
    press(app, "reset")
    assert from_link(components(app)["document"]["query"]).worksheet == Worksheet(), "another run has no such place"
    app = visit("preset=words-next&lang=en&run=1")
    assert components(app)["document"]["looked"] is None


@either
def test_a_class_gets_what_its_teacher_sees(lang):
    app = visit(f"preset=words-next&lang={lang}&run=1&epoch=7&step=2&hide=example", page="cell")
    press(app, "class_link")
    parts = app.multiselect(key="class_link_hide")
    t = translator(lang)
    assert parts.options[: len(FRAME)] == [t(f"class_link.{name}") for name in FRAME]
    assert t("panel.cell-values") in parts.options
    assert parts.value == ["example"]
    link = from_link(components(app)["class-link"]["query"])
    assert (link.worksheet, link.preset, link.run) == (Worksheet(7, 1, ("example",)), "words-next", True)
    assert link.lang == ""
    for name, value in (("hide", ["language", "cell-values"]), ("place", False), ("present", True)):
        app.session_state[f"class_link_{name}"] = value  # of a dialog AppTest draws no part by itself
    press(app, "class_link")
    link = from_link(components(app)["class-link"]["query"])
    assert link.worksheet == Worksheet(hidden=("language", "cell-values"), presents=True)
    assert link.lang == lang, "without the switch all read it in this language"
    assert t("class_link.no_secret") in said(app)


def test_a_class_gets_the_step_of_a_lesson():
    app = visit("lesson=four-moves&at=2&lang=en")
    press(app, "class_link")
    link = from_link(components(app)["class-link"]["query"])
    assert (link.lesson, link.at, link.run) == ("four-moves", 1, False), "its question is asked of an untrained network"
    press(app, "step")
    press(app, "class_link")
    link = from_link(components(app)["class-link"]["query"])
    assert (link.run, link.worksheet) == (False, Worksheet()), "what its teacher has trained is not theirs"
    app.session_state["class_link_place"] = True
    press(app, "class_link")
    link = from_link(components(app)["class-link"]["query"])
    assert (link.run, link.worksheet.epoch) == (True, 1), "an epoch to be looked at is trained"
    app = visit("lesson=same-weights&at=3&lang=en")
    press(app, "class_link")
    assert from_link(components(app)["class-link"]["query"]).run, "this step begins trained"
