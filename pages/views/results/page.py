"""What the Results page shows of a run: first what its preset is about, then its curves, then what else its task has to
show, by the names of the views."""

from collections.abc import Iterator

import streamlit as st

from pages.components.curves.curves import Curves, curves
from pages.shell.messages import show_notes
from pages.shell.panel import Explains, panel
from pages.shell.run import token_strip
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.results import classifier, orders, series, tagger
from pages.views.results.seq2seq import seq2seq
from pages.views.results.shared import ResultView
from rnnlab.figures import rate_marks
from rnnlab.figures import results as figures
from rnnlab.presets.presets import PRESETS

VIEWS: dict[str, ResultView] = classifier.VIEWS | orders.VIEWS | seq2seq.VIEWS | series.VIEWS | tagger.VIEWS
HALF = {"prefixes", "saliency", "confusion", "classes"}  # narrow ones: two such share a row
HELD = {"confusion", "classes", "judged", "pairs"}  # about held-out lines alone


def render(view: RunView) -> None:
    o = view.opening
    if view.reads != "numbers":  # they are in a curve
        token_strip.render(view)
    show_notes(o.notes)
    first, *others = [*rows(ordered(view)), ()]
    render_row(view, first)
    words: Explains = {"called": "errors", "about": "errors"} if o.column else {}
    with panel("curves", view.t, switch="loss_log", **words):
        render_curves(view)
    for row in others:
        render_row(view, row)


def ordered(view: RunView) -> tuple[str, ...]:
    """The names of the views: what the preset is about comes first, else what the task itself has first."""
    o, original = view.opening, PRESETS[view.experiment.preset]
    there = [name for name in o.views if o.held_out or name not in HELD]
    return tuple(sorted(there, key=lambda name: name != original.figure))


def render_row(view: RunView, row: tuple[str, ...]) -> None:
    for name, column in zip(row, st.columns(len(row) or 1, gap="small"), strict=False):
        with column:
            VIEWS[name](view)


def computes(view: RunView) -> bool:
    """Whether something is worked out from the newest weights, again and again."""
    return "readouts" in view.opening.views and classifier.follows(view.opening)


def rows(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The views in their order, those of half a row beside each other."""
    while names:
        width = 2 if len(names) > 1 and HALF.issuperset(names[:2]) else 1
        yield names[:width]
        names = names[width:]


def render_curves(view: RunView) -> None:
    """Loss and share of right answers, in training and on held-out lines."""
    run, history, o, t = view.run, view.history, view.opening, view.t
    height, span = 300, max(view.experiment.epochs, 2)
    record = run.drawn(("record", view.lang), lambda: figures.record_lines(history, t))
    shown = {
        "loss": Curves(
            run.drawn(("loss", view.lang), lambda: figures.loss_lines(history, t)),
            "log" if session["loss_log"] else "linear",
            t("axis.curve.loss"),
            t("curve.loss"),
            height,
            span,
            figures.loss_levels(history, t),
            marks=rate_marks(view.experiment, t),
            unit=figures.loss_unit(view.experiment, t),
            record=record,
        ),
        "score": Curves(
            run.drawn(("score", view.lang), lambda: figures.score_lines(history, t)),
            "share",
            t("axis.curve.score"),
            t("curve.score"),
            height,
            span,
            figures.score_levels(history, t),
            record=record,
        ),
    }
    shown = {name: one for name, one in shown.items() if one.series}  # of numbers nothing is right or wrong
    for (name, one), column in zip(shown.items(), st.columns(len(shown), gap="small"), strict=True):
        with column:
            curves(f"{view.page}-{name}", one, view.over_frames, t)
    if not o.held_out_count:
        st.caption(t("held.none", field=t("field.held_out")))
        return
    kind = figures.counted_unit(o, history.frames[-1])
    first = t("held.first", shown=len(o.held_out)) if 0 < len(o.held_out) < o.held_out_count else ""
    st.caption(t(f"held.{kind}", count=f"{o.held_out_count:,}") + first)
