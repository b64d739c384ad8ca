"""Gradients as Plotly figures. Pure functions, as in `figures`.

What vanishes does so by powers of ten, so every axis and colour here is logarithmic and absolute: nothing is scaled to
its own maximum. What is exactly zero has no logarithm; it stands on a line of its own below all others, marked 0.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures.style import BARE, MARGIN, tick
from rnnlab.i18n import Translate
from rnnlab.records.history import History

DASHES = ("solid", "dash", "dot")  # lines are told apart by more than their colour
TICKS = 7  # on a logarithmic axis
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}


def decades(values: np.ndarray) -> tuple[int, int]:
    """The powers of ten that hold all values but 0 and what is not finite: exponents of the first and the last."""
    seen = values[np.isfinite(values) & (values > 0)]
    if not len(seen):
        return -1, 0
    low, high = int(np.floor(np.log10(seen.min()))), int(np.ceil(np.log10(seen.max())))
    return low, max(high, low + 1)


def power(exponent: int) -> str:
    return "1" if exponent == 0 else f"10<sup>{exponent}</sup>".replace("-", "−")


def scale(low: int, high: int) -> tuple[list[int], list[str]]:
    """Exponents to be marked between two, and their labels; the zero line is one below the lowest."""
    every = max(1, -(-(high - low) // TICKS))
    exponents = list(range(high, low - 1, -every))[::-1]
    return [low - 1, *exponents], ["0", *map(power, exponents)]


def log_axis(values: np.ndarray, title: str) -> dict[str, Any]:
    """An axis for all these values, with the zero line if there is a zero among them."""
    low, high = decades(values)
    exponents, labels = scale(low, high)
    bottom = low - 1.4 if (values == 0).any() else low - 0.1
    return {
        "type": "log",
        "range": [bottom, high + 0.15],
        "tickvals": [10.0**exponent for exponent in exponents],
        "ticktext": labels,
        "title": {"text": title},
    }


def on_axis(values: np.ndarray, everything: np.ndarray) -> np.ndarray:
    """The values as they stand on that axis: a zero on the zero line, nan where there is nothing."""
    low, _ = decades(everything)
    return np.where(values == 0, 10.0 ** (low - 1), np.where(np.isfinite(values), values, np.nan))


def line(
    name: str,
    values: np.ndarray,
    everything: np.ndarray,
    style: int,
    x: np.ndarray,
    hover: str,
    labels: Sequence[str] = (),
) -> go.Scatter:
    """A curve with a mark at each value, labelled when pointed at. No line leads down to a zero, where no logarithm
    gets."""
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
        name=name,
        mode="lines+markers",
        line={"width": 2, "dash": DASHES[style % len(DASHES)]},
        marker=marks,
        hovertemplate=hover + "<extra></extra>",
    )


def number(value: float) -> str:
    return "0" if value == 0 else f"{value:.3g}" if np.isfinite(value) else "–"


def columns(tokens: Sequence[str], values: Sequence[float] | np.ndarray = ()) -> list[str]:
    """What is said of each step: its number, its token, and a value where there are values."""
    ends = [f": {number(value)}" for value in values] or [""] * len(tokens)
    return [f"{step} · {tick(token)}{end}" for step, (token, end) in enumerate(zip(tokens, ends, strict=True), start=1)]


def token_axis(tokens: Sequence[str]) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(tokens))),
        "ticktext": [tick(token) for token in tokens],
        "range": [-0.5, len(tokens) - 0.5],
        "tickangle": 0 if len(tokens) <= 12 or max(map(len, tokens)) <= 2 else -60,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def epoch_axis(t: Translate, low: float, high: float) -> dict[str, Any]:
    """Epochs from `low` to `high`, marked at whole numbers."""
    axis: dict[str, Any] = {"title": {"text": t("axis.epoch")}, "range": [low, high]}
    return axis | {"dtick": 1} if high - low <= 6 else axis


def reachable(norms: np.ndarray, unread: np.ndarray) -> np.ndarray:
    """Norms [..., step] without those of steps that are not read before the target (`unread`); but with those that
    matter nevertheless (below another layer that reads both ways)."""
    return np.where(unread & (norms == 0), np.nan, norms)


def curve_figure(
    curves: Mapping[str, np.ndarray], everything: np.ndarray, tokens: Sequence[str], t: Translate
) -> go.Figure:
    """Gradient norms by step, a line for each of `curves` (name -> [step]). The axis spans `everything`, so that it
    stands still while one target after the other is looked at."""
    x = np.arange(len(tokens))
    traces = [
        line(name, values, everything, i, x, t("figure.gradient.hover"), columns(tokens, values))
        for i, (name, values) in enumerate(curves.items())
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


def epochs_figure(norms: np.ndarray, epochs: Sequence[int], at: int, tokens: Sequence[str], t: Translate) -> go.Figure:
    """Norms [epoch, step] in colour, by their logarithm; the epoch `at` is marked by a line."""
    low, high = decades(norms)
    exponents, labels = scale(low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.log10(on_axis(norms, norms))
    zero = bool((norms == 0).any())
    if not zero:
        exponents, labels = exponents[1:], labels[1:]
    words = [[number(value) for value in row] for row in norms]
    heat = go.Heatmap(
        z=z,
        x=np.arange(len(tokens)),
        y=list(epochs),
        text=words,
        customdata=[columns(tokens)],  # one row for all epochs: the page repeats it
        zmin=low - 1 if zero else low,
        zmax=high,
        meta={"palette": "sequential"},
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": exponents, "ticktext": labels},
        hovertemplate=t("figure.gradient.epochs.hover") + "<extra></extra>",
    )
    dotted = {"width": 1.5, "dash": "dot"}
    mark = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": dotted}
    return go.Figure(
        heat,
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
    before = line(t("norm.before"), norms, everything, 0, x, hover)
    traces = [before.update(meta={"palette": "line"})]
    if e.clip:
        after = clipped(norms, e.clip)
        traces.append(line(t("norm.after"), after, everything, 1, x, hover))
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


def losses_figure(histories: Mapping[str, History], t: Translate) -> go.Figure:
    """The loss of several runs by epoch, in the order and style of their gradients' curves."""
    losses = {name: np.array(history.losses, dtype=np.float64) for name, history in histories.items()}
    everything = np.concatenate([*losses.values(), [np.nan]])
    traces = []
    for i, (name, values) in enumerate(losses.items()):
        curve = line(name, values, everything, i, np.arange(1, len(values) + 1), t("figure.losses.hover"))
        traces.append(curve.update(mode="lines" if len(values) > 1 else "markers"))
    first = next(iter(histories.values())).experiment
    return go.Figure(
        traces,
        {
            **BARE,
            "margin": MARGIN | {"l": 60},
            "xaxis": epoch_axis(t, 0, max(first.epochs, 2)),
            "yaxis": log_axis(everything, t(f"axis.loss.{first.loss}")),
            "showlegend": True,
            "legend": LEGEND,
        },
    )
