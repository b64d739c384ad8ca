"""Whether order matters: the same words shuffled, and what the network says to each order."""

import numpy as np
import streamlit as st

from pages.components.table.table import Cell, TableView, number, tables, text, token
from pages.shell.ask_worker import ask_worker
from pages.shell.markdown import verbatim
from pages.shell.panel import panel, program_place
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.results.shared import ResultView
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.i18n import percent
from rnnlab.records.opening import joiner
from rnnlab.records.readouts import WordOrders

DIGITS = 2  # behind the point: networks are often very sure
BAYES = r"p(c \mid \text{bag}) \propto p(c)\, \prod_t p(x_t \mid c)"


def render(view: RunView) -> None:
    e, t = view.experiment, view.t
    with panel("orders", t, formula=BAYES, code=programs.code("orders", e), goes_on=program_place(t)):
        if view.going:
            st.caption(t("orders.waits"))
            return
        found = ask_worker(jobs.word_orders, e, view.checkpoint.weights, session.get("orders_draw", 0))
        if found is None:
            return
        if len(found.orders) < 2:
            st.caption(t("orders.none"))
            return
        render_table(view, found)
        render_verdict(view, found)
        st.button(t("orders.again"), key="orders_again", on_click=draw_again)


def draw_again() -> None:
    session["orders_draw"] = session.get("orders_draw", 0) + 1


def render_table(view: RunView, found: WordOrders) -> None:
    """A row an order, and below them a row for the bag, which knows none."""
    o, t, first = view.opening, view.t, int(found.answers[0])
    between = joiner(view.experiment, o.vocabulary[o.specials :])

    def row(sentence: str, chances: np.ndarray, tone: str = "") -> list[Cell]:
        best = int(chances.argmax())
        turned = "strong" if best != first else ""
        return [token(o.classes[best], tone=turned), number(percent(chances[first], DIGITS)), text(sentence, tone)]

    rows = [
        row(between.join(o.probe[step] for step in order), chances, "" if place else "chosen")
        for place, (order, chances) in enumerate(zip(found.orders, found.chances, strict=True))
    ]
    rows.append(row(t("orders.bag"), found.bag))
    chance = number(t("orders.first", answer=o.classes[first]))
    head = [token(t("orders.answer")), chance, text(t("orders.order"))]
    tables("results-orders", [TableView(t("panel.orders"), rows, head)], "lines")


def render_verdict(view: RunView, found: WordOrders) -> None:
    o, t = view.opening, view.t
    first, others = int(found.answers[0]), found.answers[1:]
    of_first = found.chances[:, first]
    turned = int((others != first).sum())
    values = {"answer": verbatim(o.classes[first]), "count": len(others)}
    span = {"low": percent(of_first.min(), DIGITS), "high": percent(of_first.max(), DIGITS)}
    st.markdown(t("orders.turned", turned=turned, **values, **span) if turned else t("orders.kept", **values, **span))
    st.caption(t("orders.counted", examples=f"{found.examples:,}"))


VIEWS: dict[str, ResultView] = {"orders": render}
