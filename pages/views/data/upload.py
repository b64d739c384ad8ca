"""The reader's own data: pasted or uploaded, looked at, and made the text of a new experiment."""

from pathlib import Path

import streamlit as st

from pages.components.table.table import Cell, TableView, bar, number, tables, text
from pages.shell.form import form_state
from pages.shell.form.choice import choose
from pages.shell.form.lessons import open_experiment
from pages.shell.markdown import verbatim
from pages.shell.messages import complain
from pages.shell.panel import panel
from pages.shell.state import session
from pages.views.data import upload_state
from pages.views.data.upload_state import Source
from rnnlab.experiment import Experiment, choices
from rnnlab.experiment.limits import SENTENCE_CHARACTERS, TEXT_CHARACTERS
from rnnlab.i18n import LabError, Translate
from rnnlab.text.encodings import FILE_BYTES
from rnnlab.text.row_formats import ROW_FORMATS
from rnnlab.text.table_rows import LABEL_CHARACTERS, Selection, new_experiment
from rnnlab.text.tables import DELIMITERS, Table

STYLE = Path(__file__).with_name("upload.css")
PREVIEW = 8  # rows
SHOWN = 8  # columns
WIDE = 220  # pixels of a select box
NUMBERS = 6  # lines that are named for each reason


def render(t: Translate) -> None:
    with panel("data-own", t):
        task = offer(t)
        source = upload_state.source()
        if source is None:
            return
        render_source(source, t)
        complain(source.problems)
        if source.problems:
            return
        try:
            table, places, quoted = read(source, task, t)
        except LabError as error:
            complain(error.problems)
            return
    with panel("data-taken", t):
        try:
            selection = upload_state.taken(source, table, quoted, places, task)
            new = new_experiment(selection, task)
        except LabError as error:
            complain(error.problems)
            return
        with st.container(gap="small"):
            summary(selection, t)
            render_use(new, t)
            left, right = st.columns(2, gap="medium")
            with left:
                render_left_out(selection, task, t)
            with right:
                render_class_counts(selection, t)


def offer(t: Translate) -> str:
    """What the data is for, and two ways to bring it."""
    task_at_hand = session["run"].experiment.task
    upload_state.settle("data_task", task_at_hand, task_at_hand)
    task = st.segmented_control(
        t("own.task"),
        choices("task"),
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
    with right, st.container(key="data_upload", gap="xxsmall"):
        st.html(STYLE)
        st.file_uploader(
            t("own.upload"),
            type=["csv", "tsv", "txt"],
            key=upload_state.uploader(),
            max_upload_size=upload_state.UPLOAD_MEGABYTES,
            on_change=upload_state.upload,
        )
        st.caption(t("own.upload.help", limit=f"{FILE_BYTES / 1e6:g}"))
    return task


def render_source(source: Source, t: Translate) -> None:
    """What is at hand, and the way to be rid of it."""
    size = f"{source.bytes:,} B" if source.bytes < 1_000 else f"{source.bytes / 1e3:,.1f} KB"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="data_source"):
        name = verbatim(source.name) if source.name else t("own.pasted")
        st.markdown(
            t("own.source", name=name, size=size) + (f" · {source.encoding}" if source.encoding else ""),
            width="content",
        )
        st.button(t("own.discard"), key="data_discard", on_click=upload_state.discard, type="tertiary")
    if source.encoding == "GB18030":
        st.caption(t("own.garbled"))


def read(source: Source, task: str, t: Translate) -> tuple[Table, tuple[int, ...], bool]:
    """How the text is parted into rows and columns, and what of it is which; with its first rows."""
    auto = upload_state.delimiter(source, task)
    with st.container(key="data_reading", gap="xsmall"):
        selects = st.container(horizontal=True, gap="small")
        switches = st.container(horizontal=True, gap="medium")
    with selects:
        signs = {name: t(f"delimiter.{name}") for name in DELIMITERS}
        sign = choose(
            t("own.delimiter"),
            {"auto": t("delimiter.auto", found=signs[auto])} | signs,
            key="data_delimiter",
            width=WIDE,
        )
    sign = auto if sign == "auto" else sign
    with switches:
        quoted = sign in ("lines", "bar") or st.toggle(
            t("own.quoted"), key="data_quoted", help=t("own.quoted.help"), persist_state="session"
        )
        table = upload_state.table(source, sign, quoted)
        header = st.toggle(t("own.header"), key="data_header", help=t("own.header.help"), persist_state="session")
    table = upload_state.body(table, header)
    upload_state.guess(source, table, task)
    with selects:
        places = tuple(column(table, role, t) for role in ROW_FORMATS[task].roles)
    with st.container(gap="xxsmall"):
        preview(table, dict(zip(places, ROW_FORMATS[task].roles, strict=False)), t)
    return table, places, quoted


