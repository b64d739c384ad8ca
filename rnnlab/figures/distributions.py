"""Histograms by epoch as Plotly heatmaps: an epoch is a column. Pure functions."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures.style import BARE, MARGIN, epoch_axis, heatmap_axis, number, power, power_ticks
from rnnlab.i18n import Translate, percent
from rnnlab.records.training.distributions import Distribution


def weights_figure(one: Distribution, epochs: tuple[int, ...], at: int, t: Translate) -> go.Figure:
    """What share of a parameter's entries lies where; `at`: the epoch that is marked."""
    words = [f"{number(low)} … {number(high)}" for low, high in pairwise(one.edges)]
    middles = (one.edges[1:] + one.edges[:-1]) / 2
    axis = {"title": {"text": t("distributions.weight")}}
    return heatmap(one.counts, middles, words, epochs, at, axis, t)


def gradients_figure(one: Distribution, epochs: tuple[int, ...], at: int, t: Translate) -> go.Figure:
    """The same of the absolute gradient, on a logarithmic axis, with a row of its own for zero where there is one."""
    edges = one.gradient_edges
    words = [f"{number(10**low)} … {number(10**high)}" for low, high in pairwise(edges)]
    middles, counts = (edges[1:] + edges[:-1]) / 2, one.gradient_counts
    exponents, labels = power_ticks(int(np.ceil(edges[0])), int(np.floor(edges[-1])))
    exponents, labels = exponents[1:], labels[1:]
    if one.zeros.any():
        width = edges[1] - edges[0]
        middles = np.append(middles[0] - 3 * width, middles)
        middles = np.insert(middles, 1, middles[1] - 2 * width)  # an empty row between them
        counts = np.column_stack([one.zeros, np.zeros_like(one.zeros), counts])
        words, exponents, labels = ["0", "", *words], [float(middles[0]), *exponents], ["0", *labels]
    if not exponents:
        middle = float(middles[len(middles) // 2])
        exponents, labels = [middle], [number(10**middle) if middle % 1 else power(int(middle))]
    axis = {"title": {"text": t("distributions.gradient")}, "tickvals": exponents, "ticktext": labels}
    rest = 2 if one.zeros.any() else 0  # one row that has nearly all would leave no shades to the others
    return heatmap(counts, middles, words, epochs, at, axis, t, rest)


def heatmap(
    counts: np.ndarray,
    middles: np.ndarray,
    words: list[str],
    epochs: tuple[int, ...],
    at: int,
    axis: dict,
    t: Translate,
    rest: int = 0,
) -> go.Figure:
    """Colours end at the largest share from the row `rest` on."""
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)  # [epoch, bin]
    heat = go.Heatmap(
        z=shares.T,
        x=list(epochs),
        y=middles,
        text=[[percent(share, 1) for share in row] for row in shares.T],
        customdata=[[word] * len(epochs) for word in words],
        zmin=0,
        zmax=float(shares[:, rest:].max()) or 1.0,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%", "nticks": 4},
        meta={"palette": "sequential"},
        hovertemplate=t("figure.distribution.hover") + "<extra></extra>",
    )
    dotted = {"width": 1.5, "dash": "dot"}
    mark = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": at, "x1": at, "line": dotted}
    return go.Figure(
        heat,
        {
            **BARE,
            "margin": MARGIN | {"l": 60},
            "xaxis": epoch_axis(t, epochs[0] - 0.5, epochs[-1] + 0.5) | {"showgrid": False, "zeroline": False},
            "yaxis": heatmap_axis(axis),
            "shapes": [mark] if len(epochs) > 1 else [],
            "dragmode": False,
        },
    )
