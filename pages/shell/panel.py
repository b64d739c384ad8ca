"""A framed part of a page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypedDict, Unpack

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.opened.opened import opened
from pages.shell.state import session
from rnnlab.explain.comments import in_language
from rnnlab.i18n import Translate

LONG, TALL = 40, 440  # lines of a program that scrolls, and how tall it then is, in pixels


def begin_page() -> None:
    """The panels of a page are told of from here on."""
    session["panels"] = {}


def leave_page() -> None:
    """What was opened on it is closed on the next one."""
    session["opened"] = set()


def listing(code: str, wrap_lines: bool = False, tall: int = TALL) -> None:
    """Lines of Python, with comments in the reader's language. Many of them scroll in a box of their own, `tall` pixels
    high."""
    height = "content" if code.count("\n") < LONG else tall
    st.code(in_language(code, session["lang"]), language="python", wrap_lines=wrap_lines, height=height)


def program_place(t: Translate) -> str:
    """Where the program is from which the lines of another panel go on."""
    return t("code.goes_on", panel=t("panel.shapes"), page=t("page.playground"), norms=t("panel.norms"))


def is_opened(key: str) -> bool:
    """Whether the reader has opened what has this key, on the page where he is."""
    return key in session["opened"]


def popover(
    label: str, key: str, draw: Callable[[], None], more: bool = False, on_opened: Callable[[], None] = lambda: None
) -> None:
    """What opens on a click. Much is in it, so that this is drawn once the reader has opened it, as long as he stays on
    the page. `more`: whether there is something to do, `on_opened`, when he opens it again."""
    drawn = is_opened(key)

    def note_opened() -> None:
        session["opened"] = {*session["opened"], key}
        on_opened()

    with st.popover(label, key=key):
        opened(f"opened_{key}", more or not drawn, note_opened)
        if drawn:
            draw()


def question_mark(name: str, title: str, t: Translate) -> DeltaGenerator:
    """A "?" that opens what there is to say about something. It is drawn by document.css: its own text is its name,
    for those to whom the page is read."""
    return st.popover(t("access.about", title=title), key=f"about_{name}", type="tertiary")


class Explains(TypedDict, total=False):
    """What is behind a panel's "?"."""

    formula: str  # the equation
    code: str  # lines of PyTorch
    goes_on: str  # what these go on from
    about: str  # the words are t("about.<about>") where those of the panel's name would not do
    called: str  # the name whose title and sentence are shown, where it is not the panel's


def explanation(name: str, t: Translate, first: str | Callable[[], None] = "", **explains: Unpack[Explains]) -> None:
    """What is behind a panel's "?"; `first` is what it shows in a sentence, where the panel itself does not say it (a
    function draws more than a sentence)."""
    with question_mark(name, t(f"panel.{explains.get('called', name)}"), t):
        if callable(first):
            first()
        elif first:
            st.markdown(first)
        if formula := explains.get("formula"):
            st.latex(formula)
        if code := explains.get("code"):
            listing(code)
        if goes_on := explains.get("goes_on"):
            st.caption(goes_on)
        st.markdown(t(f"about.{explains.get('about', name)}"))


@contextmanager
def panel(
    name: str, t: Translate, switch: str = "", captioned: bool = True, **explains: Unpack[Explains]
) -> Iterator[None]:
    """A framed part, keyed `name`: its title, what it shows in one sentence (behind the "?" where it is not
    `captioned`), and on request what `explanation` gives. `switch` is the key of a toggle beside the title, labelled
    t("switch.<key>"), on at first and kept from page to page."""
    called = explains.get("called", name)
    title, caption = t(f"panel.{called}"), t(f"caption.{called}")
    session["panels"] = {**session.get("panels", {}), name: title}
    with st.container(border=True, key=name, gap="xxsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.header(title, width="stretch", anchor=False)
            with st.container(horizontal=True, width="content", wrap=False, gap="small"):
                if switch:
                    on = st.session_state.get(switch, True)
                    st.toggle(t(f"switch.{switch}"), on, key=switch, persist_state="session")
                explanation(name, t, "" if captioned else caption, **explains)
        if captioned:
            st.caption(caption)
        yield
