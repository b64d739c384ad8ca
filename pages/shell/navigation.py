"""Going from page to page without losing what the widgets say."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shell import panel
from pages.shell.form import form_state
from pages.shell.reruns import redraw_page, unbroken
from pages.shell.state import session


def go_to(page: str) -> None:
    """Ask for a page, by its name; any other text for the one that is shown. It is drawn next."""
    session["go"] = page
    redraw_page()


def arrive(page: str) -> None:
    """This page is drawn."""
    if session.get("here") != page:
        session["arrivals"] = session.get("arrivals", 0) + 1
        panel.leave_page()
    session["here"] = page


def still() -> None:
    """The browser has drawn the page without timers."""
    session["still"] = True


def unpack() -> None:
    """Give the widgets what they said on the page before."""
    st.session_state.update(session.pop("luggage", {}))


def leave(pages: dict[str, StreamlitPage], here: StreamlitPage) -> bool:
    """Go to the page that was asked for, if it is another. True: as soon as the browser says that it runs no timer any
    more, for a tick that still speaks of the page before would wipe the new one."""
    target = pages.get(session.get("go", ""), here)
    timers = "here" in session and bool(st.context.url)  # a page was drawn, and in a browser
    if target != here and timers and not session.pop("still", False):
        return True
    with unbroken():
        session.pop("go", None)
        if target != here:
            leave_for(target)
    return False


def leave_for(page: StreamlitPage) -> None:
    """With what the widgets say: Streamlit forgets it when a script changes the page."""
    frame = ("lang", "run_on_opening", "loss_log")
    form = {form_state.KEYS[name]: value for name, value in form_state.values().items()}
    session["luggage"] = {key: st.session_state[key] for key in frame if key in st.session_state} | form
    st.switch_page(page)
