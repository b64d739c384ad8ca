"""A race's curves as Plotly figures. Pure functions, no torch."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from rnnlab.experiment.race_plan import VARIANTS
from rnnlab.figures.gradients import LEGEND
from rnnlab.figures.results import HUES, finite
from rnnlab.figures.run import loss_axis
from rnnlab.figures.style import BARE, MARGIN
from rnnlab.i18n import Translate
from rnnlab.race.race import Race
from rnnlab.race.standings import Curve, Measure, curve, records

# A variant is told by its colour and by its dashes, here as in every other part of the page.
HUE = (HUES[0], HUES[5], HUES[2], HUES[3], HUES[1], HUES[4])
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
assert len(HUE) == len(DASHES) == VARIANTS[1]
POINTS = 400  # of a curve: more than a screen has room for, and sent at every tick

Axis = Literal["epochs", "seconds"]


def loss_bands(
    race: Race, names: Sequence[str], t: Translate, scale: Literal["linear", "log"], axis: Axis
) -> go.Figure:
    curves = curves_of(race, "loss")
    values = np.concatenate([[np.nan], *(finite(one.median) for one in curves.values())])
    upright = {"title": {"text": t(f"axis.loss.{race.plan.base.loss}")}} | loss_axis(values, scale)
    if narrow(values):  # no power of ten near: where Plotly finds a round number
        upright = {name: value for name, value in upright.items() if name not in ("tickvals", "ticktext", "dtick")}
    return bands(race, curves, names, upright, axis, t)


def narrow(values: np.ndarray) -> bool:
    seen = values[values > 0]
    return len(seen) > 0 and seen.max() < 3 * seen.min()


def share_bands(race: Race, names: Sequence[str], t: Translate, measure: Measure, axis: Axis) -> go.Figure:
    """Of right answers: in training, or on held-out lines."""
    upright = {"title": {"text": t("axis.curve.score")}, "range": [-0.03, 1.05], "tickformat": ".0%"}
    return bands(race, curves_of(race, measure), names, upright, axis, t)


def curves_of(race: Race, measure: Measure) -> dict[int, Curve]:
    """By variant, those that have anything to show."""
    found = {}
    for variant in range(len(race.plan.variants)):
        runs = records(race, variant)
        if runs and len((one := curve(runs, measure, POINTS)).epochs):
            found[variant] = one
    return found


def bands(
    race: Race, curves: dict[int, Curve], names: Sequence[str], upright: dict[str, Any], axis: Axis, t: Translate
) -> go.Figure:
    """A line for the median of each variant's seeds, within a band from the first quartile to the third."""
    traces: list[go.Scatter] = []
    for variant, one in curves.items():
        x = one.epochs if axis == "epochs" else one.seconds
        low, median, high = (finite(values).astype(np.float32) for values in (one.low, one.median, one.high))
        group = {"legendgroup": str(variant), "x": x}
        if race.plan.seeds > 1:
            edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
            fill = {"fill": "tonexty", "fillcolor": faint(HUE[variant])}
            traces += [go.Scatter(y=low, **group, **edge), go.Scatter(y=high, **group, **edge, **fill)]
        traces.append(
            go.Scatter(
                y=median,
                **group,
                name=names[variant],
                mode="lines" if len(x) > 1 else "markers",
                line={"width": 2.5, "color": HUE[variant], "dash": DASHES[variant]},
                marker={"color": HUE[variant]},
                customdata=np.stack([low, high, one.epochs], axis=1),
                hovertemplate=t("figure.race.one" if race.plan.seeds == 1 else "figure.race.band"),
            )
        )
    along: dict[str, Any] = {"title": {"text": t(f"race.axis.{axis}")}, "rangemode": "tozero"}
    if axis == "epochs":
        along["range"] = [0, max(race.plan.base.epochs, 2)]
    layout = {"margin": MARGIN | {"t": 30}, "xaxis": along, "yaxis": upright, "showlegend": True, "legend": LEGEND}
    return go.Figure(traces, BARE | layout)


def faint(hue: str) -> str:
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
