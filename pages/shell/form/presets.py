"""Choosing a preset, a task or an experiment as a whole: what becomes of the form then."""

import time

import streamlit as st

from pages.shell import navigation
from pages.shell.form.form_state import fill, put, value
from pages.shell.run import current_run, cursor
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import runs
from rnnlab.experiment import Experiment, preset_at_hand, preset_experiment, preset_texts
from rnnlab.i18n import Problem, Translate
from rnnlab.presets.presets import FIRST_OF_TASK, PRESETS

PATIENCE = 0.5  # seconds that the page waits for the first of another run


def open_experiment(experiment: Experiment, train: bool = False, until: int = 0) -> None:
    """Show another experiment, from its start: untrained, or trained, up to an epoch if one is said."""
    fill(experiment)
    cursor.forget()
    current_run.change(lambda before: runs.begin(workers(), experiment, train, before, until), PATIENCE)


def begin_opening(again: str = "") -> None:
    """What is opened now is another thing in the browser's history than what was before, or the same `again`. It is
    known by the time, so that no other session's is taken for it."""
    session["opening"] = again or f"{time.time():.3f}"


def choose_preset() -> None:
    chosen = value("preset")
    if chosen != session["run"].experiment.preset:  # else only its label has changed
        open_preset(chosen)


def open_preset(preset: str) -> None:
    """Open a preset, untrained, on its page, in an entry of its own of the browser's history."""
    begin_opening()
    open_experiment(preset_experiment(preset, session["lang"]))
    navigation.go_to(PRESETS[preset].page)


def choose_task() -> None:
    """The first preset of a task: its text is of another kind. The reader's own text is kept at hand."""
    chosen = value("task")
    before = session["run"].experiment
    if chosen == before.task:
        return
    text = value("text")
    if text not in preset_texts(before.preset).values():
        session["own_text"] = text
    open_preset(FIRST_OF_TASK[chosen])


def back_to_own_text() -> None:
    put("text", session.pop("own_text"))
    put("data", "text")  # else it would not be seen


def preset(t: Translate, page: str, e: Experiment | tuple[Problem, ...]) -> None:
    """What the preset is about, with the name of its page on the others; or, once anything but the seed was changed,
    the way back to it."""
    if session.get("own_text", "") not in ("", value("text")):
        st.button(t("example.own_text"), key="own_text_back", on_click=back_to_own_text, type="tertiary")
    preset = value("preset")
    wrong = () if isinstance(e, Experiment) else {problem.field for problem in e}
    seed = {} if "seed" in wrong else {"seed": value("seed")}  # one that can't be used is no seed of any preset's
    original = preset_at_hand(preset, value("text"), session["lang"], **seed)
    if e == original:
        own, about = PRESETS[preset].page, t(f"example.{preset}")
        st.caption(about if page == own else t("example.elsewhere", page=t(f"page.{own}"), preset=about))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("example.changed"), width="stretch")
        st.button(t("example.back"), key="preset_back", on_click=open_experiment, args=(original,), type="tertiary")
