"""A reader's first run: what the address says becomes the form, and the lab comes alive."""

from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shell import form_state, race_setup
from rnnlab import engine
from rnnlab.engine import runs
from rnnlab.experiment.links import from_link
from rnnlab.i18n import first_language
from rnnlab.lessons.presets import LESSONS

FIRST_PATIENCE = 2.5  # seconds: the first preset is trained before the first picture is drawn


def begin() -> None:
    """Before anything else is drawn: what came along from the page before; at a visit's start, what its link says. The
    query is read whole: `st.query_params` hides `embed`, which it keeps for itself."""
    st.session_state.update(st.session_state.pop("luggage", {}))
    if "run" in st.session_state:
        return
    context = get_script_run_ctx()
    link = from_link(context.query_string if context else "")
    form_state.fill(link.experiment)
    st.session_state.lang = link.lang or first_language(st.context.locale)
    st.session_state.notes = link.notes
    st.session_state.restore = link.draft
    st.session_state.run_on_opening = True
    st.session_state.loss_log = True
    st.session_state.run = runs.begin(engine.shared(), link.experiment, train=link.run or not link.has_fields)
    if link.race is not None:
        race_setup.adopt_plan(link.race)
        st.session_state.race_wanted = link.run
    st.session_state.patience, st.session_state.whole = FIRST_PATIENCE, True
    if not urlsplit(st.context.url or "").path.strip("/"):
        page = LESSONS[link.lesson].page if link.lesson else ""
        st.session_state.go = "compare" if link.race is not None else page
