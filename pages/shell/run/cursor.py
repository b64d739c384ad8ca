"""Where the reader looks: the epoch and the step, shared by everything on a page that moves together."""

import streamlit as st

from pages.shell.run.sight import Cursor, Sight
from pages.shell.state import session
from rnnlab.engine.runs import Run
from rnnlab.records.history import History


def cursor_in(run: Run, history: History) -> Cursor:
    """Where the reader looks in this run: at its newest epoch until the browser has told otherwise."""
    return cursor_of(session.get("cursor", Cursor()), run, history)


def cursor_of(told: Cursor, run: Run, history: History) -> Cursor:
    """The same, of what the browser told last."""
    newest = history.checkpoints[-1].epoch
    return told if told.run == run.id and not run.going else Cursor(run.id, newest, told.step)


def sight() -> Sight:
    return session.setdefault("sight", Sight())


def put(cursor: Cursor) -> None:
    session["cursor"] = sight().cursor = cursor


def move(key: str) -> None:
    """The scrubber of this key tells where the reader looks now; of a run before, it tells nothing. Nor does one of a
    page that was left while it told: Streamlit has dropped what it said."""
    moved = getattr(st.session_state.get(key), "moved", None)
    if moved and moved["run"] == session["run"].id:
        look_at(key, "moved")


def forget() -> None:
    """Another preset is open: a step that was chosen in the one before is none of its own."""
    put(Cursor())


def look_at(key: str, answer: str) -> bool:
    """A part of the page, by its key, may have told in this answer of its where the reader looks now: {"run", "epoch",
    "step"}. Whether it has."""
    told = getattr(st.session_state[key], answer)
    if told:
        put(Cursor(str(told["run"]), int(told["epoch"]), told["step"]))
    return bool(told)
