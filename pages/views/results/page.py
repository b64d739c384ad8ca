"""What the Results page shows of a run: its curves, and the views that its task has, by their names."""

from collections.abc import Iterator

import streamlit as st

from pages.shell import cursor
from pages.shell.messages import say
from pages.shell.panel import panel
from pages.shell.run_view import history
from pages.views.results import classifier, seq2seq, tagger
from pages.views.results.shared import View, chart
from rnnlab.engine.runs import Run
from rnnlab.figures import results as figures
from rnnlab.i18n import Translate

VIEWS: dict[str, View] = classifier.VIEWS | seq2seq.VIEWS | tagger.VIEWS
HALF = {"prefixes", "saliency", "confusion", "classes"}  # narrow ones: two such share a row
HELD = {"confusion", "classes", "judged", "pairs"}  # about held-out lines alone


def render(run: Run, t: Translate) -> None:
    o = history(run).opening
    cursor.scrubber("results", run, t, weights=True)
    cursor.strip("results", run, t)
    say(o.notes)
    with panel("curves", t, switch="loss_log"):
        curves(run, t)
    for row in rows(tuple(name for name in o.views if o.held or name not in HELD)):
        for name, column in zip(row, st.columns(len(row), gap="small"), strict=True):
            with column:
                VIEWS[name](run, t)


def rows(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The views in their order, those of half a row beside each other."""
    while names:
        width = 2 if len(names) > 1 and HALF.issuperset(names[:2]) else 1
        yield names[:width]
        names = names[width:]


def curves(run: Run, t: Translate) -> None:
    """Loss and share of right answers, in training and on held-out lines."""
    past, lang = history(run), st.session_state.lang
    o = past.opening
    scale = "log" if st.session_state.loss_log else "linear"
    left, right = st.columns(2, gap="small")
    with left:
        figure = run.drawn(("curve", lang, scale), lambda: figures.loss_curves(past, t, scale))
        chart(run, "loss", figure, t("curve.loss"), t, 280, cursor="line")
    with right:
        figure = run.drawn(("score", lang), lambda: figures.score_curves(past, t))
        chart(run, "score", figure, t("curve.score"), t, 280, cursor="line")
    if not o.held:
        st.caption(t("held.none", field=t("field.held_out")))
        return
    kind = figures.counted(o, past.frames[-1])
    first = t("held.first", shown=len(o.held)) if o.held_count > len(o.held) else ""
    st.caption(t(f"held.{kind}", count=f"{o.held_count:,}") + first)
