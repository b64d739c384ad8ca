"""What a session keeps and moves on while it is looked at: a run, a race."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

T = TypeVar("T")


def advance(key: str, step: Callable[[T], T]) -> T:
    """Keep under `key` what `step` makes of the value that is kept there, unless a click has replaced it meanwhile.
    Streamlit begins to answer a click before it has ended what it was at, and the older must not undo the newer."""
    before: T = st.session_state[key]
    after = step(before)
    if st.session_state[key] is before:
        st.session_state[key] = after
    return st.session_state[key]


def by_timer() -> bool:
    """Whether it is a fragment's turn, and not the whole page's. A widget outside all fragments, such as one of the
    form, that seems to be changed then was not changed by the reader: a timer's tick has brought along the values that
    the browser had before it was told of new ones."""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)
