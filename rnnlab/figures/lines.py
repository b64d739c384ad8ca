"""Curves as Plotly figures, for notebooks and scripts; a page draws the same values with a part of its own. Pure
functions."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.experiment import Experiment
from rnnlab.figures.curves import Kind, Level, Mark, Series
from rnnlab.figures.results import loss_levels, loss_lines, score_levels, score_lines
from rnnlab.figures.style import BARE, HUES, LEGEND, MARGIN, loss_axis
from rnnlab.i18n import Translate
from rnnlab.records.history import History

OPACITY = "28"  # of a band, in two hexadecimal digits


def loss_figure(history: History, t: Translate) -> go.Figure:
    """Mean loss of a target by epoch, in training and on the lines that are only tested on."""
    e = history.experiment
    axes = t("axis.epoch"), t("axis.curve.loss")
    drawn = loss_lines(history, t), loss_levels(history, t)
    return lines_figure(*drawn, "linear", axes, max(e.epochs, 2), rate_marks(e, t))


def score_figure(history: History, t: Translate) -> go.Figure:
    """Share of right answers by epoch, likewise, with what the most frequent answer alone would score."""
    axes = t("axis.epoch"), t("axis.curve.score")
    drawn = score_lines(history, t), score_levels(history, t)
    return lines_figure(*drawn, "share", axes, max(history.experiment.epochs, 2))


def rate_marks(e: Experiment, t: Translate) -> list[Mark]:
    """The last epochs at one learning rate, with the next rate."""
    changes = {since: rate for since, rate in e.rates.items() if 0 < since < e.epochs}
    return [Mark(since, t("figure.rate", rate=f"{rate:g}")) for since, rate in changes.items()]


def lines_figure(
    lines: Sequence[Series],
    levels: Sequence[Level],
    kind: Kind,
    axes: tuple[str, str],
    span: float,
    marks: Sequence[Mark] = (),
) -> go.Figure:
    """Lines from 0 to `span`, within their bands where they have some; `axes`: what stands beside x and y."""
    traces = [trace for line in lines for trace in (*band(line), curve(line))]
    traces += [
        go.Scatter(
            x=[0, span],
            y=[level.share] * 2,
            name=html.escape(level.name, quote=False),
            mode="lines",
            line={"width": 1, "dash": "dot", "color": level.hue or HUES[0]},
            hoverinfo="skip",
        )
        for level in levels
    ]
    everything = np.concatenate([line.y for line in lines])
    share = {"range": [-0.03, 1.03], "tickformat": ".0%"}
    down = share if kind == "share" else loss_axis(everything, kind)
    edge = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 1, "dash": "dot"}}
    name = {"yref": "paper", "y": 1, "xanchor": "left", "showarrow": False}
    return go.Figure(
        traces,
        {
            **BARE,
            "margin": MARGIN | {"l": 60, "t": 30},
            "shapes": [edge | {"x0": mark.at, "x1": mark.at} for mark in marks],
            "annotations": [name | {"x": mark.at, "text": mark.name} for mark in marks],
            "xaxis": {"title": {"text": axes[0]}, "range": [0, span]},
            "yaxis": {"title": {"text": axes[1]}} | down,
            "legend": LEGEND,
            "showlegend": len(traces) > 1,
        },
    )


def points_of(line: Series) -> np.ndarray:
    return np.arange(1, len(line.y) + 1) if line.x is None else line.x


def curve(line: Series) -> go.Scatter:
    """A gap where there is no number; a mark where a line of one point could not be seen."""
    return go.Scatter(
        x=points_of(line),
        y=line.y,
        name=html.escape(line.name, quote=False),
        mode="lines" if len(line.y) > 1 else "markers",
        line={"width": 2, "dash": line.dash, "color": line.hue or HUES[0]},
        hovertemplate="%{x}: %{y:.4g}",
    )


def band(line: Series) -> list[go.Scatter]:
    """From the first quartile to the third."""
    if line.low is None or line.high is None:
        return []
    known = np.isfinite(line.low) & np.isfinite(line.high)
    x, low, high = points_of(line)[known], line.low[known], line.high[known]
    bare: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    there_and_back = {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([high, low[::-1]])}
    return [go.Scatter(**there_and_back, **bare, fill="toself", fillcolor=(line.hue or HUES[0]) + OPACITY)]
