"""Why a state that goes on from pass to pass is detached: the second way back, tried with and without."""

import streamlit as st

from pages.shell.ask_worker import ask_worker
from pages.shell.panel import listing, panel
from pages.shell.run.run_view import RunView
from pages.views.training.shown import written
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.explain.programs.training_loop import carry_line
from rnnlab.i18n import Translate
from rnnlab.records.training.passes import CarryTrial


def render(view: RunView, waits: bool) -> None:
    e, t = view.experiment, view.t
    code = programs.carrying_program(e, view.opening.first_batch, "kept")
    with panel("training-detach", t, code=code):
        st.caption(t("detach.own") if e.carry else t("detach.whatif"))
        if waits:
            st.caption(t("training.waits"))
            return
        trials = ask_worker(jobs.second_backward, e, view.checkpoint.weights)
        if trials is None:
            return
        by_way = {trial.way: trial for trial in trials}
        with st.container(key="detach_kept", gap="xsmall"):
            st.markdown(t("detach.kept"))
            listing(carry_line(e, detached=False), wrap_lines=True)
            result(by_way["kept"], t)
        with st.container(key="detach_detached", gap="xsmall"):
            st.markdown(t("detach.detached"))
            listing(carry_line(e, detached=True), wrap_lines=True)
            result(by_way["detached"], t)
        with st.container(key="detach_retained", gap="xsmall"):
            st.markdown(t("detach.retained"))
            result(by_way["retained"], t)
        st.markdown(t("detach.reason"))


def result(trial: CarryTrial, t: Translate) -> None:
    """Torch's own words, or the losses of the two passes."""
    if trial.error:
        st.code(trial.error, language=None, wrap_lines=True)
    else:
        st.caption(t("detach.works", first=written(trial.first), second=written(trial.second)))
