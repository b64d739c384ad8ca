"""The buttons of a race, how far it is, and what keeps it from going on."""

from typing import Any

import streamlit as st

from pages.components.run_status.run_status import RunStatus, run_status
from pages.shell import provenance
from pages.shell.form import form_state, race_setup
from pages.shell.markdown import verbatim
from pages.shell.messages import complain
from pages.shell.panel import question_mark
from pages.shell.run.status import elsewhere
from pages.shell.state import session
from pages.shell.stream.parts import streamed
from pages.views.compare import current_race
from pages.views.compare.current_race import playback_of
from pages.views.compare.remarks import remarks
from rnnlab.engine import Cluster, shared
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Translate
from rnnlab.races import race
from rnnlab.races.race import Race
from rnnlab.text.examples import text_problems


def render(t: Translate, ready: bool) -> None:
    """ready: whether what is set up can be run."""
    current = current_race.look()
    going = current is not None and current.going
    with st.container(horizontal=True, key="racebar", gap="small", vertical_alignment="center"):
        st.title(t("race.title"), width="content", anchor=False)
        resumable = current is not None and current.resumable
        kind = "secondary" if resumable or going else "primary"
        label = t("race.start") if current is None else t("race.restart")
        st.button(label, key="race_start", on_click=start, disabled=going or not ready, type=kind)
        if resumable:
            st.button(t("race.resume"), key="race_on", on_click=current_race.go_on, type="primary")
        else:
            st.button(t("race.pause"), key="race_pause", on_click=pause, disabled=not going)
        st.button(
            t("race.stop"),
            key="race_stop",
            on_click=current_race.change,
            args=(race.stop,),
            disabled=not (going or resumable),
        )
        st.button(t("race.clear"), key="race_clear", on_click=current_race.clear, disabled=current is None)
        with question_mark("racebar", t("race.title"), t):
            st.markdown(t("about.racebar"))


def start() -> None:
    """Begin the race that is set up, on what the form says at this very moment."""
    base = form_state.read()
    if not isinstance(base, Experiment) or text_problems(base):
        return
    if isinstance(setup := race_setup.plan(base), RacePlan):
        current_race.begin(setup)


def pause() -> None:
    current_race.change(race.pause)


def stop() -> None:
    current_race.change(race.stop)


def render_status(t: Translate, parts: str) -> None:
    """How far all of it is, where it is computed, and what is wrong there, or with some of its runs."""
    current = current_race.look()
    with st.container(key="race_status", gap="small"):
        if current is None:
            st.caption(place(t))
            if why := elsewhere(shared(), t, verbatim):
                st.warning(why)
        else:
            complain(current.problems)
            for remark in remarks(current.entries, current, lambda entry: entry.problems, t):
                st.error(remark)
            source = provenance.of(current.plan.base, session["lang"], current.id, current.plan)
            streamed(current, lambda race: draw_status(race, parts, source, t))


def draw_status(race: Race, parts: str, source: dict[str, Any], t: Translate) -> None:
    """`source`: what is said of it where it is saved."""
    waits = t("workers.starting") if race.going and shared().starting else elsewhere(shared(), t)
    opened = sum(entry.record is not None for entry in race.entries)
    failed = sum(entry.failed for entry in race.entries)
    begun = any(entry.record and entry.record.epoch for entry in race.entries)
    text = "  ·  ".join([*status(race, t), place(t)])
    shown = RunStatus(text, race.progress, waits, None, parts, needs=f"{opened} {failed} {begun}", provenance=source)
    run_status("race-status", shown, playback_of(race))


def place(t: Translate) -> str:
    """Where it is computed now."""
    there = shared()
    if isinstance(there, Cluster) and there.state == "ready":
        return t("race.place.cluster", address=there.address, count=there.count)
    return t("race.place.here", count=there.count)


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
    ]


def standing_of(current: Race) -> str:
    """The word for where a race stands."""
    if current.going:
        return "going"
    if current.stopped:
        return "stopped"
    return "paused" if current.resumable else "done"
