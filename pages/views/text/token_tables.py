"""What the parts of the Text page are drawn with: tokens in lines, tokens in tables, a batch that is packed."""

import plotly.graph_objects as go

from pages.components.chart.chart import live_chart
from pages.components.component import encode
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate

COLUMNS = 48  # tokens of a row that a table shows


def chart(run: Run, key: str, figure: go.Figure, rows: int, t: Translate) -> None:
    """A figure that is drawn for one epoch at a time, in a panel `key` without its `text-`."""
    live_chart(
        encode(figure),
        key=key,
        group=key,
        run=run.id,
        live=False,
        epochs=[],
        height=height(rows),
        label=t(f"panel.{key.removeprefix('text-')}"),
        labels={"download": t("chart.download"), "reset": t("chart.reset")},
    )


def height(rows: int) -> int:
    """Pixels of a chart with so many rows, its axis below them."""
    return max(200, 70 + 19 * rows)
