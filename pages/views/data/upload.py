"""The reader's own data: pasted or uploaded, looked at, and made the text of a new experiment."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.table.table import Cell, TableView, bar, number, tables, text
from pages.shell.file_upload import file_upload, megabytes_of
from pages.shell.form import form_state
from pages.shell.form.presets import open_experiment
from pages.shell.markdown import verbatim
from pages.shell.messages import complain, show_notes
from pages.shell.panel import panel
from pages.shell.run.run_controls import Offer
from pages.shell.state import session
from pages.views.data import reading, upload_state
from pages.views.data.upload_state import Source
from rnnlab.experiment import Experiment, choices
from rnnlab.experiment.limits import SENTENCE_CHARACTERS, TEXT_CHARACTERS
from rnnlab.i18n import LabError, Translate
from rnnlab.text.reading import reading_notes
from rnnlab.text.tables.encodings import FILE_MEGABYTES
from rnnlab.text.tables.row_formats import ROW_FORMATS
from rnnlab.text.tables.table_rows import LABEL_CHARACTERS, Selection, UsableRows, new_experiment

NUMBERS = 6  # lines that are named for each reason


def render(t: Translate) -> Offer | None:
    """What the reader brings, and the offer to train on it, as long as it is not what the form says."""
    with panel("data-own", t):
        task = bring(t)
        source = upload_state.source()
        if source is None:
            return None
        line = render_source(source, t)
        try:
            parsed = reading.render(source, task, t)
            rows = upload_state.usable(parsed, parsed.header)
        except LabError as error:
            complain(error.problems)
            line.markdown(t("own.unused"), width="content")
            return None
    with panel("data-taken", t):
        try:
            selection = upload_state.taken(parsed)
        except LabError as error:
            complain(error.problems)
            render_left_out(rows, parsed.without_token, t)
            line.markdown(t("own.unused"), width="content")
            return None
        new = new_experiment(selection, rows)
        used = form_state.value("text") == new.text and form_state.value("task") == new.task
        line.markdown(t("own.in_use" if used else "own.waiting", train=t("own.train")), width="content")
        with st.container(gap="small"):
            summary(selection, t)
            show_notes(tuple(reading_notes(new)))
            render_use(new, used, t)
            left, right = st.columns(2, gap="medium")
            with left:
                taken_otherwise = {"cut": selection.shortened, "joined": selection.joined}
                render_left_out(rows, parsed.without_token | taken_otherwise, t)
            with right:
                render_class_counts(selection, t)
    return None if used else Offer(t("own.train"), partial(apply, new, train=True))


def bring(t: Translate) -> str:
    """What the data is for, and two ways to bring it."""
    task_at_hand = session["run"].experiment.task
    upload_state.settle("data_task", task_at_hand, task_at_hand)
    task = st.segmented_control(
        t("own.task"),
        choices("task"),
        default=session["data_task"],
        key="data_task",
        format_func=lambda name: t(f"task.{name}"),
        required=True,
        persist_state="session",
    )
    task = task or task_at_hand
    st.caption(t(f"own.rows.{task}"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.text_area(
            t("own.paste"),
            key="data_paste",
            height=150,
            placeholder=t(f"own.example.{task}"),
            help=t("own.paste.help"),
            on_change=upload_state.paste,
            persist_state="session",
        )
        upload_state.take_up_paste()
    with right:
        most = megabytes_of(FILE_MEGABYTES)
        refused = t("own.upload.refused", limit=most)
        key, types = upload_state.uploader(), ["csv", "tsv", "txt", "conll", "conllu", "safetensors"]
        file_upload("data", t("own.upload"), refused, types, key, most, upload_state.upload)
        st.caption(t("own.upload.help", limit=most))
    return task


def render_source(source: Source, t: Translate) -> DeltaGenerator:
    """What is at hand, and the way to be rid of it; and the place for a word on whether it is in use."""
    count = len(source.data)
    size = f"{count:,} B" if count < 1_000 else f"{count / 1e3:,.1f} KB"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="data_source"):
        name = verbatim(source.name) if source.name else t("own.pasted")
        st.markdown(t("own.source", name=name, size=size), width="content")
        line = st.container(width="content")
        st.button(t("own.discard"), key="data_discard", on_click=upload_state.discard, type="tertiary")
    return line


def summary(selection: Selection, t: Translate) -> None:
    """How many rows of how many, and why."""
    sizes = {"usable": f"{selection.usable:,}", "characters": f"{len(selection.text):,}"}
    if len(selection.lines) == selection.usable:
        st.markdown(t("own.takes.all", **sizes))
    else:
        st.markdown(t("own.takes.some", taken=f"{len(selection.lines):,}", limit=f"{TEXT_CHARACTERS:,}", **sizes))
    if lost := [label for label, (_, kept) in selection.class_counts.items() if not kept]:
        st.warning(t("own.lost", labels=" ".join(map(verbatim, lost))))


def render_use(new: Experiment, used: bool, t: Translate) -> None:
    """The button that makes these rows the experiment's text, for who wants to set more first, and the way back."""
    if not used:
        name, tokenizer = t(f"preset.{new.preset}"), t(f"tokenizer.{new.tokenizer}")
        if new.reads_numbers:
            st.caption(t("own.setting.numbers", preset=name))
        else:
            st.caption(t("own.setting", preset=name, tokenizer=tokenizer))
    with st.container(horizontal=True, gap="small"):
        st.button(t("own.use"), key="data_use", on_click=apply, args=(new,), disabled=used)
        if "data_before" in session:
            st.button(t("own.undo"), key="data_undo", on_click=back, type="tertiary")


def apply(new: Experiment, train: bool = False) -> None:
    before = form_state.read()
    if isinstance(before, Experiment):
        session.setdefault("data_before", before)
    open_experiment(new, train)


def back() -> None:
    open_experiment(session.pop("data_before"))


def render_left_out(rows: UsableRows, others: dict[str, tuple[int, ...]], t: Translate) -> None:
    """Reasons, with how many rows each and where they stand. others: likewise of lines that are no row, and of rows
    that are taken otherwise than they stand there."""
    st.subheader(t("own.left_out"), anchor=False)
    reasons = rows.skipped | others
    limits = {"label_long": LABEL_CHARACTERS, "cut": ROW_FORMATS[rows.task].cell_characters}
    listed: list[list[Cell]] = []
    for reason, lines in reasons.items():
        if lines:
            where = ", ".join(map(str, lines[:NUMBERS])) + (" …" if len(lines) > NUMBERS else "")
            why = t(f"reason.{reason}", limit=f"{limits.get(reason, SENTENCE_CHARACTERS):,}")
            listed.append([text(why), number(len(lines)), text(where)])
    if not listed:
        st.caption(t("own.left_out.none"))
        return
    head = [text(t("own.reason")), number(t("own.count")), text(t("own.where"))]
    tables("data-left-out", [TableView(t("own.left_out"), listed, head)], "framed")


def render_class_counts(selection: Selection, t: Translate) -> None:
    """How many rows each class has, most frequent first, and how many of them are taken."""
    if not selection.class_counts:
        return
    st.subheader(t("own.balance"), anchor=False)
    most = max(total for total, _ in selection.class_counts.values())
    rows = [[text(label), bar(total, most), number(kept)] for label, (total, kept) in selection.class_counts.items()]
    head = [text(t("role.label")), text(t("own.balance.total")), number(t("own.balance.taken"))]
    tables("data-balance", [TableView(t("own.balance"), rows, head)], "framed")
