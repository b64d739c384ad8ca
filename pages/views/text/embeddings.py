"""Which words point the same way, and how all of them lie in a plane."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.components.table.table import TableView, number, tables, text, token
from pages.shell.ask_worker import ask_worker
from pages.shell.markdown import verbatim
from pages.shell.panel import panel
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.text.tables import height
from rnnlab.analysis.embedding_rows import Words
from rnnlab.engine import jobs
from rnnlab.figures import text as figures
from rnnlab.i18n import Translate, percent, visible
from rnnlab.records.text import Neighbour

NEAREST = 8


def render_neighbours(view: RunView, words: Words) -> tuple[int, list[int]]:
    """A word of the reader's choice, and the words whose rows point the same way. Both as ids."""
    e, t = view.experiment, view.t
    with panel("nearest", t, formula=r"\cos(a, b) = \frac{a \cdot b}{\lVert a\rVert\,\lVert b\rVert}"):
        chosen = choose(view, words)
        if e.input == "onehot":
            st.markdown(t("nearest.onehot", token=verbatim(words.tokens[chosen])))
            return chosen, []
        if view.going:
            st.caption(t("embedding.going"))
            return chosen, []
        size = len(words.tokens), e.embed
        found = ask_worker(jobs.nearest, words.shown, size, words.specials, chosen, NEAREST) or ()
        render_table(found, words.tokens, t)
        st.caption(t("nearest.epoch", epoch=view.checkpoint.epoch, token=verbatim(words.tokens[chosen])))
        return chosen, [neighbour.id for neighbour in found]


def render_table(found: tuple[Neighbour, ...], vocabulary: tuple[str, ...], t: Translate) -> None:
    if not found:
        st.caption(t("nearest.none"))
        return
    rows = [[number(one.id), token(vocabulary[one.id]), number(f"{one.cosine:.4f}")] for one in found]
    head = [number(t("vocabulary.id")), text(t("vocabulary.token")), number(t("nearest.cosine"))]
    tables("text-nearest", [TableView(t("panel.nearest"), rows, head)], "framed")


def choose(view: RunView, words: Words) -> int:
    """The id of a word: the one last chosen on the line of tokens, or in the list."""
    o, t, step = view.opening, view.t, view.cursor.step
    ids = list(range(words.specials, len(words.tokens)))
    place = (words.tokens, step)
    if session.get("text_place") != place or session.get("text_word") not in ids:
        session["text_place"] = place
        token = o.probe[step] if step is not None and step < len(o.probe) else o.probe[words.part.start]
        known = words.tokens[words.specials :]  # a word that training never met is not among them, nor is <bos>
        session["text_word"] = words.specials + (known.index(token) if token in known else 0)
    label = t("nearest.word")
    index = ids.index(session["text_word"])
    return st.selectbox(label, ids, index, lambda id: f"{id} · {visible(words.tokens[id])}", key="text_word")


def render_plane(view: RunView, words: Words, chosen: int, near: list[int]) -> None:
    """The rows in the plane in which the newest of them vary most."""
    e, t = view.experiment, view.t
    with panel("plane", t):
        if view.going:
            st.caption(t("embedding.going"))
            return
        size = len(words.tokens), e.embed
        seen = ask_worker(jobs.plane, words.shown, words.first, words.newest, size, words.specials)
        if seen is None:
            return
        if np.isnan(seen.explained):
            st.caption(t("plane.point"))
            return
        figure = encode(figures.plane_figure(seen, words.tokens, chosen, near, t))
        run_chart.render_still(view, "plane", Chart(figure, t("panel.plane"), height(20)))
        share = {"kept": percent(seen.explained), "newest": percent(seen.explained_newest), "embed": e.embed}
        st.caption(t("plane.share", epoch=view.checkpoint.epoch, last=view.history.checkpoints[-1].epoch, **share))
        if len(words.tokens) - words.specials > figures.LABELS:
            st.caption(t("plane.labels", limit=figures.LABELS))
