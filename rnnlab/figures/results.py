"""What the Results page draws, as Plotly figures. Pure functions, no torch."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from rnnlab.analysis.majority import majority_token, written
from rnnlab.figures.style import (
    BARE,
    DASHES,
    HUES,
    LEGEND,
    MARGIN,
    decades,
    epoch_axis,
    finite,
    heatmap_axis,
    level,
    loss_axis,
    number,
    power_ticks,
    tick,
    token_axis,
)
from rnnlab.i18n import Translate, percent
from rnnlab.records.history import Frame, History, Opening
from rnnlab.records.majority import Majority
from rnnlab.records.readouts import HALVES, Reach

WRITTEN = 14  # classes, or tokens, of a heatmap whose cells have room for a number


# Curves


def counted_unit(opening: Opening, frame: Frame) -> Literal["lines", "tokens", "sequences"]:
    """What the held-out score is a share of. A network that has one answer a line has no axis of steps there."""
    if frame.held_out is not None and np.isfinite(frame.held_out.forced_accuracy):
        return "sequences"
    logits = next(shape for shape in opening.shapes if shape.name == "logits")
    return "lines" if logits.axes == ("batch", "class") else "tokens"


def loss_curves(history: History, t: Translate, scale: Literal["linear", "log"]) -> go.Figure:
    """Mean loss of a target by epoch: in training, and on held-out lines."""
    losses = np.array(history.losses, dtype=np.float64)
    if history.experiment.loss == "sum":
        losses /= [snapshot.targets for snapshot in history.snapshots]
    held = np.array([frame.held_out.loss for frame in history.frames if frame.held_out is not None])
    axis = {"title": {"text": t("axis.curve.loss")}} | loss_axis(finite(np.concatenate([losses, held])), scale)
    return curves(history, (t("curve.training"), losses), (t("curve.held"), held), axis, t)


def score_curves(history: History, t: Translate) -> go.Figure:
    """Share of right answers by epoch: in training, and on held-out lines."""
    frames = history.frames
    right = np.array([snapshot.accuracy for snapshot in history.snapshots])
    held = np.array([frame.held_out.score for frame in frames if frame.held_out is not None])
    kind = counted_unit(history.opening, frames[-1])
    in_training = "tokens" if kind == "sequences" else kind
    named = (t(f"curve.training.{in_training}"), right), (t(f"curve.held.{kind}"), held)
    axis = {"title": {"text": t("axis.curve.score")}, "range": [-0.03, 1.05], "tickformat": ".0%"}
    figure = curves(history, *named, axis, t)
    figure.add_trace(majority_line(history, history.opening.majority, "training", t))
    if history.opening.held_majority:
        figure.add_trace(majority_line(history, history.opening.held_majority, "held", t, HUES[5]))
    return figure


def majority_line(history: History, majority: Majority, where: str, t: Translate, hue: str = "") -> go.Scatter:
    """How often the most frequent answer alone is right."""
    answer, share = tick(written(majority.answer, history.opening)), percent(majority.share)
    name = t(f"curve.majority.{where}", answer=answer, share=share)
    return level(majority.share, [0, max(history.experiment.epochs, 2)], name, name, hue)


def curves(
    history: History,
    training: tuple[str, np.ndarray],
    held: tuple[str, np.ndarray],
    axis: dict[str, Any],
    t: Translate,
) -> go.Figure:
    """Two named curves: training by each epoch, held-out by each recorded one; over the whole span that the run is to
    take."""
    (training_name, in_training), (held_name, held_out) = training, held
    x = np.arange(1, len(in_training) + 1)
    epochs = [frame.epoch for frame in history.frames]
    traces = [
        go.Scatter(
            x=x,
            y=finite(in_training),
            name=training_name,
            mode="lines" if len(in_training) > 1 else "markers",
            line={"width": 2},
            meta={"palette": "line"},
            hovertemplate=t("figure.curve.hover") + "<extra></extra>",
        )
    ]
    if len(held_out):
        traces.append(
            go.Scatter(
                x=epochs,
                y=finite(held_out),
                name=held_name,
                mode="lines" if len(held_out) > 1 else "markers",
                line={"width": 2, "dash": "dash", "color": HUES[5]},
                marker={"color": HUES[5]},
                hovertemplate=t("figure.curve.hover") + "<extra></extra>",
            )
        )
    span = epoch_axis(t, 0, max(history.experiment.epochs, 2))
    layout = {"margin": MARGIN | {"t": 30}, "xaxis": span, "yaxis": axis, "showlegend": True, "legend": LEGEND}
    return go.Figure(traces, BARE | layout)


EXACT = ("score", "forced_accuracy", "free_accuracy")  # fields of HeldOutResult, of sequences that are written


def exact_figure(history: History, t: Translate) -> go.Figure:
    """Of the held-out pairs by recorded epoch: the share written right from the first token to the last, and the share
    of tokens that are right, given the true one before or written freely."""
    frames = [frame for frame in history.frames if frame.held_out is not None]
    names = {field: t(f"exact.{field}") for field in EXACT}
    curves = [
        go.Scatter(
            x=[frame.epoch for frame in frames],
            y=[getattr(frame.held_out, field) for frame in frames],
            name=names[field],
            mode="lines" if len(frames) > 1 else "markers",
            line={"width": 2, "dash": dash} | ({"color": hue} if hue else {}),
            marker={"color": hue} if hue else {},
            meta={} if hue else {"palette": "line"},
            hovertemplate=t("exact.hover") + "<extra></extra>",
        )
        for field, dash, hue in zip(EXACT, DASHES, ("", HUES[5], HUES[2]), strict=False)
    ]
    token = majority_token(line.targets for line in history.opening.held_out)
    for majority, where, hue in ((history.opening.held_majority, "whole", ""), (token, "token", HUES[2])):
        if majority:
            curves.append(majority_line(history, majority, where, t, hue))
    layout = {
        "margin": MARGIN | {"t": 30},
        "xaxis": epoch_axis(t, 0, max(history.experiment.epochs, 2)),
        "yaxis": {"title": {"text": t("exact.axis")}, "range": [-0.03, 1.05], "tickformat": ".0%"},
        "showlegend": True,
        "legend": LEGEND,
        "dragmode": False,
    }
    return go.Figure(curves, BARE | layout)


# Right and wrong, class by class


def confusion_figure(counts: np.ndarray, classes: Sequence[str], t: Translate) -> go.Figure:
    """Counts [truth, said] in colour, all frames on one scale: no cell can exceed its row's sum."""
    labels = [tick(name) for name in classes]
    most = max(1, int(counts.sum(1).max()))
    heat = go.Heatmap(
        z=counts.tolist(),
        zmin=0,
        zmax=most,
        customdata=[labels],  # the classes said; one row for all: the page repeats it
        xgap=2,
        ygap=2,
        meta={"palette": "sequential", "written": len(labels) <= WRITTEN},
        colorbar={"thickness": 10, "outlinewidth": 0, "nticks": 5, "tickformat": "d"},
        hovertemplate=t("figure.confusion.hover") + "<extra></extra>",
    )
    edges = [-0.5, len(labels) - 0.5]
    ticks = {"tickvals": list(range(len(labels))), "ticktext": labels, "range": edges}
    across = heatmap_axis(
        ticks | {"title": {"text": t("confusion.predicted")}, "tickangle": 0 if len(labels) <= WRITTEN else -60}
    )
    down = heatmap_axis(ticks | {"title": {"text": t("confusion.truth")}, "range": edges[::-1]})
    return go.Figure(heat, {**BARE, "margin": MARGIN, "xaxis": across, "yaxis": down, "dragmode": False})


