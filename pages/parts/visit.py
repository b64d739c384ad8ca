"""A reader's first run: what the address says becomes the form, and the lab comes alive."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import form
from rnnlab import engine, session
from rnnlab.i18n import first_language
from rnnlab.share import from_link

FIRST_PATIENCE = 2.5  # seconds: the first preset is trained before the first picture is drawn


def begin() -> None:
    """Once a session. The query is read whole: `st.query_params` hides `embed`, which it keeps for itself."""
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
    st.session_state.run = session.begin(engine.shared(), link.experiment, train=link.run or not link.named)
    st.session_state.patience, st.session_state.whole = FIRST_PATIENCE, True
