"""The page Class: the way into a room, and its teacher's board, for the projector."""

from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from pages.components.copy_link.copy_link import copy_link
from pages.shell import reruns, sharing
from pages.shell.classroom import current_room
from pages.shell.messages import complain
from pages.shell.state import session
from pages.views.room import board
from rnnlab.i18n import Translate
from rnnlab.rooms.room import Room

PULSE = 1.0  # seconds: the board is at most that far behind the class
DOTS = 7  # pixels of the code's smallest square
CODE = 6  # characters


def render(t: Translate) -> None:
    with st.container():  # always one element, so that what follows keeps its place
        sharing.notes(t)
    st.title(t("page.room"), anchor=False)
    room = current_room.room()
    if room is None:
        complain(current_room.problems())
        render_entrance(t)
    elif current_room.teaches():
        render_way_in(room, t)
        st.fragment(render_board, run_every=PULSE)(t)
    else:
        st.markdown(t("room.pupil.what"))


def render_entrance(t: Translate) -> None:
    if session.get("room"):
        st.info(t("room.ended"))
    st.markdown(t("room.what"))
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True):
        st.header(t("room.come"), anchor=False)
        with st.form(key="room_form", border=False):
            st.text_input(t("room.code"), key="room_code", max_chars=2 * CODE)
            st.form_submit_button(t("room.enter"), key="room_enter", on_click=come)
    with right, st.container(border=True):
        st.header(t("room.teach"), anchor=False)
        st.markdown(t("room.teach.what"))
        st.button(t("room.open"), key="room_open", type="primary", on_click=current_room.open_room)


def come() -> None:
    current_room.enter_typed(session["room_code"])


def render_way_in(room: Room, t: Translate) -> None:
    """The code, the link and its picture; and the teacher's own link, which is nobody else's."""
    with st.container(border=True, key="room_way_in", horizontal=True, gap="medium"):
        scheme, host, _, _, _ = urlsplit(st.context.url or "")
        address = urlunsplit((scheme, host, "/", f"room={room.code}", ""))
        if host:
            st.image(segno.make(address, error="m", micro=False).svg_inline(scale=DOTS, light="white"))
        with st.container():
            st.markdown(t("room.way_in"))
            st.title(room.code, anchor=False)
            labels = {name: t(f"share.{name}") for name in ("link", "copy", "copied", "failed")}
            copy_link(key="room-link", page="", query=f"room={room.code}", labels=labels)
            with st.expander(t("room.teacher_link")):
                st.caption(t("room.teacher_link.what"))
                copy_link(
                    key="room-teacher", page="room", query=f"room={room.code}&teach={room.teacher}", labels=labels
                )
            st.button(t("room.close"), key="room_close", on_click=current_room.close)


def render_board(t: Translate) -> None:
    reruns.meet_redraw()  # of a pupil's run that is to be shown
    current_room.report()
    room = current_room.room()
    if room is None:
        st.rerun()
    board.render(room, t)
