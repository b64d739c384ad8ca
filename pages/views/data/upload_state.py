"""What a reader pasted or uploaded, kept in the session and nowhere else, and how it is to be read."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from pages.shell import sharing
from pages.shell.state import session
from rnnlab.i18n import LabError
from rnnlab.text.tables.encodings import DecodedText, decode
from rnnlab.text.tables.headers import has_header, with_header
from rnnlab.text.tables.row_formats import ROW_FORMATS, guess_columns
from rnnlab.text.tables.table import Table, TableRow, guess_delimiter, parse
from rnnlab.text.tables.table_rows import Selection, UsableRow, UsableRows, join_rows, select_rows, usable_rows
from rnnlab.text.tables.tagged import TagColumns, first_lines, guess_layout, tag_columns, tagged_sentences

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """Something that was pasted or uploaded."""

    id: str
    name: str  # of the file; "" where it was pasted
    data: bytes = field(repr=False)
    made: dict[str, tuple[Hashable, Any]] = field(default_factory=dict, repr=False, compare=False)

    def kept(self, name: str, basis: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes, or the LabError that it raises: made anew only when its basis is another."""
        if self.made.get(name, (None, None))[0] != basis:
            made: Any
            try:
                made = make()
            except LabError as error:
                made = error
            self.made[name] = basis, made
        result = self.made[name][1]
        if isinstance(result, LabError):
            raise result
        return result


@dataclass(frozen=True)
class ParsedSource:
    """How a source is read for a task, as the widgets say it."""

    source: Source
    task: str
    layout: str  # of tags, where the task has such
    basis: tuple[Hashable, ...]  # all that the table depends on
    table: Table  # its first row among its rows, whatever that is
    header: bool = False  # whether that one names the columns
    columns: tuple[int, ...] = ()  # one for each of the task's roles
    without_token: dict[str, tuple[int, ...]] = field(default_factory=dict)  # lines of the file, by reason

    @property
    def body(self) -> Table:
        return with_header(self.table) if self.header else self.table


def source() -> Source | None:
    return session.get("data_source")


def receive(name: str, data: bytes) -> None:
    session["data_source"] = Source(uuid4().hex, name, data)
    session["data_encoding"] = session["data_layout"] = session["data_delimiter"] = "auto"
    session["data_quoted"] = True


def paste() -> None:
    typed = session["data_pasted"] = session["data_paste"]
    if typed.strip():
        receive("", typed.encode(errors="replace"))
    elif (old := source()) and not old.name:
        session["data_source"] = None


def take_up_paste() -> None:
    """What stands there when a session begins, for its page has outlived another: to the browser that is no change."""
    if "data_source" not in session:
        paste()


def uploader() -> str:
    """The key of the uploader: another one once its file was discarded, for it can't be emptied otherwise."""
    return f"data_file_{session.get('data_files', 0)}"


def upload() -> None:
    file = st.session_state[uploader()]
    if file is not None and sharing.is_weights(file.name):
        session["data_files"] = session.get("data_files", 0) + 1
        sharing.open_file(file)
    elif file is not None:
        receive(file.name, file.getvalue())
    elif (old := source()) and old.name:
        session["data_source"] = None


def discard() -> None:
    session["data_source"] = None
    session["data_paste"] = session["data_pasted"] = ""
    session["data_files"] = session.get("data_files", 0) + 1


def settle(key: str, basis: Hashable, guess: Any) -> None:
    """Give a widget the lab's guess whenever what the guess rests on is another; until then it is the reader's."""
    if st.session_state.get(f"{key}_basis") != basis or key not in st.session_state:
        st.session_state[f"{key}_basis"] = basis
        st.session_state[key] = guess


# How it is read. Each raises LabError where it can't be.


def decoded(source: Source, encoding: str) -> DecodedText:
    """encoding: "" for the one that it looks like."""
    return source.kept("text", encoding, lambda: decode(source.data, encoding))


def layout(source: Source, text: DecodedText) -> str:
    """The layout of tags that the lab recognises."""
    return source.kept("layout", text.encoding, lambda: guess_layout(text.text))


def delimiter(source: Source, text: DecodedText, task: str) -> str:
    """The delimiter that the lab recognises, in rows as the task needs them."""
    roles = 0 if ROW_FORMATS[task].numeric else len(ROW_FORMATS[task].roles)  # 0: as many as there are
    return source.kept("delimiter", (text.encoding, roles), lambda: guess_delimiter(text.text, source.name, roles))


def table(source: Source, basis: tuple[Hashable, ...], text: DecodedText, sign: str, quoted: bool, task: str) -> Table:
    """All rows, the first one among them. Whether that one is a header is guessed, and waits in the widget for it."""
    wanted = len(ROW_FORMATS[task].roles)
    found = source.kept("table", basis, lambda: parse(text.text, sign, quoted, wanted))
    settle("data_header", (source.id, basis), source.kept("header", basis, lambda: has_header(found)))
    return found


def token_columns(source: Source, basis: tuple[Hashable, ...], text: DecodedText) -> TagColumns:
    """How lines of a token and its tag are parted. Whether the first one names the columns is guessed likewise."""
    found = source.kept("token columns", basis, lambda: tag_columns(first_lines(text.text)))
    settle("data_header", (source.id, basis), bool(found.header))
    for role, place in zip(("token", "tag"), found.token_and_tag, strict=True):
        settle(f"data_column_{role}", (source.id, basis), place)
    return found


def sentences(
    source: Source, basis: tuple[Hashable, ...], text: DecodedText, columns: TagColumns, token: int, tag: int
) -> tuple[Table, dict[str, tuple[int, ...]]]:
    return source.kept("table", basis, lambda: tagged_sentences(text.text, columns, token, tag))


def guess(source: Source, basis: tuple[Hashable, ...], found: Table, task: str) -> None:
    """The column of each role is guessed, and waits in the widget for it."""
    places = source.kept("columns", (basis, found.header, task), lambda: guess_columns(found, task))
    for role, place in zip(ROW_FORMATS[task].roles, places, strict=True):
        settle(f"data_column_{role}", (source.id, basis, task), place)


def joined(parsed: ParsedSource, header: bool) -> Table:
    """The table with the delimiters in sentences as part of them, if the first row is a header or is none."""
    table = replace(parsed, header=header)
    basis = parsed.basis, parsed.columns
    return parsed.source.kept(f"joined {header}", basis, lambda: join_rows(table.body, parsed.columns, parsed.task))


def usable(parsed: ParsedSource, header: bool) -> UsableRows:
    """The rows that can be taken, if the first one is a header or is none: both are said, and the others read once."""

    def make() -> list[UsableRows]:
        read: dict[TableRow, UsableRow | str] = {}
        tables = [joined(parsed, either) for either in (False, True)]
        return [usable_rows(table, parsed.columns, parsed.task, parsed.layout, read) for table in tables]

    return parsed.source.kept("usable", (parsed.basis, parsed.columns), make)[header]


def taken(parsed: ParsedSource) -> Selection:
    basis = parsed.basis, parsed.columns, parsed.header
    return parsed.source.kept("taken", basis, lambda: select_rows(usable(parsed, parsed.header)))
