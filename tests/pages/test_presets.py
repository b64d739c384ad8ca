"""Every name, once through all pages without a browser: it trains to the numbers of `run`, and each page shows it."""

from itertools import cycle
from urllib.parse import quote

import pytest

from rnnlab import Experiment, run
from rnnlab.experiment import choices, preset_experiment
from rnnlab.experiment.links import from_link
from rnnlab.i18n import translator
from tests.support.eventually import ROOT
from tests.support.reader import components, form_of, looked, press, said, until_trained, visit, widget

pytestmark = pytest.mark.usefixtures("in_this_process")

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "main")
LANGUAGE = dict(zip(choices("preset"), cycle(["zh", "en"]), strict=False))
USUAL = ("words-next", "lstm", "bilstm", "gru-tagger", "attention", "windows")  # one of each kind: the rest is thorough
PRESETS = [name if name in USUAL else pytest.param(name, marks=pytest.mark.thorough) for name in LANGUAGE]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_trains_and_is_shown_on_every_page(preset):
    lang = LANGUAGE[preset]
    app = until_trained(visit(f"preset={preset}&lang={lang}&run=1&epochs=1"))
    expected = Experiment(preset=preset, epochs=1)
    history = run(expected)
    shown = app.session_state.run
    assert form_of(app) == expected
    assert shown.history.losses == history.losses
    for page in PAGES:
        looked(app.switch_page(f"{page}.py").run())
        assert app.session_state.here == page
        assert [element.value for element in app.error] == [], page
        assert app.session_state.run is shown, "a look changes no run"
        words = "\n".join(element.value for kind in (app.markdown, app.caption, app.info) for element in kind)
        if page == "history":
            next_token = history.opening.predicts_text and len(history.opening.parts) == 1
            assert (translator(lang)("rivals.other") in words) is not next_token
        if page == "data":
            assert f"{history.opening.sequences:,}" in words


@pytest.mark.parametrize(("page", "own"), [("playground", True), ("data", False)])
def test_what_is_said_of_a_preset_names_its_page_on_the_others(page, own):
    about = translator("en")("example.words-next")
    app = visit("preset=words-next&lang=en", page=page)
    assert (about if own else f"On the page Playground: {about}") in [element.value for element in app.caption]


def strip_of(app) -> dict:
    return components(app)["playground-predictions"]


def test_a_preset_opens_in_the_language_of_its_reader_and_stays_as_the_language_changes():
    zh, en = (preset_experiment("packed", lang) for lang in ("zh", "en"))
    changed = {lang: translator(lang)("example.changed") for lang in ("zh", "en")}
    app = visit("preset=packed", locale="en-US", page="playground")
    assert form_of(app) == app.session_state.run.experiment == en
    assert strip_of(app)["glosses"] == []
    looked(app.segmented_control(key="lang").select("中文").run())
    assert form_of(app) == app.session_state.run.experiment == en
    assert changed["zh"] not in said(app), "another language changes nothing of the preset"
    assert strip_of(app)["tokens"][:2] == ["wind", "blows"]
    assert strip_of(app)["glosses"][:2] == ["风", "吹"]
    looked(widget(app, "text").set_value(zh.text).run())
    assert form_of(app) == zh
    assert changed["zh"] not in said(app), "neither does the other twin"
    looked(widget(app, "hidden").set_value(5).run())
    assert changed["zh"] in said(app)
    looked(widget(app, "text").set_value("动 | 风").run())
    press(app, "preset_back")
    assert form_of(app) == zh


def test_a_link_that_says_more_than_the_preset_means_the_same_for_everybody():
    for locale in ("zh-CN", "en-US"):
        app = visit("preset=words-next&seed=0", locale=locale, page="playground")
        assert form_of(app) == Experiment(preset="words-next")
        assert strip_of(app)["glosses"][:1] == (["I"] if locale == "en-US" else [])


@pytest.mark.parametrize(
    ("name", "page", "brief"),
    [
        ("lstm", "cell", True),
        ("words-next", "playground", True),
        ("lstm", "playground", False),
    ],
)
def test_a_preset_as_it_is_is_passed_on_by_its_name(name, page, brief):
    """Where the address without a page would not lead to the preset's own, all is said."""
    app = visit(f"preset={name}&lang=en", page=page)
    shared, address = (components(app)[key]["query"] for key in ("link", "document"))
    for query in (shared, address):
        link = from_link(query)
        assert link.experiment_for("en") == form_of(app)
        assert bool(link.preset) is brief
    assert not brief or shared == f"preset={name}&run=1"
    assert not brief or address == f"v=1&lang=en&preset={name}"
    looked(widget(app, "hidden").set_value(7).run())
    for key in ("link", "document"):
        assert from_link(components(app)[key]["query"]).experiment == form_of(app)


def test_a_reload_trains_as_far_as_was_trained():
    app = visit("preset=words-next&lang=en")
    for epochs in (1, 2):
        until_trained(press(app, "step"))
        address = components(app)["document"]["query"]
        assert address == f"v=1&lang=en&preset=words-next&run=1&until={epochs}"
        again = visit(address)
        assert again.session_state.run.history.losses == app.session_state.run.history.losses
        assert len(again.session_state.run.history.losses) == epochs
        assert components(again)["document"]["query"] == address
    until_trained(press(again, "train"))  # and it goes on from there
    assert again.session_state.run.history.losses == run(Experiment(preset="words-next", text=form_of(app).text)).losses
    assert components(again)["document"]["query"] == "v=1&lang=en&preset=words-next&run=1"
    assert from_link(components(app)["link"]["query"]).until == 0  # what is passed on is the whole run


def test_of_a_link_that_some_messengers_cut_off_it_is_said():
    warning = translator("en")("share.long", limit="4,000")
    assert warning not in said(visit("preset=words-next&lang=en"))
    text = "".join(chr(0x4E00 + index**3 % 19_997) for index in range(1_800))  # hardly to be compressed
    assert warning in said(visit(f"lang=en&tokenizer=chars&window=32&text={quote(text)}"))


@pytest.mark.parametrize("seed", [-7, 3.7, 1e30])
def test_a_seed_that_cannot_be_used_is_said_and_the_way_back_leads_to_one_that_can(seed):
    app = visit("lang=en")
    looked(app.number_input(key="seed").set_value(seed).run())
    assert [problem.field for problem in app.session_state.experiment] == ["seed"]
    assert "Seed" in said(app)
    looked(app.number_input(key="lr").set_value(-1.0).run())
    press(app, "preset_back")
    assert app.session_state.experiment == preset_experiment("words-next", "en")


def test_the_way_back_keeps_the_seed_whatever_else_is_wrong():
    app = visit("lang=en")
    looked(app.number_input(key="seed").set_value(4).run())
    looked(app.number_input(key="lr").set_value(-1.0).run())
    press(app, "preset_back")
    assert app.session_state.experiment == preset_experiment("words-next", "en", seed=4)
