"""A reader's first run: what the address says becomes the form, and the lab comes alive."""

from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shell import navigation, sharing
from pages.shell.form import form_state, race_setup
from pages.shell.run import current_run
from pages.shell.state import session
from rnnlab import engine
from rnnlab.engine import runs
from rnnlab.experiment.links import from_link
from rnnlab.i18n import first_language
from rnnlab.lessons.presets import LESSONS

FIRST_PATIENCE = 2.5  # seconds: the first preset is trained before the first picture is drawn


def begin() -> None:
    """Before anything else is drawn: what came along from the page before; at a visit's start, what its link says. The
    query is read whole: `st.query_params` hides `embed`, which it keeps for itself."""
    navigation.unpack()
    if "run" in session:
        return
    context = get_script_run_ctx()
    link = from_link(context.query_string if context else "")
    form_state.fill(link.experiment)
    session["lang"] = link.lang or first_language(st.context.locale)
    sharing.opened(link)
    session["run_on_opening"] = True
    session["loss_log"] = True
    run = runs.begin(engine.shared(), link.experiment, train=link.run or not link.has_fields)
    current_run.show(run, FIRST_PATIENCE, whole=True)
    if link.race is not None:
        race_setup.adopt_plan(link.race, start=link.run)
    if not urlsplit(st.context.url or "").path.strip("/"):
        page = LESSONS[link.lesson].page if link.lesson else ""
        navigation.go_to("compare" if link.race is not None else page)
