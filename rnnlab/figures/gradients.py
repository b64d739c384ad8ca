"""Gradients as Plotly figures. Pure functions, as in `figures`.

What vanishes does so by powers of ten, so every axis and colour here is logarithmic and absolute: nothing is scaled to
its own maximum. What is exactly zero has no logarithm; it stands on a line of its own below all others, marked 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures import curves
from rnnlab.figures.style import (
    BARE,
    DASHES,
    LEGEND,
    LINE_HUES,
    MARGIN,
    decades,
    epoch_axis,
    log_axis,
    number,
    on_axis,
    power_ticks,
    tick,
    token_axis,
)
from rnnlab.i18n import Translate
from rnnlab.records.history import History

OUTERMOST = 0.02  # the share of norms at each end that a colour scale over the epochs leaves out
OFF_SCALE = "#d9730d"  # a mark that is seen on every shade of the scale


@dataclass(frozen=True)
class MarkedLine:
    """Values by step or epoch, each with a mark."""

    name: str
    x: np.ndarray
    values: np.ndarray
    labels: Sequence[str] = ()  # of its marks
    style: int = 0  # its place in `LINE_HUES` and `DASHES`


def line(series: MarkedLine, everything: np.ndarray, hover: str) -> go.Scatter:
    """A curve with a mark at each value, labelled when pointed at, on an axis for `everything`. No line leads down to a
    zero, where no logarithm gets."""
    x, values, labels, style = series.x, series.values, series.labels, series.style
    y, zero = on_axis(values, everything), values == 0
    breaks = np.flatnonzero(np.diff(zero.astype(int))) + 1
    marks: dict[str, Any] = {"size": 6}
    if zero.any():
        marks["symbol"] = np.insert(np.where(zero, "x", "circle"), breaks, "circle").tolist()
        labels = labels or [number(value) for value in values]
    if not labels:  # thousands of epochs need no text of their own
        hover = hover.replace("%{customdata}", "%{y:.3~g}")
    return go.Scatter(
        x=np.insert(x, breaks, x[breaks]),
        y=np.insert(y, breaks, np.nan),
        customdata=np.insert(np.array(labels, dtype=object), breaks, "") if labels else None,
        name=series.name,
        mode="lines+markers",
        line={"width": 2, "dash": DASHES[style], "color": LINE_HUES[style]},
        marker=marks | {"color": LINE_HUES[style]},
        hovertemplate=hover + "<extra></extra>",
    )


def columns(tokens: Sequence[str], values: Sequence[float] | np.ndarray = ()) -> list[str]:
    """What is said of each step: its number, its token, and a value where there are values."""
    ends = [f": {number(value)}" for value in values] or [""] * len(tokens)
    return [f"{step} · {tick(token)}{end}" for step, (token, end) in enumerate(zip(tokens, ends, strict=True), start=1)]


def reachable(norms: np.ndarray, unread: np.ndarray) -> np.ndarray:
    """Norms [..., step] without those of steps that are not read before the target (`unread`); but with those that
    matter nevertheless (below another layer that reads both ways)."""
    return np.where(unread & (norms == 0), np.nan, norms)


def curve_figure(
    curves: Mapping[str, np.ndarray],
    everything: np.ndarray,
    tokens: Sequence[str],
    t: Translate,
    styles: Sequence[int] = (),
) -> go.Figure:
    """Gradient norms by step, a line for each of `curves` (name -> [step]) in the given styles, else in turn. The axis
    spans `everything`, so that it stands still while one target after the other is looked at."""
    x = np.arange(len(tokens))
    traces = [
        line(MarkedLine(name, x, values, columns(tokens, values), style), everything, t("figure.gradient.hover"))
        for style, (name, values) in zip(styles or range(len(curves)), curves.items(), strict=True)
    ]
    return go.Figure(
        traces,
        {
            **BARE,
            "margin": MARGIN | {"l": 60},
            "xaxis": token_axis(tokens),
            "yaxis": log_axis(everything, t("axis.gradient")),
            "showlegend": len(curves) > 1,
            "legend": LEGEND,
            "dragmode": False,
        },
    )


def usual_decades(norms: np.ndarray) -> tuple[int, int]:
    """The powers of ten that hold all these norms but the outermost: one epoch in which everything vanishes would
    leave the others without a shade to be told apart by."""
    seen = norms[np.isfinite(norms) & (norms > 0)]
    return decades(np.quantile(seen, [OUTERMOST, 1 - OUTERMOST], method="nearest") if len(seen) else seen)


def beyond(norms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which norms are below, and which above what the colours of `epochs_figure` tell apart."""
    low, high = usual_decades(norms)
    with np.errstate(invalid="ignore"):
        return (norms > 0) & (norms < 10.0**low), np.isfinite(norms) & (norms > 10.0**high)


