"""A race's curves as Plotly figures. Pure functions, no torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from rnnlab.experiment.race_plan import VARIANTS
from rnnlab.figures.style import BARE, DASHES, LEGEND, LINE_HUES, MARGIN, finite, level, loss_axis
from rnnlab.i18n import Translate
from rnnlab.race.race import Race
from rnnlab.race.standings import Curve, Measure, curve, majority, records

# A variant is told by its colour and by its dashes, here as in every other part of the page.
assert len(LINE_HUES) == len(DASHES) == VARIANTS[1]
GREY = "#808080"  # of what is none of the variants
POINTS = 400  # of a curve: more than a screen has room for, and sent at every tick

Axis = Literal["epochs", "seconds"]


@dataclass(frozen=True)
class VariantCurve:
    """One variant's quartiles over its seeds."""

    variant: int
    name: str
    curve: Curve


def loss_bands(
    race: Race, names: Sequence[str], t: Translate, scale: Literal["linear", "log"], axis: Axis
) -> go.Figure:
    curves = curves_of(race, names, "loss")
    values = np.concatenate([[np.nan], *(finite(one.curve.median) for one in curves)])
    upright = {"title": {"text": t(f"axis.loss.{race.plan.base.loss}")}} | loss_axis(values, scale)
    if narrow(values):  # no power of ten near: where Plotly finds a round number
        upright = {name: value for name, value in upright.items() if name not in ("tickvals", "ticktext", "dtick")}
    return bands(race, curves, upright, axis, t)


def narrow(values: np.ndarray) -> bool:
    seen = values[values > 0]
    return len(seen) > 0 and seen.max() < 3 * seen.min()


def share_bands(race: Race, names: Sequence[str], t: Translate, measure: Measure, axis: Axis) -> go.Figure:
    """Of right answers: in training, or on held-out lines."""
    upright = {"title": {"text": t("axis.curve.score")}, "range": [-0.03, 1.05], "tickformat": ".0%"}
    curves = curves_of(race, names, measure)
    figure = bands(race, curves, upright, axis, t)
    if curves:
        along = [one.curve.epochs if axis == "epochs" else one.curve.seconds for one in curves]
        end = max(race.plan.base.epochs, 2) if axis == "epochs" else max(float(x.max()) for x in along)
        figure.add_traces(list(levels(race, curves, measure, end, t)))
    return figure


def levels(
    race: Race, curves: Sequence[VariantCurve], measure: Measure, end: float, t: Translate
) -> Iterator[go.Scatter]:
    """What the most frequent answer alone would score, as a median within its quartiles, for seeds hold out different
    lines: one line where it is the same for all variants, and else one for each in its own hue."""
    found = [majority(records(race, one.variant) or (), measure) for one in curves]
    shared = all(one == found[0] for one in found)
    for drawn, share in list(zip(curves, found, strict=True))[: 1 if shared else None]:
        if share is None:
            continue
        hue = GREY if shared else LINE_HUES[drawn.variant]
        name = t("race.majority") if shared else t("race.majority.of", name=drawn.name)
        if share.low < share.high:
            yield from filled([0, end], [share.low] * 2, [share.high] * 2, hue)
        yield level(share.median, [0, end], name, t("race.majority.hover"), hue)


def curves_of(race: Race, names: Sequence[str], measure: Measure) -> list[VariantCurve]:
    """Of the variants that have anything to show."""
    found = []
    for variant in range(len(race.plan.variants)):
        runs = records(race, variant)
        if runs and len((one := curve(runs, measure, POINTS)).epochs):
            found.append(VariantCurve(variant, names[variant], one))
    return found


def bands(race: Race, curves: Sequence[VariantCurve], upright: dict[str, Any], axis: Axis, t: Translate) -> go.Figure:
    """A line for the median of each variant's seeds, within a band from the first quartile to the third."""
    traces: list[go.Scatter] = []
    for drawn in curves:
        variant, one = drawn.variant, drawn.curve
        x = one.epochs if axis == "epochs" else one.seconds
        low, median, high = (finite(values).astype(np.float32) for values in (one.low, one.median, one.high))
        group = {"legendgroup": str(variant)}
        if race.plan.seeds > 1:
            traces += filled(x, low, high, LINE_HUES[variant], **group)
        traces.append(
            go.Scatter(
                x=x,
                y=median,
                **group,
                name=drawn.name,
                mode="lines" if len(x) > 1 else "markers",
                line={"width": 2.5, "color": LINE_HUES[variant], "dash": DASHES[variant]},
                marker={"color": LINE_HUES[variant]},
                customdata=np.stack([low, high, one.epochs], axis=1),
                hovertemplate=t("figure.race.one" if race.plan.seeds == 1 else "figure.race.band"),
            )
        )
    along: dict[str, Any] = {"title": {"text": t(f"race.axis.{axis}")}, "rangemode": "tozero"}
    if axis == "epochs":
        along["range"] = [0, max(race.plan.base.epochs, 2)]
    layout = {"margin": MARGIN | {"t": 30}, "xaxis": along, "yaxis": upright, "showlegend": True, "legend": LEGEND}
    return go.Figure(traces, BARE | layout)


def filled(x: Any, low: Any, high: Any, hue: str, **more: Any) -> tuple[go.Scatter, go.Scatter]:
    """The band between two lines that are not drawn themselves."""
    edge = {"x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False} | more
    return go.Scatter(y=low, **edge), go.Scatter(y=high, **edge, fill="tonexty", fillcolor=faint(hue))


def faint(hue: str) -> str:
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
