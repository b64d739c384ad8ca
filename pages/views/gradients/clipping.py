"""The gradient's norm in every epoch, before and after clipping, and what another level would have met."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.shell.form import form_state
from pages.shell.panel import panel, program_place
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import BOUNDS
from rnnlab.explain import programs
from rnnlab.figures import gradients as figures

LEAST = 1e-6  # a level of 0 would mean: no clipping
FORMULA = r"g \leftarrow g\cdot\min\!\left(1,\ \frac{\mathrm{clip}}{\lVert g\rVert_2}\right)"


def render(view: RunView) -> None:
    e, t, most = view.experiment, view.t, BOUNDS["clip"][1]
    norms = np.array([snapshot.norm for snapshot in view.history.snapshots])
    finite = norms[np.isfinite(norms)]
    with panel("norms", t, formula=FORMULA, code=programs.code("norms", e), goes_on=program_place(t)):
        if not len(finite):
            st.caption(t("norms.none"))
            return
        if "clip_level_first" not in session or (session.get("clip_level_for") != e and not view.going):
            # Until the reader sets one for this experiment: its own limit, or else what half of the epochs exceed.
            begin(e.clip or min(max(float(f"{np.median(finite):.3g}"), LEAST), most))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            with st.container(key="clip_level", width=180):
                level = st.number_input(
                    t("norms.level"),
                    LEAST,
                    most,
                    session["clip_level_first"],
                    step=0.1,
                    format="%.4g",
                    key=field_key(),
                    on_change=keep_level,
                    args=(e,),
                )
            st.button(t("norms.use"), key="clip_use", on_click=use, disabled=level == e.clip)
        figure = encode(figures.norms_figure(view.history, level, t))
        run_chart.render(view, "norms", Chart(figure, t("panel.norms"), 260, cursor="line"), view.over_checkpoints)
        acted, would = (int((finite > bound).sum()) for bound in (e.clip or np.inf, level))
        count = {"epochs": len(norms), "largest": f"{finite.max():.3g}"}
        st.caption(t("norms.acted", **count, clip=f"{e.clip:g}", count=acted) if e.clip else t("norms.off", **count))
        if level != e.clip:
            st.caption(t("norms.would", level=f"{level:g}", count=would, epochs=len(norms)))
        if len(finite) < len(norms):
            st.caption(t("norms.not_finite", epoch=int(np.flatnonzero(~np.isfinite(norms))[0]) + 1))


def begin(level: float) -> None:
    """Another field, that begins with this level: what is put into one that is there would take the place of what the
    reader types meanwhile."""
    if st.session_state.get(field_key()) != level:
        session["clip_levels"] = session.get("clip_levels", 0) + 1
        session["clip_level_first"] = level


def field_key() -> str:
    return f"clip_level_{session.get('clip_levels', 0)}"


def keep_level(e: Experiment) -> None:
    """The reader has set the level, for this experiment."""
    session["clip_level_for"] = e


def use() -> None:
    """Put the level into the form: the next training clips to it."""
    form_state.put("clip", float(st.session_state[field_key()]))
