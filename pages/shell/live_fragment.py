"""What a session keeps and moves on while it is looked at: a run, a race."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def advance(key: str, step: Callable[[T], T]) -> T:
    """Keep under `key` what `step` makes of the value that is kept there, unless a click has replaced it meanwhile.
    Streamlit begins to answer a click before it has ended what it was at, and the older must not undo the newer."""
    before: T = st.session_state[key]
    after = step(before)
    if st.session_state[key] is before:
        st.session_state[key] = after
    return st.session_state[key]
