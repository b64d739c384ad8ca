"""A figure about a run, among the parts of the page that move together."""

from typing import Any

import plotly.graph_objects as go

from pages.components.chart.chart import live_chart
from pages.components.component import encode
from pages.shell import cursor
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate


def render(key: str, figure: go.Figure, run: Run, label: str, t: Translate, height: int = 300, **options: Any) -> None:
    """`label` is its accessible name; options: those of `live.chart`. Its epochs are those whose weights are there."""
    assert run.history is not None
    live_chart(
        encode(figure),
        key=key,
        **cursor.place(run, run.history.checkpoints),
        height=height,
        label=label,
        labels={"download": t("chart.download"), "reset": t("chart.reset")},
        **options,
    )