def epochs_figure(norms: np.ndarray, epochs: Sequence[int], at: int, tokens: Sequence[str], t: Translate) -> go.Figure:
    """Norms [epoch, step] in colour, by their logarithm, on one scale for all epochs; what is beyond it is marked. The
    epoch `at` is marked by a line."""
    low, high = usual_decades(norms)
    exponents, labels = power_ticks(low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.log10(np.where(norms == 0, 10.0 ** (low - 1), np.where(np.isfinite(norms), norms, np.nan)))
    zero = bool((norms == 0).any())
    if not zero:
        exponents, labels = exponents[1:], labels[1:]
    below, above = beyond(norms)
    labels = [
        f"≤ {label}" if below.any() and exponent == low else f"≥ {label}" if above.any() and exponent == high else label
        for exponent, label in zip(exponents, labels, strict=True)
    ]
    marks = [
        go.Scatter(
            x=steps,
            y=np.asarray(epochs)[rows],
            mode="markers",
            marker={"symbol": symbol, "size": 5, "color": OFF_SCALE},
            hoverinfo="skip",
            showlegend=False,
        )
        for symbol, (rows, steps) in (("triangle-down", below.nonzero()), ("triangle-up", above.nonzero()))
        if len(rows)
    ]
    words = [[number(value) for value in row] for row in norms]
    heat = go.Heatmap(
        z=z,
        x=np.arange(len(tokens)),
        y=list(epochs),
        text=words,
        customdata=[columns(tokens)],  # one row for all epochs: the page repeats it
        zmin=low - 1 if zero else low,
        zmax=high,
        meta={"palette": "sequential", "log10": True},
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": exponents, "ticktext": labels},
        hovertemplate=t("figure.gradient.epochs.hover") + "<extra></extra>",
    )
    dotted = {"width": 1.5, "dash": "dot"}
    mark = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": dotted}
    return go.Figure(
        [heat, *marks],
        {
            **BARE,
            "margin": MARGIN | {"l": 60},
            "xaxis": token_axis(tokens),
            # Its own range: where few epochs were recorded, Plotly would begin below epoch 0.
            "yaxis": epoch_axis(t, epochs[0] - 0.5, epochs[-1] + 0.5) | {"showgrid": False, "zeroline": False},
            "shapes": [mark] if len(epochs) > 1 else [],
            "dragmode": False,
        },
    )


def clipped(norms: np.ndarray, level: float) -> np.ndarray:
    """What clipping to `level` leaves of these norms; 0: no clipping."""
    return np.minimum(norms, level) if level else norms


def norms_figure(history: History, level: float, t: Translate) -> go.Figure:
    """The largest gradient norm of every epoch, before clipping and after it, and a level to compare them with."""
    e = history.experiment
    norms = np.array([snapshot.norm for snapshot in history.snapshots], dtype=np.float64)
    x = np.arange(1, len(norms) + 1)
    everything = np.append(norms, [level, e.clip or level])
    hover = t("figure.norm.hover")
    before = line(MarkedLine(t("norm.before"), x, norms), everything, hover)
    traces = [before.update(meta={"palette": "line"})]
    if e.clip:
        after = MarkedLine(t("norm.after"), x, clipped(norms, e.clip), style=1)
        traces.append(line(after, everything, hover))
    ends = [0, max(e.epochs, 2)]
    for trace in traces:
        trace.update(mode="lines+markers" if len(norms) <= 40 else "lines")
    if level != e.clip:
        dotted = {"width": 1.5, "dash": "dot"}
        mark = go.Scatter(x=ends, y=[level, level], name=t("norm.level"), mode="lines", line=dotted, hoverinfo="skip")
        traces.append(mark)
    return go.Figure(
        traces,
        {
            **BARE,
            "margin": MARGIN | {"l": 60},
            "xaxis": epoch_axis(t, *ends),
            "yaxis": log_axis(everything, t("axis.norm")),
            "legend": LEGEND,
            "showlegend": True,
        },
    )


def loss_lines(histories: Mapping[str, History], styles: Sequence[int], going: str = "") -> list[curves.Series]:
    """The loss of several runs by epoch, in the given styles. The stream has that of the cell that is trained."""
    return [
        curves.Series(
            name,
            curves.series_of(history.losses),
            hue=LINE_HUES[style],
            dash=DASHES[style],
            streamed="losses" if history.experiment.cell == going else "",
        )
        for style, (name, history) in zip(styles, histories.items(), strict=True)
    ]
