"""Ids by first appearance, beside those that a set gives in a few new Pythons."""

from collections.abc import Sequence

import streamlit as st

from pages.components.table.table import Cell, TableView, tables, token
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import listing, panel
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab.analysis.embedding_rows import Words
from rnnlab.engine import jobs
from rnnlab.explain.programs.vocabulary import numbering

WORDS = 12  # the first ones, of which the sets are made
PYTHONS = 4  # that are started at a time


def render(view: RunView, words: Words) -> None:
    t, own = view.t, words.tokens[words.specials :][:WORDS]
    with panel("setids", t):
        first = 1 + PYTHONS * session.get("set_draw", 0)
        seeds = tuple(range(first, first + PYTHONS))
        found = ask_worker(jobs.set_ids, tuple(own), seeds)
        if found is None:
            return
        rows = [numbered(t("setids.lab"), range(words.specials, words.specials + len(own)))]
        rows += [numbered(t("setids.python", seed=seed), ids) for seed, ids in zip(seeds, found, strict=True)]
        head = [token(""), *map(token, own)]
        tables("text-setids", [TableView(t("panel.setids"), rows, head, named_rows=True)], "tokens")
        values = {"different": len({*found}), "count": PYTHONS, "words": len(own)}
        st.markdown(t("setids.different", **values))
        if words.specials:
            st.caption(t("setids.specials"))
        st.button(t("setids.again"), key="setids_again", on_click=start_others)
        listing(numbering(own))


def numbered(name: str, ids: Sequence[int]) -> list[Cell]:
    return [token(name), *(token(str(id)) for id in ids)]


def start_others() -> None:
    session["set_draw"] = session.get("set_draw", 0) + 1
