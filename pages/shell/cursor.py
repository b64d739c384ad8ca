"""Where the reader looks: the epoch and the step, shared by everything on a page that moves together."""

from dataclasses import dataclass

import streamlit as st

from rnnlab.engine.runs import Run
from rnnlab.records.history import History


@dataclass(frozen=True)
class Cursor:
    """Where the reader looks in a run, as the browser told last."""

    run: str = ""
    epoch: int = 0
    step: int | None = None  # of the probe's tokens, from 0; None: none was chosen


def cursor_in(run: Run, history: History) -> Cursor:
    """Where the reader looks in this run: at its newest epoch until the browser has told otherwise."""
    told: Cursor = st.session_state.get("cursor", Cursor())
    newest = history.checkpoints[-1].epoch
    return told if told.run == run.id and not run.going else Cursor(run.id, newest, told.step)


def move(key: str) -> None:
    """The scrubber of this key tells where the reader looks now."""
    told = st.session_state[key].moved
    if told:
        st.session_state.cursor = Cursor(str(told["run"]), int(told["epoch"]), told["step"])
