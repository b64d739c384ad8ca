"""The Compare page: a race between variants of the experiment at hand."""

import streamlit as st

from pages.shell import reruns, sharing
from pages.shell.form import race_setup
from pages.shell.form.race_setup import RaceSetup
from pages.shell.messages import complain
from pages.shell.panel import panel
from pages.shell.reruns import unbroken
from pages.shell.state import session
from pages.shell.stream import parts
from pages.shell.stream.parts import streamed
from pages.views.compare import board, controls, current_race, setup_form, standings_table
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate, translator
from rnnlab.races.race import Race
from rnnlab.text.examples import text_problems


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
        elif (race := current_race.look()) and isinstance(setup, RacePlan) and differs(setup, race):
            st.info(t("race.stale"))

    with st.container():  # above all that comes and goes with a race, so that it stays where it is
        if isinstance(base, Experiment):
            setup_form.render(base, setup, t)
    render_race()


def render_race() -> None:
    """What goes on, as a part of the page that is drawn by itself."""
    race = current_race.look()
    going = race is not None and race.going

    def part() -> None:
        reruns.meet_redraw()
        t, race = translator(session["lang"]), current_race.look()
        if going != (race is not None and race.going):
            st.rerun()  # the buttons change too
        shown = parts.begin("compare", lambda race: race)
        controls.render_status(t, shown.id)
        if race is None and (plan := session.get("race_last")):
            with panel("race_lanes", t):
                board.draw_lanes(plan, None, t)
        if race is None:
            return
        with panel("race_lanes", t):
            streamed(race, lambda race: board.draw_lanes(race.plan, race, t))
        with st.container():
            if any(entry.record and entry.record.epoch for entry in race.entries):
                board.render_notes(race, t)
                board.render_curves(race, t)
                with panel("race_table", t):
                    streamed(race, lambda race: standings_table.draw(race, t))
                    standings_table.render_exits(race, t)

    part.__qualname__ = f"{__name__}.part"  # Streamlit knows a fragment by its name, and where it stands
    st.fragment(part)()


def differs(setup: RacePlan, race: Race) -> bool:
    """Whether what is set up is another race than the one that is shown."""
    return setup.runs() != race.plan.runs() or (setup.equal and setup != race.plan) or setup.equal != race.plan.equal
