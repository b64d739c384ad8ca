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


def live_fragment(
    seconds: float, tick: Callable[[], None], moving: Callable[[], bool], body: Callable[[], None]
) -> None:
    """Draw `body` as a part of the page of its own; while something is `moving`, again every so many seconds, each time
    after a `tick`. When it ends or begins to move the whole page is drawn once more, for its buttons change too.

    These are two fragments, not one with a timer or without: a tick that comes late, after the page was drawn anew,
    must find none. Streamlit would drop what of it is not yet sent, but for elements that the browser knows already,
    and a browser that gets these without their containers goes blank.
    """

    def going() -> None:
        tick()
        if not moving():
            st.rerun()  # the timer, which a fragment is given from outside, ends
        body()

    def resting() -> None:
        if moving():
            st.rerun()  # the timer starts
        body()

    for part in (going, resting):  # Streamlit knows a fragment by its function's name, and where it stands
        part.__qualname__ = f"{body.__module__}.{part.__name__}"
    if moving():
        st.fragment(going, run_every=seconds)()
    else:
        st.fragment(resting)()
