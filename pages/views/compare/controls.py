"""The buttons of a race, how far it is, and what keeps it from going on."""

import streamlit as st

from pages.shell import form_state, race_setup
from pages.shell.live_fragment import advance
from pages.shell.messages import complain
from pages.shell.race_setup import RaceSetup
from pages.shell.state import session
from pages.views.compare import runner
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate
from rnnlab.race import race
from rnnlab.race.race import Race


def running() -> Race | None:
    return session.get("race")


def moving() -> bool:
    """Whether there will be something new to show without a click."""
    now = running()
    return runner.connecting() or (now is not None and now.going)


def render(t: Translate, asked: RaceSetup) -> None:
    now, ready = running(), isinstance(asked, RacePlan)
    going = now is not None and now.going
    with st.container(horizontal=True, key="racebar", gap="small", vertical_alignment="center"):
        st.title(t("race.title"), width="content", anchor=False)
        resumable = now is not None and now.resumable
        kind = "secondary" if resumable or going else "primary"
        label = t("race.start") if now is None else t("race.restart")
        st.button(label, key="race_start", on_click=start, disabled=going or not ready, type=kind)
        if resumable:
            failed = bool(now and now.problems)  # where it can go on is asked below
            st.button(t("race.resume"), key="race_on", on_click=go_on, disabled=failed, type="primary")
        else:
            st.button(t("race.pause"), key="race_pause", on_click=pause, disabled=not going)
        st.button(t("race.stop"), key="race_stop", on_click=stop, disabled=not (going or resumable))
        st.button(t("race.clear"), key="race_clear", on_click=clear, disabled=now is None)
        with st.popover("?", key="about_racebar", type="tertiary"):
            st.markdown(t("about.racebar"))


def start() -> None:
    """Begin the race that is set up, on what the form says at this very moment."""
    base = form_state.read()
    if isinstance(base, Experiment) and isinstance(asked := race_setup.plan(base), RacePlan):
        session["race"] = race.begin(runner.runner(), asked)


def pause() -> None:
    if now := running():
        session["race"] = race.pause(now)


def go_on() -> None:
    if now := running():
        session["race"] = race.resume(runner.runner(), now)


def stop() -> None:
    if now := running():
        session["race"] = race.stop(now)


def clear() -> None:
    session["race"] = None


def tick() -> None:
    """One look at a race that is going on; where nothing can be computed, it stands still and keeps what it has."""

    def ticked(now: Race) -> Race:
        now = race.tick(runner.runner(), now)
        problems = runner.problems() if now.going else ()
        return race.halted(now, problems) if problems else now

    if (now := running()) is not None and now.going:
        advance("race", ticked)


def render_status(t: Translate) -> None:
    """How far all of it is, where it is computed, and what is wrong there."""
    now = running()
    with st.container(key="race_status", gap="small"):
        problems = now.problems if now else runner.problems()
        complain(problems)
        if now is None:
            st.caption(runner.description(t))
        else:
            done = sum(entry.record.epoch for entry in now.entries if entry.record)
            whole = sum(entry.experiment.epochs for entry in now.entries)
            finished = sum(entry.done for entry in now.entries)
            parts = [
                t("race.finished", done=finished, count=len(now.entries)),
                t(f"race.is.{standing_of(now)}"),
                runner.description(t),
            ]
            st.progress(1.0 if now.done else min(done / whole, 1.0), "  ·  ".join(parts))
        runner.render_choice(t, bool(problems))


def standing_of(now: Race) -> str:
    """The word for where a race stands."""
    if now.going:
        return "going"
    if now.stopped:
        return "stopped"
    return "paused" if now.resumable else "done"
