"""What the Text page draws, as Plotly figures: rows of vectors, their plane, and final states. Pure functions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.figures.style import BARE, DIVERGING, MARGIN, heatmap_axis, tick
from rnnlab.i18n import Translate
from rnnlab.records.text import Packing, Plane

LABELS = 60  # points of a plane that carry their token


def rows_figure(rows: np.ndarray, tokens: Sequence[str], first: int, limit: float | None, t: Translate) -> go.Figure:
    """Rows of an embedding whose numbers reach `limit`, or where that is None of one-hot vectors: one row a token, from
    id `first` on. float [row, column]."""
    onehot = limit is None
    labels = [f"{id} · {tick(token)}" for id, token in enumerate(tokens, start=first)]
    heat = go.Heatmap(
        z=rows,
        zmin=0 if limit is None else -limit,
        zmax=1 if limit is None else limit,
        x0=first if onehot else 0,
        customdata=[[label] * rows.shape[1] for label in labels],
        colorscale=DIVERGING,
        xgap=1,
        ygap=1,
        colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".2~g"},
        meta={"palette": "sequential" if onehot else "diverging"},
        hovertemplate=t("figure.row.hover") + "<extra></extra>",
    )
    down = {"tickvals": list(range(len(labels))), "ticktext": labels, "autorange": "reversed"}
    across = {"title": {"text": t("axis.one_hot" if onehot else "axis.component")}, "tickformat": "d"}
    return go.Figure(
        heat, {**BARE, "margin": MARGIN, "xaxis": heatmap_axis(across), "yaxis": heatmap_axis(down), "dragmode": False}
    )


def plane_figure(plane: Plane, tokens: Sequence[str], chosen: int, near: Sequence[int], t: Translate) -> go.Figure:
    """The points of a plane, to one scale on both axes: of the last of `tokens`, for special ones have none. Where they
    are many, only the chosen id and those near it carry their token."""
    specials = len(tokens) - len(plane.points)
    ids = range(specials, len(tokens))
    named = list(ids) if len(ids) <= LABELS else sorted({chosen, *near})
    reach = (plane.limit or 1.0) * 1.15

    def points(shown: Sequence[int], **more: Any) -> go.Scatter:
        places = [id - specials for id in shown]
        labels = [tick(tokens[id]) for id in shown]
        return go.Scatter(
            x=plane.points[places, 0],
            y=plane.points[places, 1],
            customdata=labels,
            meta={"palette": "line"},
            hovertemplate="%{customdata} (%{x:.3f}, %{y:.3f})<extra></extra>",
            **({"text": labels} if more["mode"].endswith("text") else {}),
            **more,
        )

    traces = [
        points(named, mode="markers+text", textposition="top center", marker={"size": 8, "opacity": 0.85}),
        points([chosen], mode="markers", marker={"size": 17, "symbol": "circle-open", "line": {"width": 2}}),
    ]
    if len(ids) > LABELS:  # the others stay in the background
        traces.insert(0, points(ids, mode="markers", marker={"size": 4, "opacity": 0.25}))
    axis = {"range": [-reach, reach], "zeroline": True}
    across = axis | {"title": {"text": t("axis.first")}}
    down = axis | {"title": {"text": t("axis.second")}, "scaleanchor": "x"}
    return go.Figure(traces, {**BARE, "margin": MARGIN, "xaxis": across, "yaxis": down, "showlegend": False})


WAYS = ("alone", "padded", "packed")


def states_figure(packing: Packing, t: Translate) -> go.Figure:
    """The last layer's final hidden state of every line, three times: alone, padded, packed. On one scale."""
    states = [packing.hidden[way] for way in WAYS]
    limit = max(1e-9, *(float(np.abs(state).max()) for state in states))
    labels = [str(number) for number in packing.numbers]
    traces = [
        go.Heatmap(
            z=state,
            xaxis=f"x{place}",
            yaxis=f"y{place}",
            coloraxis="coloraxis",
            meta={"palette": "diverging"},
            customdata=[[label] * state.shape[1] for label in labels],
            hovertemplate=t("figure.final.hover") + "<extra></extra>",
        )
        for place, state in enumerate(states, start=1)
    ]
    layout: dict[str, Any] = {**BARE, "margin": MARGIN | {"t": 26}, "dragmode": False}
    layout["coloraxis"] = {"cmin": -limit, "cmax": limit, "colorbar": {"thickness": 10, "outlinewidth": 0}}
    titles = [t(f"final.way.{way}") for way in WAYS]
    layout["annotations"] = [
        {"text": title, "x": (place + 0.45) / 3, "y": 1, "xref": "paper", "yref": "paper", "yanchor": "bottom"}
        | {"showarrow": False}
        for place, title in enumerate(titles)
    ]
    for place in range(3):
        suffix = str(place + 1)
        across = {"domain": [place / 3, place / 3 + 0.3], "title": {"text": t("axis.unit")}, "nticks": 4}
        layout[f"xaxis{suffix}"] = heatmap_axis(across | {"anchor": f"y{suffix}"})
        layout[f"yaxis{suffix}"] = heatmap_axis(
            {"tickvals": list(range(len(labels))), "ticktext": labels, "autorange": "reversed", "anchor": f"x{suffix}"}
            | ({"title": {"text": t("axis.line")}} if place == 0 else {"showticklabels": False})
        )
    return go.Figure(traces, layout)
