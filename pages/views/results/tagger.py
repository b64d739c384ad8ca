"""What there is to see of a network that gives every token a class of its own."""

from functools import partial

import numpy as np
import streamlit as st

from pages.components.component import component, pack
from pages.shell.panel import panel, program_place
from pages.shell.run.run_view import RunView
from pages.shell.stream.parts import streamed
from pages.views.results.shared import ResultView, tag_meanings
from rnnlab.explain import programs
from rnnlab.figures.results import HUES
from rnnlab.records.opening import Opening

_tagged = component(__file__, "tagged")

LINES = 10  # held-out ones that are shown at a time


def render_tags(view: RunView) -> None:
    """The watched sentence and held-out lines, each token in the colour of the tag it was given."""
    o, t = view.opening, view.t
    with panel("tagged", t, code=programs.code("tagged", view.experiment), goes_on=program_place(t)):
        start = 1
        if len(o.held_out) > LINES:
            label = t("tagged.from", lines=LINES, count=len(o.held_out))
            start = st.number_input(label, 1, len(o.held_out), step=LINES, key="results_from", width=280)
        streamed(view, partial(draw_tags, start=start))


def draw_tags(view: RunView, start: int) -> None:
    """`start`: the number of the first held-out line that is shown."""
    o, t = view.opening, view.t
    shown = o.held_out[start - 1 : start - 1 + LINES]
    lines = [{"name": t("tagged.watched"), "tokens": o.probe[: o.inputs], "targets": o.targets}]
    for number, line in enumerate(shown, start=start):
        lines.append({"name": t("tagged.held", number=number), "tokens": line.tokens, "targets": line.targets})
    predicted = []
    for frame in view.frames:
        held = frame.held_out.predictions[start - 1 : start - 1 + LINES] if frame.held_out else ()
        predicted.append(np.concatenate([frame.top_classes[:, 0], *held]))
    order = commonest(o, np.stack(predicted))
    _tagged(
        key="results-tagged",
        data={
            "key": "results-tagged",
            **vars(view.over_frames),
            "lines": lines,
            "predicted": pack(np.stack(predicted).astype(np.int32)),
            "tags": o.classes,
            "order": order,  # the commonest have a colour of their own
            "hues": dict(zip(map(str, order), HUES, strict=False)),
            "meanings": tag_meanings(o, t),
            "labels": {name: t(f"tagged.{name}") for name in ("hover", "hover_unknown", "legend", "score")},
        },
    )


def commonest(o: Opening, predicted: np.ndarray) -> list[int]:
    """The tags that were predicted ([frame, token]) or are right somewhere, the most frequent of the truth first."""
    truth = [tag for line in o.held_out for tag in line.targets]
    frequency = np.bincount([*truth, *(tag for tag in o.targets if tag >= 0)], minlength=len(o.classes))
    there = np.flatnonzero((frequency > 0) | np.isin(np.arange(len(o.classes)), predicted))
    return there[np.argsort(-frequency[there], kind="stable")].tolist()


VIEWS: dict[str, ResultView] = {"tagged": render_tags}
