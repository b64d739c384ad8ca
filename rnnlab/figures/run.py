"""Histories as Plotly figures. Pure functions: the same history gives the same figure, in a page or a notebook.

Colours that depend on the page's theme are named, not baked in: `meta.palette` tells the page which to put.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from rnnlab.experiment import Experiment
from rnnlab.figures.curves import Mark
from rnnlab.figures.style import BARE, DIVERGING, MARGIN, loss_axis, tick
from rnnlab.i18n import Translate
from rnnlab.records.history import Frame, History


def loss_figure(history: History, t: Translate, scale: Literal["linear", "log"]) -> go.Figure:
    """Loss by epoch, over the whole span that the run is to take, so that the axis stands still while it grows."""
    losses = np.array(history.losses, dtype=np.float64)
    losses[~np.isfinite(losses)] = np.nan  # a gap, where the run diverged
    curve = go.Scatter(
        x=np.arange(1, len(losses) + 1),
        y=losses,
        mode="lines" if len(losses) > 1 else "markers",
        line={"width": 2},
        meta={"palette": "line"},
        hovertemplate=t("figure.loss.hover") + "<extra></extra>",
    )
    marks = rate_marks(history.experiment, t)
    return go.Figure(
        curve,
        {
            **BARE,
            "margin": MARGIN,
            "shapes": [{"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": m.at, "x1": m.at} for m in marks],
            "annotations": [
                {"yref": "paper", "y": 1, "x": m.at, "xanchor": "left", "showarrow": False, "text": m.name}
                for m in marks
            ],
            "xaxis": {"title": {"text": t("axis.epoch")}, "range": [0, max(history.experiment.epochs, 2)]},
            "yaxis": {"title": {"text": t(f"axis.loss.{history.experiment.loss}")}} | loss_axis(losses, scale),
            "showlegend": False,
        },
    )


def rate_marks(e: Experiment, t: Translate) -> list[Mark]:
    """The last epochs at one learning rate, with the next rate."""
    changes = {since: rate for since, rate in e.rates.items() if 0 < since < e.epochs}
    return [Mark(since, t("figure.rate", rate=f"{rate:g}")) for since, rate in changes.items()]


def hidden_figure(history: History, frame: Frame, t: Translate) -> go.Figure:
    """Hidden state of the probe sentence, units down, tokens across, on one scale for all epochs.

    Columns stand at positions and carry their tokens as labels: a word that comes twice has two columns.
    """
    e = history.experiment
    limit = scale_limit(history)
    steps, units = frame.hidden.shape
    labels = [tick(token) for token in history.opening.probe[:steps]]
    columns = [f"{step} · {label}" for step, label in enumerate(labels, start=1)]
    heat = go.Heatmap(
        z=frame.hidden.T,  # [unit, step]
        customdata=[columns],  # one row for all units: the page repeats it, else it would be most of the figure
        zmin=-limit,
        zmax=limit,
        colorscale=DIVERGING,
        xgap=1,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": [-limit, 0, limit], "tickformat": ".3~g"},
        meta={"palette": "diverging"},
        hovertemplate=t("figure.hidden.hover") + "<extra></extra>",
    )
    layout: dict[str, Any] = {
        **BARE,
        "margin": MARGIN,
        "xaxis": {
            "tickvals": list(range(steps)),
            "ticktext": labels,
            "tickangle": 0 if steps <= 12 else -60,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
        "yaxis": {
            "title": {"text": t("axis.unit")},
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
            "tickformat": "d",
        },
        "dragmode": False,
    }
    across = [units / 2 - 0.5] if e.bidirectional else []  # the backward half stands below a line
    down = [part.start - 0.5 for part in history.opening.parts[1:]]  # where another network takes over
    line: dict[str, Any] = {"type": "line", "line": {"width": 2}}
    layout["shapes"] = [line | {"xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y} for y in across]
    layout["shapes"] += [line | {"yref": "paper", "y0": 0, "y1": 1, "x0": x, "x1": x} for x in down]
    return go.Figure(heat, layout)


def scale_limit(history: History) -> float:
    """The end of the colour scale for hidden states: 1, the bound of tanh; with ReLU, which has none, a value that
    99 of 100 recorded ones stay below, so that a single outlier does not blank all the others."""
    if not history.experiment.relu:
        return 1.0
    return max(1.0, float(np.percentile(np.abs([frame.hidden for frame in history.frames]), 99)))


def largest(history: History) -> float:
    """The largest hidden value recorded, or 1 where tanh bounds it."""
    return max(1.0, *(float(np.abs(frame.hidden).max()) for frame in history.frames))


def hidden_frames(history: History, frames: Sequence[Frame]) -> np.ndarray:
    """The hidden states of these frames as steps of 1/32767 of the largest: int16 [frame, unit, step]."""
    hidden = np.stack([frame.hidden.T for frame in frames])
    return np.rint(hidden * (32767 / largest(history))).astype(np.int16)