def column(table: Table, role: str, t: Translate) -> int:
    names = {place: name_of(table, place, t) for place in range(table.width)}
    return choose(t("own.column_of", role=t(f"role.{role}")), names, key=f"data_column_{role}", width=WIDE)


def name_of(table: Table, place: int, t: Translate) -> str:
    name = table.header[place] if table.header else ""
    return t("own.column_named", place=place + 1, name=name) if name else t("own.column", place=place + 1)


def preview(table: Table, roles: dict[int, str], t: Translate) -> None:
    """The first rows. The chosen columns are there wherever they stand; of many others only the first."""
    others = [place for place in range(table.width) if place not in roles]
    places = sorted([*roles, *others[: max(0, SHOWN - len(roles))]])

    def tone(place: int) -> str:
        return "chosen" if place in roles else ""

    def title(place: int) -> str:
        name = name_of(table, place, t)
        return t("own.column_as", column=name, role=t(f"role.{roles[place]}")) if place in roles else name

    head = [number(t("own.line")), *(text(title(place), tone(place)) for place in places)]
    rows = [
        [
            number(row.number),
            *(text(row.cells[place] if place < len(row.cells) else "", tone(place)) for place in places),
        ]
        for row in table.rows[:PREVIEW]
    ]
    tables("data-preview", [TableView(t("own.preview"), rows, head)], "framed")
    sizes = {"rows": f"{len(table.rows):,}", "columns": table.width, "shown": len(rows)}
    st.caption(t("own.preview.size", **sizes))
    if len(places) < table.width:
        st.caption(t("own.preview.columns", limit=len(places)))


def summary(selection: Selection, t: Translate) -> None:
    """How many rows of how many, and why."""
    sizes = {"usable": f"{selection.usable:,}", "characters": f"{len(selection.text):,}"}
    if len(selection.lines) == selection.usable:
        st.markdown(t("own.takes.all", **sizes))
    else:
        st.markdown(t("own.takes.some", taken=f"{len(selection.lines):,}", limit=f"{TEXT_CHARACTERS:,}", **sizes))
    if lost := [label for label, (_, kept) in selection.class_counts.items() if not kept]:
        st.warning(t("own.lost", labels=" ".join(map(verbatim, lost))))


def render_use(new: Experiment, t: Translate) -> None:
    """The button that makes these rows the experiment's text, and the way back."""
    used = form_state.value("text") == new.text and form_state.value("task") == new.task
    if used:
        st.success(t("own.in_use"))
    else:
        lesson, tokenizer = t(f"preset.{new.preset}"), t(f"tokenizer.{new.tokenizer}")
        st.caption(t("own.setting", lesson=lesson, tokenizer=tokenizer))
    with st.container(horizontal=True, gap="small"):
        st.button(t("own.use"), key="data_use", on_click=apply, args=(new,), type="primary", disabled=used)
        if "data_before" in session:
            st.button(t("own.undo"), key="data_undo", on_click=back, type="tertiary")


def apply(new: Experiment) -> None:
    before = form_state.read()
    if isinstance(before, Experiment):
        session.setdefault("data_before", before)
    open_experiment(new)


def back() -> None:
    open_experiment(session.pop("data_before"))


def render_left_out(selection: Selection, task: str, t: Translate) -> None:
    """Reasons, with how many rows each and where they stand."""
    st.markdown(f"**{t('own.left_out')}**")
    reasons = dict(selection.skipped) | ({"cut": selection.shortened} if selection.shortened else {})
    if not reasons:
        st.caption(t("own.left_out.none"))
        return
    limits = {"label_long": LABEL_CHARACTERS, "cut": ROW_FORMATS[task].cell_characters}
    rows: list[list[Cell]] = []
    for reason, lines in reasons.items():
        where = ", ".join(map(str, lines[:NUMBERS])) + (" …" if len(lines) > NUMBERS else "")
        why = t(f"reason.{reason}", limit=f"{limits.get(reason, SENTENCE_CHARACTERS):,}")
        rows.append([text(why), number(len(lines)), text(where)])
    head = [text(t("own.reason")), number(t("own.count")), text(t("own.where"))]
    tables("data-left-out", [TableView(t("own.left_out"), rows, head)], "framed")


def render_class_counts(selection: Selection, t: Translate) -> None:
    """How many rows each class has, most frequent first, and how many of them are taken."""
    if not selection.class_counts:
        return
    st.markdown(f"**{t('own.balance')}**")
    most = max(total for total, _ in selection.class_counts.values())
    rows = [[text(label), bar(total, most), number(kept)] for label, (total, kept) in selection.class_counts.items()]
    head = [text(t("role.label")), text(t("own.balance.total")), number(t("own.balance.taken"))]
    tables("data-balance", [TableView(t("own.balance"), rows, head)], "framed")
