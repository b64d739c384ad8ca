"""How what was pasted or uploaded is read: its encoding, its rows and columns, and which of them is what."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.table.table import Cell, TableView, number, tables, text
from pages.shell.form.choice import choose
from pages.shell.markdown import verbatim
from pages.shell.messages import show_notes
from pages.shell.state import session
from pages.views.data import upload_state
from pages.views.data.upload_state import ParsedSource, Source
from rnnlab.i18n import LabError, Translate
from rnnlab.text.normalization import normalization_notes
from rnnlab.text.tables.column_names import given_name
from rnnlab.text.tables.encodings import ENCODINGS, DecodedText
from rnnlab.text.tables.headers import doubtful_label
from rnnlab.text.tables.row_formats import ROW_FORMATS, columns_to_choose
from rnnlab.text.tables.table import DELIMITERS
from rnnlab.text.tables.table_rows import UsableRows
from rnnlab.text.tables.tagged import LAYOUTS

PREVIEW = 8  # rows
SHOWN = 8  # columns
WIDE = 220  # pixels of a select box
NAMED = 4  # classes that a sentence names


@dataclass(frozen=True)
class Places:
    """Where on the page it stands: what is chosen in a box, what is switched on or off, and what is said of it."""

    boxes: DeltaGenerator
    switches: DeltaGenerator
    notes: DeltaGenerator


def render(source: Source, task: str, t: Translate) -> ParsedSource:
    """Raises LabError where it can't be read so; what is to be chosen otherwise is on the page by then."""
    with st.container(key="data_reading", gap="xsmall"):
        boxes = st.container(horizontal=True, gap="small")
        places = Places(boxes, st.container(horizontal=True, gap="medium"), st.container(gap="xxsmall"))
    decoded = decode(source, places, t)
    layout = tag_layout(source, decoded, places, t) if ROW_FORMATS[task].tagged else ""
    read = read_tagged_lines if layout == "columns" else read_table
    parsed = read(source, decoded, task, layout, places, t)
    with places.notes:
        consequences(parsed, t)
    preview(parsed, t)
    return parsed


def decode(source: Source, places: Places, t: Translate) -> DecodedText:
    """The text. In which encoding a file is read can be chosen where that is a guess."""
    if not source.name:
        return upload_state.decoded(source, "UTF-8")
    failure = auto = None
    try:
        auto = upload_state.decoded(source, "")
    except LabError as error:
        failure = error
    chosen = "auto"
    if auto is None or auto.encoding != "UTF-8":
        label = t("encoding.auto", found=auto.encoding) if auto else t("encoding.auto_failed")
        with places.boxes:
            options = {"auto": label} | {name: name for name in ENCODINGS}
            chosen = choose(t("own.encoding"), options, key="data_encoding", width=WIDE)
    if chosen == "auto" and failure:
        raise failure
    decoded = auto if chosen == "auto" and auto else upload_state.decoded(source, chosen)
    with places.notes:
        show_notes(decoded.notes)
    return decoded


def tag_layout(source: Source, decoded: DecodedText, places: Places, t: Translate) -> str:
    auto = upload_state.layout(source, decoded)
    names = {name: t(f"layout.{name}") for name in LAYOUTS}
    with places.boxes:
        options = {"auto": t("layout.auto", found=names[auto])} | names
        chosen = choose(t("own.layout"), options, key="data_layout", width=WIDE + 100)
    return auto if chosen == "auto" else chosen


def read_table(
    source: Source, decoded: DecodedText, task: str, layout: str, places: Places, t: Translate
) -> ParsedSource:
    auto = upload_state.delimiter(source, decoded, task)
    signs = {name: t(f"delimiter.{name}") for name in DELIMITERS}
    with places.boxes:
        options = {"auto": t("delimiter.auto", found=signs[auto])} | signs
        sign = choose(t("own.delimiter"), options, key="data_delimiter", width=WIDE)
    sign = auto if sign == "auto" else sign
    with places.switches:
        quoted = sign in ("lines", "bar") or st.toggle(
            t("own.quoted"),
            session["data_quoted"],
            key="data_quoted",
            help=t("own.quoted.help"),
            persist_state="session",
        )
        basis = decoded.encoding, sign, quoted, task, layout
        table = upload_state.table(source, basis, decoded, sign, quoted, task)
        parsed = ParsedSource(source, task, layout, basis, table, header_toggle(t))
    body = parsed.body
    upload_state.guess(source, basis, body, task)
    names = {place: name_of(body.header, place, t) for place in columns_to_choose(body, task)}
    with places.boxes:
        columns = tuple(
            choose(t("own.column_of", role=t(f"role.{role}")), names, key=f"data_column_{role}", width=WIDE)
            for role in ROW_FORMATS[task].roles
        )
    return replace(parsed, columns=columns)


