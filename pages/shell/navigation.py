"""Going from page to page without losing what the widgets say."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shell import form_state


def leave(pages: dict[str, StreamlitPage], here: StreamlitPage) -> bool:
    """Go to the page that was asked for, if it is another. True: as soon as the browser says that it runs no timer any
    more, for a tick that still speaks of the page before would wipe the new one."""
    wanted = pages.get(st.session_state.get("go", ""), here)
    timers = "here" in st.session_state and bool(st.context.url)  # a page was drawn, and in a browser
    if wanted != here and timers and not st.session_state.pop("still", False):
        return True
    st.session_state.pop("go", None)
    if wanted != here:
        form_state.fill(st.session_state.run.experiment)  # the browser may not have told yet that it knows
        leave_for(wanted)
    return False


def leave_for(page: StreamlitPage) -> None:
    """Go on to another page, with what the widgets say: Streamlit forgets it when a script changes the page."""
    frame = ("lang", "run_on_opening", "loss_log", *form_state.KEYS.values())
    st.session_state.luggage = {key: st.session_state[key] for key in frame if key in st.session_state}
    st.switch_page(page)
