"""A Plotly figure that changes in place, keeps its zoom and takes its colours from the theme."""

from dataclasses import dataclass
from typing import Any, Literal

from pages.components.assets import PLOTLY
from pages.components.component import component
from pages.components.playback import Playback
from rnnlab.i18n import Translate

_chart = component(__file__, "chart")


@dataclass(frozen=True)
class Chart:
    """A figure, and what of it moves with the cursor.

    `meta={"palette": "diverging" | "sequential" | "line"}` on a trace lets the theme colour it; with `"written": True`
    a sequential heatmap that is the first trace, its z a list of rows, has a number on each cell: its `text`, or z.
    """

    figure: str  # as `encode` gives it
    label: str  # its accessible name
    height: int = 300  # pixels
    frames: dict[str, Any] | None = None  # trace 0's z for each epoch: {"values": int16 [frame, row, column] packed,
    # "scale": s}; a value is int16 / 32767 * s
    cursor: Literal["none", "line"] = "none"  # a line marks the epoch on trace 0, and can be moved
    steps: bool = False  # outline the column of the step that is pointed at (x = step)


def live_chart(key: str, chart: Chart, playback: Playback, t: Translate) -> None:
    """Draw it, or bring what is drawn up to date."""
    labels = {"reset": t("chart.reset")}
    _chart(key=key, data={"key": key, **vars(playback), **vars(chart), "labels": labels, "plotly": PLOTLY})
