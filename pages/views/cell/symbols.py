"""The textbook's symbols beside torch's names, and how far the two ways of writing are apart on the run's weights."""

import streamlit as st

from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel
from pages.shell.run.run_view import RunView
from rnnlab.cells import CELLS
from rnnlab.engine import jobs
from rnnlab.explain.symbols import own_biases, symbols, textbook
from rnnlab.i18n import Translate, significant
from rnnlab.records.trace import TextbookWays


def render(view: RunView, weights: bytes, part: str) -> None:
    e, t = view.experiment, view.t
    with panel("cell-symbols", t):
        left, right = st.columns([5, 6], gap="medium", vertical_alignment="center")
        with left:
            st.latex(textbook(e))
        with right:
            head = f"| {t('symbols.textbook')} | {t('symbols.torch')} |\n| --- | --- |\n"
            st.markdown(head + "\n".join(f"| ${one.symbol}$ | `{one.python}` |" for one in symbols(e)))
        if view.going:
            st.caption(t("ways.later"))
            return
        found = ask_worker(jobs.textbook_ways, e, weights, part)
        if found:
            for sentence in differences(found, e.cell, t):
                st.markdown(f"- {sentence}")


def differences(found: TextbookWays, cell: str, t: Translate) -> list[str]:
    largest = significant(found.largest, 2)
    said = [t("symbols.one_bias", difference=significant(found.one_bias, 1), largest=largest)]
    if found.every_bias is not None:
        block = own_biases(CELLS[cell])[0]
        said.append(t("symbols.own_bias", block=block, difference=significant(found.every_bias, 2)))
    if len(CELLS[cell].blocks) > 1:
        said.append(t("symbols.one_matrix", difference=significant(found.one_matrix, 1)))
    return said
