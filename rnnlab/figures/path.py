"""The path of a network's state over one line, on a plane, as a Plotly figure. A pure function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures.style import BARE, MARGIN, tick
from rnnlab.i18n import Translate

APART = 0.035  # of the plane's width, that a token is away from all others that are written


@dataclass(frozen=True)
class PathView:
    """What is drawn: points [point, 2] on the plane."""

    path: np.ndarray  # of the line, in the order of reading
    tokens: Sequence[str]  # what each of them has read; "" at the state before the first
    others: np.ndarray  # of all other lines
    low: np.ndarray  # [2]: all points of every epoch lie between these corners
    high: np.ndarray
    axes: tuple[str, str]  # what is said of each


def path_figure(view: PathView, t: Translate) -> go.Figure:
    """Arrows lead from state to state, to one scale on both axes, which is that of every epoch."""
    x, y = view.path.T
    labels = [tick(token) if token else t("path.start") for token in view.tokens]
    named = [label if written else "" for label, written in zip(labels, apart(view), strict=True)]
    hover = "%{customdata} (%{x:.3f}, %{y:.3f})<extra></extra>"
    traces: list[go.Scatter] = []
    if len(view.others):
        background: dict[str, Any] = {"mode": "markers", "marker": {"size": 4, "opacity": 0.25}, "hoverinfo": "skip"}
        traces.append(go.Scatter(x=view.others[:, 0], y=view.others[:, 1], meta={"palette": "line"}, **background))
    arrow = {"symbol": "arrow", "size": 11, "angleref": "previous", "standoff": 3}
    line: dict[str, Any] = {"mode": "lines+markers", "line": {"width": 1.5}, "marker": arrow, "hoverinfo": "skip"}
    traces.append(go.Scatter(x=x, y=y, meta={"palette": "line"}, **line))
    traces.append(
        go.Scatter(
            x=x,
            y=y,
            mode="markers+text",
            text=named,
            textposition="top center",
            customdata=[
                f"{step} · {label}" if step else label for step, label in enumerate(labels, int(all(view.tokens)))
            ],
            marker={"size": 7},
            meta={"palette": "line"},
            hovertemplate=hover,
        )
    )
    margin = 0.08 * max((view.high - view.low).max(), 1e-9)
    spans = np.stack([view.low - margin, view.high + margin], axis=1).tolist()
    across = {"range": spans[0], "title": {"text": view.axes[0]}}
    down = {"range": spans[1], "title": {"text": view.axes[1]}, "scaleanchor": "x"}
    return go.Figure(traces, {**BARE, "margin": MARGIN, "xaxis": across, "yaxis": down, "showlegend": False})


def apart(view: PathView) -> list[bool]:
    """At which points of the path the token is written: where it would not stand on another one. The first and the last
    come first."""
    least = APART * max((view.high - view.low).max(), 1e-9)
    count = len(view.path)
    kept: list[int] = []
    for at in dict.fromkeys([0, count - 1, *range(count)]):
        if all(np.hypot(*(view.path[at] - view.path[other])) >= least for other in kept):
            kept.append(at)
    return [at in kept for at in range(count)]
