"""The Compare page: a race between variants of the experiment at hand."""

import streamlit as st

from pages.shell import sharing
from pages.shell.form import race_setup
from pages.shell.form.race_setup import RaceSetup
from pages.shell.live_fragment import live_fragment
from pages.shell.messages import complain
from pages.shell.reruns import unbroken
from pages.shell.state import session
from pages.views.compare import board, controls, setup_form, standings_table
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate, translator
from rnnlab.race.race import Race
from rnnlab.text.examples import text_problems

TICK = 0.4  # seconds between two looks at a race: charts take the browser up to 0.2


def render(t: Translate) -> None:
    base = session["experiment"]
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    setup: RaceSetup = ()
    if isinstance(base, Experiment):
        race_setup.begin(base)
        setup = race_setup.plan(base)
    if isinstance(setup, RacePlan):
        session["race_last"] = setup  # its lanes stay while a value is being mended
    with unbroken():
        if race_setup.wanted():  # a link asked for it
            controls.start()
    problems = text_problems(base) if isinstance(base, Experiment) else base
    controls.render(t, ready=isinstance(setup, RacePlan) and not problems)
    with st.container():
        if problems:
            complain(problems)
        elif (race := controls.current_race()) and isinstance(setup, RacePlan) and differs(setup, race):
            st.info(t("race.stale"))

    def body() -> None:
        t, race = translator(session["lang"]), controls.current_race()
        controls.render_status(t)
        if plan := race.plan if race else session.get("race_last"):
            board.render_lanes(plan, race, t)
        with st.container():
            if race and any(entry.record and entry.record.epoch for entry in race.entries):
                board.render_notes(race, t)
                board.render_curves(race, t)
                standings_table.render(race, t)

    live_fragment(TICK, controls.tick, controls.moving, body)
    if isinstance(base, Experiment):
        setup_form.render(base, setup, t)


def differs(setup: RacePlan, race: Race) -> bool:
    """Whether what is set up is another race than the one that is shown."""
    return setup.runs() != race.plan.runs() or (setup.equal and setup != race.plan) or setup.equal != race.plan.equal
