"""The vocabulary, and its rows: one-hot or embedding, how near to each other, and in a plane."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import live, stage
from pages.parts.ask import ask
from pages.parts.panel import panel
from pages.parts.plain import verbatim
from rnnlab import jobs, textfigures
from rnnlab.i18n import Translate
from rnnlab.session import Run
from rnnlab.textlooks import Neighbour

ORDERS = ("id", "count")
ROWS = 24  # of a heatmap
NEAREST = 8


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
        chosen, near = neighbours(run, shown, t)
    if e.input == "embedding":
        with right:
            plane(run, shown, chosen, near, t)


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


def neighbours(run: Run, shown: bytes, t: Translate) -> tuple[int, list[int]]:
    """A word of the reader's choice, and the words whose rows point the same way. Both as ids."""
    assert run.history is not None
    o, e = run.history.opening, run.experiment
    with panel("nearest", t, formula=r"\cos(a, b) = \frac{a \cdot b}{\lVert a\rVert\,\lVert b\rVert}"):
        chosen = choose(run, t)
        if e.input == "onehot":
            st.markdown(t("nearest.onehot", token=verbatim(o.vocabulary[chosen])))
            return chosen, []
        if run.going:
            st.caption(t("embedding.going"))
            return chosen, []
        found = ask(jobs.nearest, shown, (len(o.vocabulary), e.embed), o.specials, chosen, NEAREST) or ()
        table(found, o.vocabulary, t)
        st.caption(t("nearest.epoch", epoch=stage.checkpoint(run).epoch, token=verbatim(o.vocabulary[chosen])))
        return chosen, [neighbour.id for neighbour in found]


def table(found: tuple[Neighbour, ...], vocabulary: tuple[str, ...], t: Translate) -> None:
    if not found:
        st.caption(t("nearest.none"))
        return
    columns = {
        t("vocabulary.id"): [neighbour.id for neighbour in found],
        t("vocabulary.token"): [vocabulary[neighbour.id] for neighbour in found],
        t("nearest.cosine"): [round(neighbour.cosine, 4) for neighbour in found],
    }
    st.dataframe(columns, hide_index=True, key="text-nearest")


def choose(run: Run, t: Translate) -> int:
    """The id of a word: the one last chosen on the line of tokens, or in the list."""
    assert run.history is not None
    o = run.history.opening
    ids = list(range(o.specials, len(o.vocabulary)))
    step = stage.cursor(run).step
    place = (o.vocabulary, step)
    if st.session_state.get("text_place") != place or st.session_state.get("text_word") not in ids:
        st.session_state.text_place = place
        token = o.probe[step] if step is not None and step < len(o.probe) else o.probe[0]
        st.session_state.text_word = o.vocabulary.index(token, o.specials)
    label = t("nearest.word")
    return st.selectbox(label, ids, format_func=lambda id: f"{id} · {o.vocabulary[id]}", key="text_word")


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


def chart(run: Run, key: str, figure: go.Figure, rows: int, t: Translate) -> None:
    live.chart(
        live.encode(figure),
        key=key,
        group=key,
        run=run.id,
        live=False,
        epochs=[],
        height=height(rows),
        label=t(f"panel.{key.removeprefix('text-')}"),
        labels={"download": t("chart.download"), "reset": t("chart.reset")},
    )


def height(rows: int) -> int:
    """Pixels of a chart with so many rows, its axis below them."""
    return max(200, 70 + 19 * rows)


def plane(run: Run, shown: bytes, chosen: int, near: list[int], t: Translate) -> None:
    """The rows in the plane in which the newest of them vary most."""
    assert run.history is not None
    history = run.history
    o = history.opening
    with panel("plane", t):
        if run.going:
            st.caption(t("embedding.going"))
            return
        ends = history.checkpoints[0].weights, history.checkpoints[-1].weights
        seen = ask(jobs.plane, shown, *ends, (len(o.vocabulary), run.experiment.embed), o.specials)
        if seen is None:
            return
        if np.isnan(seen.kept):
            st.caption(t("plane.point"))
            return
        figure = textfigures.plane_figure(seen, o.vocabulary, o.specials, chosen, near, t)
        chart(run, "text-plane", figure, 20, t)
        share = {"kept": f"{seen.kept:.0%}", "newest": f"{seen.kept_newest:.0%}", "embed": run.experiment.embed}
        st.caption(t("plane.share", epoch=stage.checkpoint(run).epoch, last=history.checkpoints[-1].epoch, **share))
        if len(o.vocabulary) - o.specials > textfigures.LABELS:
            st.caption(t("plane.labels", limit=textfigures.LABELS))
