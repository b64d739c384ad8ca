"""What the page says to the reader: what can't be used and why, and what is worth a note."""

import streamlit as st

from pages.shell.markdown import verbatim
from pages.shell.state import session
from rnnlab.i18n import LANGUAGES, Problem, describe, logged, translator


def complain(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        show = st.warning if problem.code.startswith("limit_") else st.error  # that passes, nobody is at fault
        show(describe(problem, session["lang"], verbatim))


def show_notes(notes: tuple[Problem, ...]) -> None:
    """What was left out or cut, which is no error."""
    for note in notes:
        st.caption(describe(note, session["lang"], verbatim))


def say_unforeseen(error: Exception) -> bool:
    """Of an error in the page itself, for Streamlit: its number in the log, in the place of Streamlit's own words, of
    which it is told that they are not needed."""
    t = translator(session.get("lang", next(iter(LANGUAGES))))
    st.error(t("server.error", number=logged(error)))
    return True
