"""The buttons of a race, how far it is, and what keeps it from going on."""

import streamlit as st

from pages.shell.form import form_state, race_setup
from pages.shell.messages import complain
from pages.shell.state import session
from pages.views.compare import runner
from pages.views.compare.remarks import remarks
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate
from rnnlab.race import race
from rnnlab.race.race import Race
from rnnlab.text.examples import text_problems


def current_race() -> Race | None:
    return session.get("race")


def moving() -> bool:
    """Whether there will be something new to show without a click."""
    current = current_race()
    return runner.connecting() or (current is not None and current.going)


def render(t: Translate, ready: bool) -> None:
    """ready: whether what is set up can be run."""
    current = current_race()
    going = current is not None and current.going
    with st.container(horizontal=True, key="racebar", gap="small", vertical_alignment="center"):
        st.title(t("race.title"), width="content", anchor=False)
        resumable = current is not None and current.resumable
        kind = "secondary" if resumable or going else "primary"
        label = t("race.start") if current is None else t("race.restart")
        st.button(label, key="race_start", on_click=start, disabled=going or not ready, type=kind)
        if resumable:
            failed = bool(current and current.problems)  # where it can go on is asked below
            st.button(t("race.resume"), key="race_on", on_click=go_on, disabled=failed, type="primary")
        else:
            st.button(t("race.pause"), key="race_pause", on_click=pause, disabled=not going)
        st.button(t("race.stop"), key="race_stop", on_click=stop, disabled=not (going or resumable))
        st.button(t("race.clear"), key="race_clear", on_click=clear, disabled=current is None)
        with st.popover("?", key="about_racebar", type="tertiary"):
            st.markdown(t("about.racebar"))


def start() -> None:
    """Begin the race that is set up, on what the form says at this very moment."""
    base = form_state.read()
    if not isinstance(base, Experiment) or text_problems(base):
        return
    if isinstance(setup := race_setup.plan(base), RacePlan):
        session["race"] = race.begin(runner.runner(), setup)


def pause() -> None:
    if current := current_race():
        session["race"] = race.pause(current)


def go_on() -> None:
    if current := current_race():
        session["race"] = race.resume(runner.runner(), current)


def stop() -> None:
    if current := current_race():
        session["race"] = race.stop(current)


def clear() -> None:
    session["race"] = None


def tick() -> None:
    """One look at a race that is going on; where nothing can be computed, it stands still and keeps what it has."""
    if (current := current_race()) is not None and current.going:
        current = race.tick(runner.runner(), current)
        problems = runner.problems() if current.going else ()
        session["race"] = race.halted(current, problems) if problems else current


def render_status(t: Translate) -> None:
    """How far all of it is, where it is computed, and what is wrong there, or with some of its runs."""
    current = current_race()
    with st.container(key="race_status", gap="small"):
        problems = current.problems if current else runner.problems()
        complain(problems)
        if current is None:
            st.caption(runner.description(t))
        else:
            for remark in remarks(current.entries, current, lambda entry: entry.problems, t):
                st.error(remark)
            st.progress(current.progress, "  ·  ".join(status(current, t)))
            if current.going and runner.starting():
                st.caption(t("workers.starting"))
        runner.render_choice(t, bool(problems))


def status(current: Race, t: Translate) -> list[str]:
    """How many runs are at the finish, how many never will be, and what the others do."""
    count = len(current.entries)
    finished, early, failed = (
        sum(getattr(entry, how) for entry in current.entries) for how in ("finished", "ended_early", "failed")
    )
    return [
        t("race.finished", done=finished, count=count),
        *([t("race.ended_early", count=early)] if early else []),
        *([t("race.failed", count=failed)] if failed else []),
        t(f"race.is.{standing_of(current)}"),
        runner.description(t),
    ]


def standing_of(current: Race) -> str:
    """The word for where a race stands."""
    if current.going:
        return "going"
    if current.stopped:
        return "stopped"
    return "paused" if current.resumable else "done"
