"""Choosing a lesson, a task or an experiment as a whole: what becomes of the form then."""

import time

import streamlit as st

from pages.shell.form_state import echoed, fill, own_text, value
from rnnlab import engine
from rnnlab.engine import runs
from rnnlab.experiment import Experiment
from rnnlab.i18n import Problem, Translate
from rnnlab.lessons.presets import FIRST_LESSON, LESSONS


def open_experiment(experiment: Experiment, train: bool = False) -> None:
    """Show another experiment, from its start."""
    st.session_state.overwritten = time.monotonic(), {name: value(name) for name in ("preset", "task")}
    fill(experiment)
    st.session_state.run = runs.begin(engine.shared(), experiment, train, before=st.session_state.run)
    st.session_state.patience = 0.5


def choose_preset() -> None:
    chosen = value("preset")
    if chosen != st.session_state.run.experiment.preset and not echoed(
        "preset", chosen
    ):  # else it has only changed its label
        open_experiment(Experiment(preset=chosen), train=True)
        st.session_state.go = LESSONS[chosen].page


def choose_task() -> None:
    """The first lesson of a task: its text is of another kind. The reader's own text is kept at hand."""
    chosen = value("task")
    before = st.session_state.run.experiment
    if chosen == before.task or echoed("task", chosen):
        return
    text = value("text")
    if text != Experiment(preset=before.preset).text:
        st.session_state.own_text = text
    open_experiment(Experiment(preset=FIRST_LESSON[chosen]), train=True)
    st.session_state.go = LESSONS[FIRST_LESSON[chosen]].page


def lesson(t: Translate, e: Experiment | tuple[Problem, ...]) -> None:
    """What the lesson is about, or, once anything but the seed was changed, the way back to it."""
    if st.session_state.get("own_text", "") not in ("", value("text")):
        st.button(t("lesson.own_text"), key="own_text_back", on_click=own_text, type="tertiary")
    preset = value("preset")
    original = Experiment(preset=preset, seed=st.session_state.seed)
    if e == original:
        st.caption(t(f"lesson.{preset}"))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("lesson.changed"), width="stretch")
        st.button(t("lesson.back"), key="lesson_back", on_click=open_experiment, args=(original, True), type="tertiary")
