"""The Compare page: a race between variants of the experiment at hand."""

import streamlit as st

from pages.shell import race_setup, sharing
from pages.shell.live_fragment import live_fragment
from pages.shell.messages import complain
from pages.shell.race_setup import RaceSetup
from pages.shell.state import session
from pages.views.compare import board, controls, setup_form
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate, translator
from rnnlab.race.race import Race

TICK = 0.4  # seconds between two looks at a race: charts take the browser up to 0.2


def render(t: Translate) -> None:
    base = session["experiment"]
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    asked: RaceSetup = ()
    if isinstance(base, Experiment):
        race_setup.begin(base)
        asked = race_setup.plan(base)
    if isinstance(asked, RacePlan):
        session["race_last"] = asked  # its lanes stay while a value is being mended
    if race_setup.wanted():  # a link asked for it
        controls.start()
    controls.render(t, asked)
    with st.container():
        if not isinstance(base, Experiment):
            complain(base)
        elif (now := controls.running()) and isinstance(asked, RacePlan) and differs(asked, now):
            st.info(t("race.stale"))

    def body() -> None:
        if "go" in session:  # to the playground, with one of the runs
            st.rerun()
        t, now = translator(session["lang"]), controls.running()
        controls.render_status(t)
        if plan := now.plan if now else session.get("race_last"):
            board.render_lanes(plan, now, t)
        with st.container():
            if now and any(entry.record and entry.record.epoch for entry in now.entries):
                board.render_curves(now, t)
                board.render_table(now, t)

    live_fragment(TICK, controls.tick, controls.moving, body)
    if isinstance(base, Experiment):
        setup_form.render(base, asked, t)


def differs(asked: RacePlan, now: Race) -> bool:
    """Whether what is set up is another race than the one that is shown."""
    return asked.runs() != now.plan.runs() or (asked.equal and asked != now.plan) or asked.equal != now.plan.equal
