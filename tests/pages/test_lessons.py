"""Every lesson, once through all pages without a browser: it trains to the numbers of `run`, and each page shows it."""

from itertools import cycle

import pytest

from rnnlab import Experiment, run
from rnnlab.experiment import choices
from rnnlab.i18n import translator
from tests.support.eventually import ROOT
from tests.support.reader import form_of, looked, until_trained, visit

pytestmark = pytest.mark.usefixtures("in_this_process")

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "main")
LANGUAGE = dict(zip(choices("preset"), cycle(["zh", "en"]), strict=False))
USUAL = ("words-next", "lstm", "bilstm", "gru-tagger", "attention", "windows")  # one of each kind: the rest is thorough
LESSONS = [name if name in USUAL else pytest.param(name, marks=pytest.mark.thorough) for name in LANGUAGE]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_trains_and_is_shown_on_every_page(lesson):
    lang = LANGUAGE[lesson]
    app = until_trained(visit(f"preset={lesson}&lang={lang}&run=1&epochs=1"))
    expected = Experiment(preset=lesson, epochs=1)
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
