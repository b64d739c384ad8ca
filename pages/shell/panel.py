"""A framed part of a page."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from rnnlab.i18n import Translate

LONG, TALL = 40, 440  # lines of a program that scrolls, and how tall it then is, in pixels


def listing(code: str, wrap_lines: bool = False) -> None:
    """Lines of Python. Many of them scroll in a box of their own."""
    height = "content" if code.count("\n") < LONG else TALL
    st.code(code, language="python", wrap_lines=wrap_lines, height=height)


def program_place(t: Translate) -> str:
    """Where the program is from which the lines of another panel go on."""
    return t("code.goes_on", panel=t("panel.shapes"), page=t("page.playground"), norms=t("panel.norms"))


@contextmanager
def panel(
    name: str,
    t: Translate,
    formula: str = "",
    code: str = "",
    goes_on: str = "",
    about: str = "",
    switch: str = "",
) -> Iterator[None]:
    """A framed part, keyed `name`: its title, what it shows in one sentence, and on request the equation, the lines of
    PyTorch, what these go on from, and a few words, which are t("about.<about>") where those of the panel's name would
    not do. `switch` is the key of a toggle beside the title, labelled t("switch.<key>"), on at first and kept from page
    to page."""
    with st.container(border=True, key=name, gap="xxsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"**{t(f'panel.{name}')}**", width="stretch")
            with st.container(horizontal=True, width="content", wrap=False, gap="small"):
                if switch:
                    on = st.session_state.get(switch, True)
                    st.toggle(t(f"switch.{switch}"), on, key=switch, persist_state="session")
                with st.popover("?", key=f"about_{name}", type="tertiary"):
                    if formula:
                        st.latex(formula)
                    if code:
                        listing(code)
                    if goes_on:
                        st.caption(goes_on)
                    st.markdown(t(f"about.{about or name}"))
        st.caption(t(f"caption.{name}"))
        yield
