"""The page Class: the way into a room, and its teacher's board, for the projector."""

import streamlit as st

from pages.shell import navigation, reruns, sharing
from pages.shell.classroom import current_room
from pages.shell.messages import complain
from pages.shell.state import session
from pages.views.room import board
from rnnlab.i18n import Translate

PULSE = 0.5  # seconds: with the time that it takes to be drawn, the board is less than one behind the class
CODE = 6  # characters
WAYS_ON = ("playground", "course")  # for a pupil who has just come in


def render(t: Translate) -> None:
    with st.container():  # always one element, so that what follows keeps its place
        sharing.notes(t)
    st.title(t("page.room"), anchor=False)
    room = current_room.room()
    if room is None:
        complain(current_room.problems())
        render_entrance(t)
    elif current_room.teaches():
        st.fragment(render_board, run_every=PULSE)(t)
    else:
        st.markdown(t("room.pupil.what"))
        with st.container(horizontal=True, gap="small"):
            for page in WAYS_ON:
                st.button(t(f"page.{page}"), key=f"room_to_{page}", on_click=navigation.go_to, args=(page,))


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


def render_board(t: Translate) -> None:
    reruns.meet_redraw()  # of a pupil's run that is to be shown
    current_room.report()
    room = current_room.watched()
    if room is None:
        st.rerun()
    board.render(room, t)