# What a readout reaches


def reach_figure(reach: Reach, padded: bool, tokens: Sequence[str], used: str, t: Translate) -> go.Figure:
    """Derivatives of each half of each readout by each token, in colour, by their logarithm; 0 has a mark of its own
    below. Both the sentence alone and padded are on the scale of the former, so that they can be compared."""
    norms = reach.padded if padded else reach.alone
    assert norms is not None
    low, high = decades(reach.alone)
    exponents, labels = power_ticks(low, high)
    z = np.where(norms > 0, np.log10(np.where(norms > 0, norms, 1.0)), low - 1)  # [row, step]
    names = [
        (f"<b>{t(f'readout.{kind}')} ◀</b>" if kind == used else t(f"readout.{kind}"))
        + (f" · {t(f'half.{HALVES[half]}')}" if reach.halves > 1 else "")
        for kind, half in reach.rows
    ]
    columns = [f"{step} · {tick(token)}" for step, token in enumerate(tokens, start=1)]
    heat = go.Heatmap(
        z=z.tolist(),
        zmin=low - 1,
        zmax=high,
        text=[[number(value) for value in row] for row in norms],
        customdata=[columns],
        xgap=1,
        ygap=1,
        meta={"palette": "sequential", "written": len(tokens) <= WRITTEN},
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": exponents, "ticktext": labels},
        hovertemplate=t("figure.reach.hover") + "<extra></extra>",
    )
    edges = [len(names) - 0.5, -0.5]
    down = heatmap_axis({"tickvals": list(range(len(names))), "ticktext": names, "range": edges})
    return go.Figure(heat, {**BARE, "margin": MARGIN, "xaxis": token_axis(tokens), "yaxis": down, "dragmode": False})
