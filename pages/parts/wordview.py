"""The vocabulary, and its rows: one-hot vectors and the embedding."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import nearview, stage
from pages.parts.ask import ask
from pages.parts.panel import panel
from pages.parts.textparts import chart, height
from rnnlab import jobs, textfigures
from rnnlab.i18n import Translate
from rnnlab.session import Run

ORDERS = ("id", "count")
ROWS = 24  # of a heatmap


def draw(run: Run, t: Translate) -> None:
    assert run.history is not None
    o, e = run.history.opening, run.experiment
    stage.scrubber("text", run, t, weights=True)
    shown = stage.checkpoint(run).weights
    first = start(len(o.vocabulary), t)
    left, middle, right = st.columns(3, gap="small")
    with left:
        vocabulary(run, t)
    rows(run, shown, first, (middle, right), t)
    with st.container(border=True, key="word_line"):
        stage.strip("text", run, t)
    left, right = st.columns([2, 3], gap="small")
    with left:
        chosen, near = nearview.neighbours(run, shown, t)
    if e.input == "embedding":
        with right:
            nearview.plane(run, shown, chosen, near, t)


def vocabulary(run: Run, t: Translate) -> None:
    """Every token with its id and how often it occurs, sorted by whichever column one clicks."""
    assert run.history is not None
    o = run.history.opening
    with panel("vocabulary", t):
        counts = ask(jobs.counts, run.experiment)
        if counts is None:
            return
        order = st.segmented_control(
            t("vocabulary.sort"),
            ORDERS,
            format_func=lambda name: t(f"vocabulary.{name}"),
            key="text_order",
            default="id",
            required=True,
            persist_state="session",
        )
        ids = list(range(len(o.vocabulary)))
        number = [0] * o.specials + [counts[token] for token in o.vocabulary[o.specials :]]
        if order == "count":
            ids.sort(key=lambda id: -number[id])
        columns = {"id": ids, "token": [o.vocabulary[id] for id in ids], "count": [number[id] for id in ids]}
        st.dataframe(
            {t(f"vocabulary.{name}"): values for name, values in columns.items()},
            hide_index=True,
            height=height(min(len(ids), ROWS)) - 60,
            key="text-vocabulary",
        )
        st.caption(t("vocabulary.summary", types=f"{len(ids) - o.specials:,}", tokens=f"{sum(number):,}"))
        if o.specials:
            st.caption(t("vocabulary.pad"))


def start(types: int, t: Translate) -> int:
    """The first id of the rows that are drawn."""
    if types <= ROWS:
        return 0
    return st.number_input(t("rows.from", rows=ROWS), 0, types - 1, step=ROWS, key="text_rows", width=260)


def rows(run: Run, shown: bytes, first: int, places: Sequence[DeltaGenerator], t: Translate) -> None:
    """One-hot vectors and embedding rows of the same words, side by side."""
    assert run.history is not None
    o, e = run.history.opening, run.experiment
    ids = range(first, min(first + ROWS, len(o.vocabulary)))
    tokens = [o.vocabulary[id] for id in ids]
    left, right = places
    with left, panel("onehot", t):
        identity = np.eye(len(ids), dtype=np.float32)
        chart(run, "text-onehot", textfigures.rows_figure(identity, tokens, first, 1.0, t, onehot=True), len(ids), t)
        st.caption(t("onehot.size", types=f"{len(o.vocabulary):,}"))
    with right, panel("embedding", t):
        if e.input == "onehot":
            st.markdown(t("embedding.none"))
            return
        weights = [run.history.checkpoints[0].weights, shown, run.history.checkpoints[-1].weights]
        tables = [np.frombuffer(w, np.float32, len(o.vocabulary) * e.embed).reshape(-1, e.embed) for w in weights]
        limit = max(float(np.abs(table).max()) for table in tables) or 1.0
        figure = textfigures.rows_figure(tables[1][ids.start : ids.stop], tokens, first, limit, t, onehot=False)
        chart(run, "text-embedding", figure, len(ids), t)
        st.caption(
            t("embedding.size", types=f"{len(o.vocabulary):,}", embed=e.embed, epoch=stage.checkpoint(run).epoch)
        )
