"""A part of a page that is drawn again and again while something goes on: a run, a race."""

from collections.abc import Callable

import streamlit as st

from pages.shell.reruns import meet_redraw


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
        meet_redraw()
        tick()
        if not moving():
            st.rerun()  # the timer, which a fragment is given from outside, ends
        body()

    def resting() -> None:
        meet_redraw()
        if moving():
            st.rerun()  # the timer starts
        body()

    for part in (going, resting):  # Streamlit knows a fragment by its function's name, and where it stands
        part.__qualname__ = f"{body.__module__}.{part.__name__}"
    if moving():
        st.fragment(going, run_every=seconds)()
    else:
        st.fragment(resting)()
