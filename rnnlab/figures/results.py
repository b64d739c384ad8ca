"""What the Results page draws, as lines and as Plotly figures. Pure functions, no torch."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from rnnlab.analysis.majority import majority_token, written
from rnnlab.experiment import Experiment
from rnnlab.figures.curves import Level, Series, series_of
from rnnlab.figures.style import (
    BARE,
    DASHES,
    HUES,
    LABEL_CHARACTERS,
    MARGIN,
    decades,
    heatmap_axis,
    number,
    power_ticks,
    tick,
    token_axis,
)
from rnnlab.i18n import Translate, beginning, percent, visible
from rnnlab.records.history import Frame, History
from rnnlab.records.opening import Majority, Opening
from rnnlab.records.readouts import HALVES, Reach
from rnnlab.rooms.room import Trained

WRITTEN = 14  # classes, or tokens, of a heatmap whose cells have room for a number


# Curves


def loss_name(trained: Experiment | Trained, t: Translate) -> str:
    """What stands at the axis of its loss."""
    return t(f"axis.error.{trained.loss}") if trained.reads_numbers else t(f"axis.loss.{trained.loss}")


def loss_unit(experiment: Experiment, t: Translate) -> str:
    return t("unit.deviations") if experiment.reads_numbers else t("unit.nats")


def counted_unit(opening: Opening, frame: Frame) -> Literal["lines", "tokens", "sequences", "numbers"]:
    """What the held-out loss and score are of. A network that has one answer a line has no axis of steps there."""
    if opening.column is not None:
        return "numbers"
    if frame.held_out is not None and np.isfinite(frame.held_out.forced_accuracy):
        return "sequences"
    logits = next(shape for shape in opening.shapes if shape.name == "logits")
    return "lines" if logits.axes == ("batch", "class") else "tokens"


def loss_lines(history: History, t: Translate) -> list[Series]:
    """Mean loss of a target by epoch: in training, and on held-out lines."""
    losses, streamed = series_of(history.losses), "losses"
    if history.experiment.loss == "sum":
        losses, streamed = losses / [snapshot.targets for snapshot in history.snapshots], "mean_losses"
    return [Series(t("curve.training"), losses, streamed=streamed), *held_line(history, "loss", t("curve.held"))]


def score_lines(history: History, t: Translate) -> list[Series]:
    """Share of right answers by epoch: in training, and on held-out lines. None where numbers are predicted."""
    if history.opening.column is not None:
        return []
    kind = counted_unit(history.opening, history.frames[-1])
    in_training = t(f"curve.training.{'tokens' if kind == 'sequences' else kind}")
    right = series_of([snapshot.accuracy for snapshot in history.snapshots])
    return [
        Series(in_training, right, streamed="accuracies"),
        *held_line(history, "score", t(f"curve.held.{kind}")),
    ]


def held_line(history: History, field: str, name: str, hue: str = HUES[5], dash: str = DASHES[1]) -> list[Series]:
    """A number of the result on held-out lines, at each recorded epoch. Nothing where no lines are held out."""
    if not history.opening.held_out_count:
        return []
    held = [(frame.epoch, getattr(frame.held_out, field)) for frame in history.frames if frame.held_out is not None]
    epochs, values = zip(*held, strict=True)
    x = np.array(epochs, dtype=np.float64)
    return [Series(name, series_of(values), x, hue=hue, dash=dash, streamed=f"held.{field}")]


def record_lines(history: History, t: Translate) -> list[Series]:
    """All that was measured of a run by epoch, under the names of columns."""
    written = counted_unit(history.opening, history.frames[-1]) == "sequences"
    unit = loss_unit(history.experiment, t)
    losses, scores = (
        loss_lines(history, t),
        [*score_lines(history, t), *(exact_lines(history, t)[1:] if written else [])],
    )
    return [
        *(replace(line, name=f"{t('axis.curve.loss')}: {line.name} ({unit})") for line in losses),
        *(replace(line, name=f"{t('axis.curve.score')}: {line.name} (0–1)") for line in scores),
    ]


def score_levels(history: History, t: Translate) -> list[Level]:
    """How often the most frequent answer alone is right, in training and on held-out lines."""
    o = history.opening
    found = (o.majority, "training", ""), (o.held_majority, "held", HUES[5])
    return [majority_level(o, majority, where, t, hue) for majority, where, hue in found if majority]


def loss_levels(history: History, t: Translate) -> list[Level]:
    """Of numbers, the loss of the last one, said again: in training, and of those that are only tested on."""
    if (column := history.opening.column) is None:
        return []
    found = (column.repeat_loss, "training", ""), (column.held_repeat_loss, "held", HUES[5])
    return [Level(t(f"curve.repeated.{where}"), loss, hue) for loss, where, hue in found if np.isfinite(loss)]


def majority_level(opening: Opening, majority: Majority, where: str, t: Translate, hue: str = "") -> Level:
    answer, share = beginning(visible(written(majority.answer, opening)), LABEL_CHARACTERS), percent(majority.share)
    return Level(t(f"curve.majority.{where}", answer=answer, share=share), majority.share, hue)


EXACT = ("score", "forced_accuracy", "free_accuracy")  # fields of HeldOutResult, of sequences that are written


def exact_lines(history: History, t: Translate) -> list[Series]:
    """Of the held-out pairs by recorded epoch: the share written right from the first token to the last, and the share
    of tokens that are right, given the true one before or written freely."""
    looks = zip(EXACT, ("", HUES[5], HUES[2]), DASHES, strict=False)
    return [line for field, hue, dash in looks for line in held_line(history, field, t(f"exact.{field}"), hue, dash)]


def exact_levels(history: History, t: Translate) -> list[Level]:
    o = history.opening
    token = majority_token(line.targets for line in o.held_out)
    found = ((o.held_majority, "whole", ""), (token, "token", HUES[2]))
    return [majority_level(o, majority, where, t, hue) for majority, where, hue in found if majority]


# Right and wrong, class by class


def confusion_figure(counts: np.ndarray, classes: Sequence[str], t: Translate) -> go.Figure:
    """Counts [truth, said] in colour, all frames on one scale: no cell can exceed its row's sum."""
    labels = [tick(name) for name in classes]
    most = max(1, int(counts.sum(1).max()))
    whole = list(range(0, most + 1, -(-most // 4)))  # counts: the axis would write 0.5 as a 1
    heat = go.Heatmap(
        z=counts.tolist(),
        zmin=0,
        zmax=most,
        customdata=[labels],  # the classes said; one row for all: the page repeats it
        xgap=2,
        ygap=2,
        meta={"palette": "sequential", "written": len(labels) <= WRITTEN},
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": whole, "tickformat": "d"},
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
        meta={"palette": "sequential", "written": len(tokens) <= WRITTEN, "log10": True},
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": exponents, "ticktext": labels},
        hovertemplate=t("figure.reach.hover") + "<extra></extra>",
    )
    edges = [len(names) - 0.5, -0.5]
    down = heatmap_axis({"tickvals": list(range(len(names))), "ticktext": names, "range": edges})
    return go.Figure(heat, {**BARE, "margin": MARGIN, "xaxis": token_axis(tokens), "yaxis": down, "dragmode": False})