def read_tagged_lines(
    source: Source, decoded: DecodedText, task: str, layout: str, places: Places, t: Translate
) -> ParsedSource:
    """Lines of a token and its tag each: a sentence is a row then."""
    basis: tuple[Hashable, ...] = (decoded.encoding, task, layout)
    columns = upload_state.token_columns(source, basis, decoded)
    with places.switches:
        columns = columns.with_header(header_toggle(t))
    names = {place: name_of(columns.header, place, t) for place in range(columns.width)}
    with places.boxes:
        token, tag = (
            choose(t("own.column_of", role=t(f"role.{role}")), names, key=f"data_column_{role}", width=WIDE)
            for role in ("token", "tag")
        )
    basis = (*basis, columns.header, token, tag)
    table, without_token = upload_state.sentences(source, basis, decoded, columns, token, tag)
    return ParsedSource(source, task, layout, basis, table, False, (0,), without_token)


def header_toggle(t: Translate) -> bool:
    default = session["data_header"]
    return st.toggle(t("own.header"), default, key="data_header", help=t("own.header.help"), persist_state="session")


def name_of(header: tuple[str, ...], place: int, t: Translate) -> str:
    name = given_name(header[place]) if header else ""
    return t("own.column_named", place=place + 1, name=name) if name else t("own.column", place=place + 1)


def consequences(parsed: ParsedSource, t: Translate) -> None:
    """What follows from how it is read: which tags there are, and what the first row would be either way."""
    if parsed.layout == "untagged":
        st.caption(t("own.untagged"))
    elif parsed.layout:
        rows = upload_state.usable(parsed, parsed.header)
        sizes = {
            "rows": f"{len(rows.rows):,}",
            "tokens": f"{sum(rows.tags.values()):,}",
            "count": f"{len(rows.tags):,}",
        }
        st.caption(t("own.tags", tags=some(rows.tags), **sizes))
    if parsed.layout != "columns":
        header, data = (upload_state.usable(parsed, either) for either in (True, False))
        outcomes = t("own.header.outcome", header=outcome(header, t), data=outcome(data, t))
        if label := doubtful_label(parsed.table.rows[0].cells, header.labels, data.labels):
            st.warning(t("own.header.doubtful", label=verbatim(label), outcomes=outcomes))
        else:
            st.caption(outcomes)


def outcome(rows: UsableRows, t: Translate) -> str:
    count, labels = f"{len(rows.rows):,}", rows.labels
    if not labels:
        return t("own.header.rows", rows=count)
    return t("own.header.classes", rows=count, count=f"{len(labels):,}", labels=some(labels))


def some(names: dict[str, int]) -> str:
    """The first few of these, as they were typed."""
    return " ".join(map(verbatim, list(names)[:NAMED])) + (" …" if len(names) > NAMED else "")


def preview(parsed: ParsedSource, t: Translate) -> None:
    """The first rows. The chosen columns are there wherever they stand; of many others only the first."""
    table = upload_state.joined(parsed, parsed.header)
    roles = dict(zip(parsed.columns, ROW_FORMATS[parsed.task].roles, strict=False))
    others = [place for place in table.filled if place not in roles]
    places = sorted([*roles, *others[: max(0, SHOWN - len(roles))]])

    def tone(place: int) -> str:
        return "chosen" if place in roles else ""

    def title(place: int) -> str:
        name = name_of(table.header, place, t)
        return t("own.column_as", column=name, role=t(f"role.{roles[place]}")) if place in roles else name

    head = [number(t("own.line")), *(text(title(place), tone(place)) for place in places)]
    rows = [
        [
            number(row.number),
            *(preview_cell(row.cells[place] if place < len(row.cells) else "", place in roles, t) for place in places),
        ]
        for row in table.rows[:PREVIEW]
    ]
    with st.container(gap="xxsmall"):
        tables("data-preview", [TableView(t("own.preview"), rows, head)], "framed")
        if parsed.layout != "columns":  # where rows are put together of lines, which is said above
            sizes = {"rows": f"{len(table.rows):,}", "columns": len(table.filled), "shown": len(rows)}
            st.caption(t("own.preview.all" if len(rows) == len(table.rows) else "own.preview.some", **sizes))
        if len(places) < len(table.filled):
            st.caption(t("own.preview.columns", limit=len(places)))


def preview_cell(content: str, chosen: bool, t: Translate) -> Cell:
    """A cell as it stands in the file, and where it is chosen what of it is read otherwise."""
    if not chosen:
        return text(content)
    found = {note.code: note.values["value"] for note in normalization_notes([content])}
    said = [t("own.preview.dropped", value=found["characters_dropped"])] if "characters_dropped" in found else []
    said += [t("own.preview.composed", value=found["characters_composed"])] if "characters_composed" in found else []
    return text(content, "chosen", note="; ".join(said))
