"""Seventy years of language processing as one Plotly figure. Pure: no torch."""

from typing import Any

import plotly.graph_objects as go

from rnnlab.figures.style import BARE
from rnnlab.i18n import Translate
from rnnlab.presets.timeline import AGES, TODAY

ROW = 21  # pixels


def height() -> int:
    """Of the figure, in pixels: a row for every age and every milestone, and the axis."""
    return ROW * sum(1 + len(age.milestones) for age in AGES) + 40


def timeline(t: Translate) -> go.Figure:
    """A bar for each age with its name, and below it a dot for each of its milestones: years across."""
    bars: list[Any] = []
    dots: list[Any] = []
    names: list[str] = []
    row = 0
    for age in AGES:
        bars.append((age.start, age.end + 1 - age.start, row))
        names.append(f"<b>{t(f'age.{age.id}')}</b>")
        for place, milestone in enumerate(age.milestones, start=1):
            dots.append((milestone.year, row + place, f"{milestone.year} {t(f'milestone.{milestone.id}')}"))
        row += 1 + len(age.milestones)
    starts, lengths, rows = zip(*bars, strict=True)
    years, places, labels = zip(*dots, strict=True)
    traces = [
        go.Bar(
            base=starts,
            x=lengths,
            y=rows,
            orientation="h",
            width=0.9,
            marker={"opacity": 0.3},
            meta={"palette": "line"},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=[start + length / 2 for start, length in zip(starts, lengths, strict=True)],
            y=rows,
            mode="text",
            text=names,
            cliponaxis=False,
            hoverinfo="skip",
        ),
        go.Scatter(
            x=years,
            y=places,
            mode="markers+text",
            marker={"size": 8},
            text=labels,
            textposition=["middle right" if year < 1985 else "middle left" for year in years],  # where there is room
            cliponaxis=False,
            meta={"palette": "line"},
            hoverinfo="skip",
        ),
    ]
    return go.Figure(
        traces,
        {
            **BARE,
            "margin": {"l": 8, "r": 12, "t": 4, "b": 28},
            "xaxis": {
                "range": [1945, TODAY + 1],
                "dtick": 10,
                "tickformat": "d",
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"range": [row - 0.4, -0.6], "visible": False, "fixedrange": True},
            "showlegend": False,
            "dragmode": False,
            "font": {"size": 12},
        },
    )
