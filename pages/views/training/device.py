"""The training loop on a GPU, where there is one: what has to be moved there, and what torch says of what is not."""

import streamlit as st

from pages.components.table.table import TableView, tables, text
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import listing, panel
from pages.shell.run.run_view import RunView
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.explain.programs.device import device_program, device_trials, made_lines, moving, trials_begin
from rnnlab.records.training.device import DeviceTrials


def render(view: RunView) -> None:
    e, o, t = view.experiment, view.opening, view.t
    program = device_program(e, programs.loop_parts(e, o.first_batch, o.classes, o.joiner))
    with panel("training-device", t, code=program):
        left, right = st.columns(2, gap="medium")
        with left:
            st.markdown(t("device.moving"))
            listing(moving(e), wrap_lines=True)
            if made := made_lines(program.replace(moving(e), "")):
                st.markdown(t("device.made"))
                listing("\n".join(made), wrap_lines=True)
            st.caption(t("device.whole"))
        with right:
            st.markdown(t("device.left_behind"))
            listing(trials_begin(e), wrap_lines=True)
            if (found := ask_worker(jobs.devices, e)) is not None:
                render_trials(view, found)


def render_trials(view: RunView, found: DeviceTrials) -> None:
    t, codes = view.t, device_trials(view.experiment)
    rows = [
        [text(codes[one.name], note=t(f"device.{one.name}"), limit=None), text(one.error or one.device, limit=None)]
        for one in found.trials
    ]
    head = [text(t("trial.code")), text(t("trial.result"))]
    tables("training-devices", [TableView(t("panel.training-device"), rows, head)], "framed")
    st.caption(t("device.here") if found.cuda else t("device.not_here"))
    st.caption(t("device.lab_gpu", name=found.used) if found.used else t("device.lab_cpu"))
