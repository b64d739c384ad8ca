"""Where the reader looks: the epoch and the step, shared by everything on a page that moves together."""

import streamlit as st

from pages.shell.state import Cursor, session
from rnnlab.engine.runs import Run
from rnnlab.records.history import History


def cursor_in(run: Run, history: History) -> Cursor:
    """Where the reader looks in this run: at its newest epoch until the browser has told otherwise."""
    told = session.get("cursor", Cursor())
    newest = history.checkpoints[-1].epoch
    return told if told.run == run.id and not run.going else Cursor(run.id, newest, told.step)


def move(key: str) -> None:
    """The scrubber of this key tells where the reader looks now; of a run before, it tells nothing."""
    if st.session_state[key].moved and st.session_state[key].moved["run"] == session["run"].id:
        look_at(key, "moved")


def forget() -> None:
    """Another preset is open: a step that was chosen in the one before is none of its own."""
    session["cursor"] = Cursor()


def look_at(key: str, answer: str) -> bool:
    """A part of the page, by its key, may have told in this answer of its where the reader looks now: {"run", "epoch",
    "step"}. Whether it has."""
    told = getattr(st.session_state[key], answer)
    if told:
        session["cursor"] = Cursor(str(told["run"]), int(told["epoch"]), told["step"])
    return bool(told)
