"""The line on every page that says in which room of a class one is. It tells the room what the page shows, and follows
the teacher who leads."""

import streamlit as st

from pages.shell import reruns
from pages.shell.classroom import current_room, following
from pages.shell.messages import complain
from pages.shell.state import session
from rnnlab.i18n import Translate
from rnnlab.rooms.room import Pupil, Room

PULSE = 2.0  # seconds: a class is to see what its teacher does while he still speaks of it


def render(t: Translate, page: str) -> None:
    with st.container():  # always one element, so that what follows keeps its place
        if page == "room" and (current_room.room() is None or current_room.teaches()):
            return  # which says it all itself
        complain(current_room.problems())
        if session.get("room"):
            st.fragment(line, run_every=PULSE)(t)


def line(t: Translate) -> None:
    reruns.meet_redraw()  # of a button here that leads to another page
    current_room.report()
    room = current_room.room()
    with st.container(key="room", horizontal=True, vertical_alignment="center", gap="small"):
        if room is None:
            st.markdown(t("room.ended"))
            st.button(t("room.leave"), key="room_leave", on_click=current_room.leave)
            return
        if current_room.teaches():
            st.markdown(t("room.teaches", code=room.code, here=len(room.here(current_room.ROOMS.clock()))))
            st.button(t("room.board"), key="room_board", on_click=following.to_board)
            leads = bool(room.leads)
            st.toggle(t("room.leads"), leads, key="room_leads", on_change=following.lead)
        elif pupil := current_room.pupil():
            st.markdown(said_of(pupil, room, t))
            sent = pupil.link and pupil.link == current_room.own_link()
            label = t("room.sent") if sent else t("room.send")
            st.button(label, key="room_send", on_click=current_room.send, disabled=bool(sent))
            st.button(t("room.leave"), key="room_leave", on_click=current_room.leave)
    if following.is_behind(room):
        st.rerun()


def said_of(pupil: Pupil, room: Room, t: Translate) -> str:
    """Who one is in the room, and in what one differs from the others."""
    who = t("room.pupil", code=room.code, name=name_of(pupil, t))
    if room.split is None:
        return who
    return f"{who} · {t(f'field.{room.split.field}')}: {room.split.value_of(pupil)}"


def name_of(pupil: Pupil, t: Translate) -> str:
    """A colour and an animal."""
    return t("room.name", colour=t(f"room.colour.{pupil.colour}"), animal=t(f"room.animal.{pupil.animal}"))
