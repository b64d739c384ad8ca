"""A race's curves: a line for the median of each variant's seeds, within a band from the first quartile to the third.
Pure functions, no torch."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import plotly.graph_objects as go

from rnnlab.experiment.race_plan import VARIANTS
from rnnlab.figures.curves import Level, Series, finite
from rnnlab.figures.lines import lines_figure
from rnnlab.figures.results import loss_name
from rnnlab.figures.style import DASHES, LINE_HUES
from rnnlab.i18n import Translate
from rnnlab.races.race import Race
from rnnlab.races.standings import Measure, curve, majority, records

# A variant is told by its colour and by its dashes, here as in every other part of the page.
assert len(LINE_HUES) == len(DASHES) == VARIANTS[1]
GREY = "#808080"  # of what is none of the variants
POINTS = 400  # of a line that is sent whole: more than a screen has room for


def bands(
    race: Race,
    names: Sequence[str],
    measure: Measure,
    points: int | None = POINTS,
    newest: Callable[[str], int] = lambda _: -1,
) -> Iterator[Series]:
    """One for each variant, without a point where its seeds have not come far enough. What a page gets of a long run is
    thinned to so many points; the stream has them all, each time those after the newest that it has sent of the
    line."""
    for variant in range(len(race.plan.variants)):
        name = f"{measure}.{variant}"
        found = curve(records(race, variant) or (), measure, points, newest(name))
        edges = {"low": finite(found.low), "high": finite(found.high)} if race.plan.seeds > 1 else {}
        yield Series(
            names[variant],
            finite(found.median),
            found.epochs.astype(np.float64),
            found.seconds,
            **edges,
            hue=LINE_HUES[variant],
            dash=DASHES[variant],
            streamed=name,
        )


def levels(race: Race, names: Sequence[str], measure: Measure, t: Translate) -> list[Level]:
    """What the most frequent answer alone would score, the median over the seeds, for these hold out different lines:
    one where it is the same for all variants, and else one for each in its own hue."""
    found = {
        variant: share
        for variant in range(len(race.plan.variants))
        if (share := majority(records(race, variant) or (), measure)) is not None
    }
    shared = len(set(found.values())) == 1
    return [
        Level(
            t("race.majority") if shared else t("race.majority.of", name=names[variant]),
            share.median,
            GREY if shared else LINE_HUES[variant],
            *((share.low, share.high) if share.low < share.high else ()),
        )
        for variant, share in list(found.items())[: 1 if shared else None]
    ]


def race_figure(race: Race, names: Sequence[str], measure: Measure, t: Translate) -> go.Figure:
    """A measure of all variants by epoch, for notebooks and scripts."""
    base, lines = race.plan.base, list(bands(race, names, measure))
    span = max(base.epochs, 2)
    if measure == "loss":
        return lines_figure(lines, [], "linear", (t("axis.epoch"), loss_name(base, t)), span)
    axes = t("axis.epoch"), t("axis.curve.score")
    return lines_figure(lines, levels(race, names, measure, t), "share", axes, span)
