"""What there is to see of a network that predicts numbers: the column, what it says after each number, and how it goes
on by itself."""

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.shell.panel import panel, program_place
from pages.shell.run.run_view import RunView
from pages.shell.stream.parts import streamed
from pages.views.results.shared import ResultView
from rnnlab.explain import programs
from rnnlab.figures.results import HUES
from rnnlab.i18n import significant

ROUNDING = 1e-12  # of deviations: a mean as near to 0 is 0
_forecast = component(__file__, "forecast")


def render_forecast(view: RunView) -> None:
    """The column as a curve, over it the predictions, and what is compared with what."""
    column, t = view.opening.column, view.t
    assert column is not None
    with panel("forecast", t, code=programs.code("forecast", view.experiment), goes_on=program_place(t)):
        streamed(view, draw_forecast)
        mean = column.mean if abs(column.mean) > ROUNDING * column.deviation else 0.0
        scale = {"mean": significant(mean, 4), "deviation": significant(column.deviation, 4)}
        st.caption(t("forecast.scale", trained=column.trained, **scale))
        if column.held:
            values = {"held": column.held, "level": significant(column.held_repeat_loss, 4)}
            st.caption(t("forecast.tested", **values))
        else:
            st.caption(t("forecast.none", field=t("field.held_out")))


def draw_forecast(view: RunView) -> None:
    column, t = view.opening.column, view.t
    assert column is not None
    said = {name: np.stack([frame.task_arrays[name] for frame in view.frames]) for name in ("predicted", "alone")}
    names = ("label", "x", "y", "numbers", "predicted", "alone", "trained", "held", "beyond")
    _forecast(
        key="results-forecast",
        data={
            "key": "results-forecast",
            **vars(view.over_frames),
            "numbers": pack(np.array(column.numbers, dtype=np.float64)),
            "trained": column.trained,
            "predicted": pack(said["predicted"].astype(np.float32)),  # [frame, number]
            "alone": pack(said["alone"].astype(np.float32)),  # [frame, number from the end of training on]
            "hues": {"predicted": HUES[0], "alone": HUES[5]},
            "labels": {name: t(f"forecast.{name}") for name in names},
        },
    )


VIEWS: dict[str, ResultView] = {"forecast": render_forecast}
