"""From page to page without a browser: a preset opens on its page, and takes everything along."""

import pytest

from pages.shell.form import form
from rnnlab import Experiment
from rnnlab.experiment import preset_experiment
from rnnlab.experiment.links import from_link, to_link
from rnnlab.presets.presets import FIRST_OF_TASK, PRESETS
from tests.support.eventually import ROOT
from tests.support.reader import form_of, looked, visit, widget

pytestmark = pytest.mark.usefixtures("in_this_process")


def page_of(app) -> str:
    """Only the page at hand has drawn its own title and panels."""
    return app.session_state.here


FIRST_THERE = {preset.page: id for id, preset in reversed(PRESETS.items()) if preset.page != "playground"}


@pytest.mark.parametrize("preset", FIRST_THERE.values())
def test_a_link_that_names_a_preset_opens_its_page(preset):
    app = visit(f"preset={preset}&epochs=2")
    assert page_of(app) == "playground", "a link that says more than the preset stays where it leads"
    app = visit(f"preset={preset}", locale="en-US")
    assert page_of(app) == PRESETS[preset].page
    assert form_of(app) == preset_experiment(preset, "en")
    assert app.session_state.lang == "en"


# One a page, and one a task.
@pytest.mark.parametrize("preset", sorted({*FIRST_THERE.values(), *FIRST_OF_TASK.values()}))
def test_a_preset_chosen_in_the_form_opens_its_page_with_everything_kept(preset):
    other = "ohlol-layer" if preset == "ohlol-cell" else "ohlol-cell"
    app = visit(f"lang=en&preset={other}&epochs=2")
    looked(app.selectbox(key="preset").select(preset).run())
    assert page_of(app) == PRESETS[preset].page
    assert app.session_state.lang == "en"
    assert form_of(app) == preset_experiment(preset, "en")
    assert app.session_state.run.experiment == preset_experiment(preset, "en")
    assert app.session_state.run.until == 0, "it is the reader who trains it"
    if PRESETS[preset].page in form.WITHOUT:
        return
    looked(widget(app, "seed").set_value(3).run())
    assert form_of(app) == preset_experiment(preset, "en", seed=3)
    assert page_of(app) == PRESETS[preset].page, "a changed field changes no page"


def test_the_copied_link_of_a_preset_says_everything():
    for preset in PRESETS:
        link = from_link(to_link(Experiment(preset=preset), "zh"))
        assert link.preset == ""
        assert link.experiment == Experiment(preset=preset)
        assert from_link(f"preset={preset}").preset == preset
        assert from_link(f"preset={preset}&lang=en&v=1&run=1").preset == preset


def test_every_page_of_a_preset_is_there():
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} >= {preset.page for preset in PRESETS.values()}
