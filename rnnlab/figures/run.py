"""Histories as Plotly figures. Pure functions: the same history gives the same figure, in a page or a notebook.

Colours that depend on the page's theme are named, not baked in: `meta.palette` tells the page which to put.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures.style import BARE, DIVERGING, MARGIN, tick
from rnnlab.i18n import Translate
from rnnlab.records.history import Frame, History


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
