"""What a reader pasted or uploaded, kept in the session and nowhere else, and how it is to be read."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from pages.shell.state import session
from rnnlab.i18n import LabError, Problem
from rnnlab.text.encodings import decode
from rnnlab.text.row_formats import ROW_FORMATS, guess_columns
from rnnlab.text.table_rows import Selection, select_rows
from rnnlab.text.tables import Table, guess_delimiter, has_header, parse, with_header

T = TypeVar("T")

UPLOAD_MEGABYTES = 25  # more than the lab reads, so that it can say so itself; see server.maxUploadSize


@dataclass(frozen=True)
class Source:
    """Something that was pasted or uploaded."""

    id: str
    name: str  # of the file; "" where it was pasted
    bytes: int
    text: str = ""
    encoding: str = ""
    problems: tuple[Problem, ...] = ()  # why it has no text
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


def source() -> Source | None:
    return session.get("data_source")


def receive(name: str, data: bytes) -> None:
    new = Source(uuid4().hex, name, len(data))
    try:
        text, encoding = decode(data)
        new = replace(new, text=text, encoding=encoding)
    except LabError as error:
        new = replace(new, problems=error.problems)
    session["data_source"] = new
    session["data_delimiter"], session["data_quoted"] = "auto", True


def paste() -> None:
    typed = session["data_paste"]
    if typed.strip():
        receive("", typed.encode(errors="replace"))
    elif (old := source()) and not old.name:
        session["data_source"] = None


def uploader() -> str:
    """The key of the uploader: another one once its file was discarded, for it can't be emptied otherwise."""
    return f"data_file_{session.get('data_files', 0)}"


def upload() -> None:
    file = st.session_state[uploader()]
    if file is not None:
        receive(file.name, file.getvalue())
    elif (old := source()) and old.name:
        session["data_source"] = None


def discard() -> None:
    session["data_source"] = None
    session["data_paste"] = ""
    session["data_files"] = session.get("data_files", 0) + 1


def settle(key: str, basis: Hashable, guess: Any) -> None:
    """Give a widget the lab's guess whenever what the guess rests on is another; until then it is the reader's."""
    if st.session_state.get(f"{key}_basis") != basis or key not in st.session_state:
        st.session_state[f"{key}_basis"] = basis
        st.session_state[key] = guess


# How it is read. Each raises LabError where it can't be.


def delimiter(source: Source, task: str) -> str:
    """The delimiter that the lab recognises, in rows as the task needs them."""
    return guess_delimiter(source.text, source.name, len(ROW_FORMATS[task].roles))


def table(source: Source, sign: str, quoted: bool) -> Table:
    """All rows, the first one among them. Whether that one is a header is guessed, and waits in the widget for it."""
    basis = source.id, sign, quoted
    found = source.kept("table", basis, lambda: parse(source.text, sign, quoted))
    settle("data_header", basis, source.kept("header", basis, lambda: has_header(found)))
    return found


def body(found: Table, header: bool) -> Table:
    return with_header(found) if header and len(found.rows) > 1 else found


def guess(source: Source, found: Table, task: str) -> None:
    """The column of each role is guessed, and waits in the widget for it."""
    basis = source.id, found.delimiter, found.width, task
    places = source.kept("columns", (*basis, found.header), lambda: guess_columns(found, task))
    for role, place in zip(ROW_FORMATS[task].roles, places, strict=True):
        settle(f"data_column_{role}", basis, place)


def taken(source: Source, found: Table, quoted: bool, places: tuple[int, ...], task: str) -> Selection:
    basis = source.id, found.delimiter, quoted, found.header, places, task
    return source.kept("taken", basis, lambda: select_rows(found, places, task))
