"""The vocabulary, and its rows: one-hot vectors and the embedding."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.components.table import table
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel
from pages.shell.run import run_chart, token_strip
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.text import embeddings, set_ids
from pages.views.text.tables import height
from rnnlab.analysis.embedding_rows import Words
from rnnlab.engine import jobs
from rnnlab.explain.programs.vocabulary import looking_up
from rnnlab.figures import text
from rnnlab.i18n import Translate
from rnnlab.records.trace import part_at, part_named

ORDERS = ("id", "count")
ROWS = 24  # of a heatmap
LISTED = 300  # tokens of the table
COLUMNS = {"id": table.number, "token": table.text, "count": table.number}


def render(view: RunView) -> None:
    words = choose(view)
    first = choose_first(len(words.tokens), view.t)
    left, middle, right = st.columns(3, gap="small")
    with left:
        render_vocabulary(view, words, first)
    render_rows(view, words, first, (middle, right))
    with st.container(border=True, key="word_line"):
        token_strip.render(view)
    left, right = st.columns([1, 2], gap="small")  # the same grid as above
    with left:
        chosen, near = embeddings.render_neighbours(view, words)
    if view.experiment.embeds:
        with right:
            embeddings.render_plane(view, words, chosen, near)
    set_ids.render(view, words)


def choose(view: RunView) -> Words:
    """Whose words these are, where there are two vocabularies: those of the part that takes the chosen step."""
    o, t, step = view.opening, view.t, view.cursor.step
    names = [part.name for part in o.parts]
    if session.get("text_words") not in names:
        session["text_words"] = names[0]
    if step is not None and step != session.get("text_step"):
        session["text_words"] = part_at(o, step).name
    session["text_step"] = step
    if len(names) > 1:
        st.segmented_control(
            t("words.whose"),
            names,
            default=session["text_words"],
            key="text_words",
            format_func=lambda name: t(f"module.{name}"),
            required=True,
            label_visibility="collapsed",
        )
    return Words.of(view.history, part_named(o, session["text_words"]), view.checkpoint)


def render_vocabulary(view: RunView, words: Words, first: int) -> None:
    """Tokens with their ids and how often they occur: all, or of very many those from the chosen place on."""
    t = view.t
    with panel("vocabulary", t):
        counts = ask_worker(jobs.token_counts, view.experiment, words.part.start > 0)
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
        ids = list(range(len(words.tokens)))
        counted = [counts.get(token, 0) for token in words.tokens]
        if order == "count":
            ids.sort(key=lambda id: -counted[id])
        listed = ids[first : first + LISTED] if len(ids) > LISTED else ids
        rows = [[table.number(id), table.token(words.tokens[id]), table.number(counted[id])] for id in listed]
        head = [kind(t(f"vocabulary.{name}")) for name, kind in COLUMNS.items()]
        table.tables("text-vocabulary", [table.TableView(t("panel.vocabulary"), rows, head)], "framed")
        if len(listed) < len(ids):
            st.caption(t("vocabulary.listed", limit=LISTED, count=f"{len(ids):,}"))
        types = f"{len(ids) - words.specials:,}"
        st.caption(t("vocabulary.summary", types=types, tokens=f"{sum(counted[words.specials :]):,}"))
        for name in words.tokens[: words.specials]:
            st.caption(t(f"vocabulary.{name.strip('<>')}"))
        if view.experiment.held_out:
            st.caption(held_out_said(words, t))


def held_out_said(words: Words, t: Translate) -> str:
    """What becomes of the words that only the held-out lines have."""
    if "<unk>" in words.tokens[: words.specials]:
        return t("vocabulary.held")
    return t("vocabulary.held_written") if words.part.start else t("vocabulary.held_all")


def choose_first(types: int, t: Translate) -> int:
    """The first id of the rows that are drawn."""
    if types <= ROWS:
        return 0
    return st.number_input(t("rows.from", rows=ROWS), 0, types - 1, step=ROWS, key="text_rows", width=260)


def render_rows(view: RunView, words: Words, first: int, columns: Sequence[DeltaGenerator]) -> None:
    """One-hot vectors and embedding rows of the same words, side by side."""
    e, t, types = view.experiment, view.t, f"{len(words.tokens):,}"
    ids = range(first, min(first + ROWS, len(words.tokens)))
    tokens = [words.tokens[id] for id in ids]
    left, right = columns
    with left, panel("onehot", t):
        identity = np.eye(len(ids), dtype=np.float32)
        figure = encode(text.rows_figure(identity, tokens, first, None, t))
        run_chart.render_still(view, "onehot", Chart(figure, t("panel.onehot"), height(len(ids))))
        st.caption(t("onehot.size", types=types))
    code = looking_up(len(words.tokens), e.embed, ids[:4]) if e.embeds else ""
    with right, panel("embedding", t, code=code):
        if e.input == "onehot":
            st.markdown(t("embedding.none"))
            return
        tables = [np.frombuffer(w, np.float32).reshape(-1, e.embed) for w in (words.first, words.shown, words.newest)]
        limit = max(float(np.abs(table).max()) for table in tables) or 1.0
        figure = encode(text.rows_figure(tables[1][ids.start : ids.stop], tokens, first, limit, t))
        run_chart.render_still(view, "embedding", Chart(figure, t("panel.embedding"), height(len(ids))))
        st.caption(t("embedding.size", types=types, embed=e.embed, epoch=view.checkpoint.epoch))
