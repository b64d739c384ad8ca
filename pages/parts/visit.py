"""A reader's first run: what the address says becomes the form, and the lab comes alive."""

from urllib.parse import urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import form, racesetup
from rnnlab import engine
from rnnlab.engine import runs
from rnnlab.experiment.links import from_link
from rnnlab.i18n import first_language
from rnnlab.lessons.presets import OPENS_ON

FIRST_PATIENCE = 2.5  # seconds: the first preset is trained before the first picture is drawn


def begin() -> None:
    """Before anything else is drawn: what came along from the page before; at a visit's start, what its link says. The
    query is read whole: `st.query_params` hides `embed`, which it keeps for itself."""
    st.session_state.update(st.session_state.pop("luggage", {}))
    if "run" in st.session_state:
        return
    context = get_script_run_ctx()
    link = from_link(context.query_string if context else "")
    form.fill(link.experiment)
    st.session_state.lang = link.lang or first_language(st.context.locale)
    st.session_state.notes = link.notes
    st.session_state.restore = link.draft
    st.session_state.run_on_opening = True
    st.session_state.loss_log = True
    st.session_state.run = runs.begin(engine.shared(), link.experiment, train=link.run or not link.named)
    if link.race is not None:
        racesetup.adopt_plan(link.race)
        st.session_state.race_wanted = link.run
    st.session_state.patience, st.session_state.whole = FIRST_PATIENCE, True
    if not urlsplit(st.context.url or "").path.strip("/"):
        st.session_state.go = "compare" if link.race is not None else OPENS_ON.get(link.lesson, "")


def leave(pages: dict[str, StreamlitPage], here: StreamlitPage) -> bool:
    """Go to the page that was asked for, if it is another. True: as soon as the browser says that it runs no timer any
    more, for a tick that still speaks of the page before would wipe the new one."""
    wanted = pages.get(st.session_state.get("go", ""), here)
    timers = "here" in st.session_state and bool(st.context.url)  # a page was drawn, and in a browser
    if wanted != here and timers and not st.session_state.pop("still", False):
        return True
    st.session_state.pop("go", None)
    if wanted != here:
        form.fill(st.session_state.run.experiment)  # the browser may not have told yet that it knows
        leave_for(wanted)
    return False


def leave_for(page: StreamlitPage) -> None:
    """Go on to another page, with what the widgets say: Streamlit forgets it when a script changes the page."""
    frame = ("lang", "run_on_opening", "loss_log", *form.KEYS.values())
    st.session_state.luggage = {key: st.session_state[key] for key in frame if key in st.session_state}
    st.switch_page(page)
