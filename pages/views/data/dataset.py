"""The data of the experiment at hand, whoever wrote it: its rows as training takes them, its classes, the rest."""

from typing import Any

import streamlit as st

from pages.components.table.table import TableView, bar, number, pieces, tables, text
from pages.shell.ask_worker import ask_worker
from pages.shell.form.form_state import form_experiment, note_untrained
from pages.shell.messages import show_notes
from pages.shell.panel import panel
from pages.shell.reruns import set_widget
from pages.shell.state import session
from rnnlab.engine import jobs
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate
from rnnlab.records.dataset import ROWS, DataLook
from rnnlab.text.lines import parse_lines

PARTS = ("trained", "held")
LISTED = 8  # lines left out that are named


def render(run: Run, t: Translate, waiting: bool) -> None:
    """`waiting`: the reader looks at other rows above, which are not in use yet."""
    e = form_experiment(run)
    with panel("data-at-hand", t):
        if waiting:
            st.caption(t("hand.before"))
        note_untrained(run, t)
        part, first = chosen(e)
        reported = (
            run.problems and run.experiment == e
        )  # why there is nothing to train on stands at the top of the page
        look = None if reported else ask_worker(jobs.dataset, e, part == "held", first)
        if look:
            render_look(look, part, t)
        render_left_out(e, t)


def chosen(e: Experiment) -> tuple[str, int]:
    """Which rows are looked at: the first ones of other data."""
    basis = e.model_dump_json(include={"task", "data", "text", "pairs", "held_out"})
    if session.get("data_basis") != basis:
        session.update(data_basis=basis, data_part="trained", data_from=1)
    if session.get("data_part_before") != session["data_part"]:
        session.update(data_part_before=session["data_part"], data_from=1)
    return session["data_part"], session.get("data_from", 1)


def render_look(look: DataLook, part: str, t: Translate) -> None:
    sizes = {"trained": f"{look.trained_count:,}", "held": f"{look.held_out_count:,}", "types": f"{look.types:,}"}
    st.markdown(t("hand.sizes", **sizes) if look.types else t("hand.sizes.numbers", trained=sizes["trained"]))
    show_notes(look.notes)
    left, right = st.columns([3, 2], gap="medium") if look.class_counts else (st.container(), None)
    with left:
        render_rows(look, part, t)
    if right:
        with right:
            render_class_counts(look, t)


def render_rows(look: DataLook, part: str, t: Translate) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="data_which"):
        if look.held_out_count:
            st.segmented_control(
                t("hand.which"),
                PARTS,
                default=part,
                key="data_part",
                format_func=lambda name: t(f"hand.{name}"),
                required=True,
                persist_state="session",
            )
        count = look.held_out_count if part == "held" else look.trained_count
        if count > ROWS:
            first = min(session.get("data_from", 1), count)  # other settings make fewer rows
            set_widget("data_from", first)
            more: dict[str, Any] = {"width": 150, "persist_state": "session"}
            st.number_input(t("hand.from"), 1, count, first, step=ROWS, key="data_from", **more)
    head = [number(t("hand.number")), text(t("hand.read")), text(t("hand.target"))]
    lines = [
        [number(row.number), pieces(row.inputs, row.unknown, row.truncated), pieces(row.targets, (), row.truncated)]
        for row in look.rows
    ]
    tables("data-rows", [TableView(t(f"hand.{part}"), lines, head)], "framed")
    if any(row.unknown for row in look.rows):
        st.caption(t("hand.unknown"))


def render_class_counts(look: DataLook, t: Translate) -> None:
    """How often each label or tag is to be predicted, most frequent first."""
    most = max(max(counts) for counts in look.class_counts.values())
    lines = [
        [text(name), bar(trained, most), *([bar(held, most)] if look.held_out_count else [])]
        for name, (trained, held) in look.class_counts.items()
    ]
    head = [text(t("hand.class")), text(t("hand.trained")), *([text(t("hand.held"))] if look.held_out_count else [])]
    st.markdown(t("hand.balance", classes=len(look.class_counts)))
    tables("data-classes", [TableView(t("hand.class"), lines, head)], "framed")


def render_left_out(e: Experiment, t: Translate) -> None:
    """Lines of the text that are no rows, and what they lack."""
    missing = parse_lines(e.text, e.task)[1] if e.data == "text" else []
    if not missing:
        return
    st.markdown(t("hand.left_out", count=f"{len(missing):,}"))
    head = [number(t("hand.number")), text(t("own.reason")), text(t("hand.line"))]
    lines = [[number(line.number), text(t(f"hand.{line.reason}")), text(line.line)] for line in missing[:LISTED]]
    tables("data-missing", [TableView(t("own.left_out"), lines, head)], "framed")
