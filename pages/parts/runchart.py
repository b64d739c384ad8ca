"""A figure about a run, among the parts of the page that move together."""

from typing import Any

import plotly.graph_objects as go

from pages.parts import live, stage
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate


def show(key: str, figure: go.Figure, run: Run, label: str, t: Translate, height: int = 300, **options: Any) -> None:
    """`label` is its accessible name; options: those of `live.chart`. Its epochs are those whose weights are there."""
    assert run.history is not None
    live.chart(
        live.encode(figure),
        key=key,
        **stage.place(run, run.history.checkpoints),
        height=height,
        label=label,
        labels={"download": t("chart.download"), "reset": t("chart.reset")},
        **options,
    )
