"""The line on every page that says in which room of a class one is. It tells the room what the page shows, and follows
the teacher who leads."""

import streamlit as st

from pages.shell import reruns
from pages.shell.classroom import current_room, following, way_in
from pages.shell.classroom.pupil_look import HUES, name_of
from pages.shell.messages import complain
from pages.shell.run.differences import value_of
from pages.shell.state import session
from rnnlab.i18n import Translate
from rnnlab.rooms.room import Pupil, Room

UNDERLINED = "<style>.st-key-room em {{border-bottom: 0.2rem solid {}}}</style>"
PULSE = 2.0  # seconds: a class is to see what its teacher does while he still speaks of it


def render(t: Translate, page: str) -> None:
    with st.container():  # always one element, so that what follows keeps its place
        if page == "room" and current_room.room() is None:
            return  # which says it all itself
        way_in.render(t)
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
            st.button(t("room.leave"), key="room_leave", on_click=leave)
            return
        if current_room.teaches():
            st.markdown(t("room.teaches", code=room.code, here=len(room.here(current_room.ROOMS.clock()))))
            if pupil := following.shown(room):
                st.html(UNDERLINED.format(HUES[pupil.colour]))
                st.markdown(t("room.shown", name=name_of(pupil, t)))
            st.button(t("room.way_in.title"), key="room_show", on_click=show_way_in)
            on_board = session["here"] == "room"
            if not on_board:
                st.button(t("room.board"), key="room_board", on_click=following.to_board)
            if room.leads or not on_board:  # whom one leads one can let go on the board, too
                st.toggle(t("room.leads"), bool(room.leads), key="room_leads", on_change=following.lead)
            if on_board:
                st.button(t("room.close"), key="room_close", on_click=close, type="tertiary")
                return
        elif pupil := current_room.pupil():
            st.html(UNDERLINED.format(HUES[pupil.colour]))
            st.markdown(said_of(pupil, room, t))
            sent = pupil.link and pupil.link == current_room.own_link()
            label = t("room.sent") if sent else t("room.send")
            help = t("room.send.help")
            st.button(label, key="room_send", on_click=current_room.send, disabled=bool(sent), help=help)
            st.button(t("room.leave"), key="room_leave", on_click=leave)
    if following.is_behind(room):
        st.rerun()


def show_way_in() -> None:
    current_room.show_way_in(True)
    reruns.redraw_page()


def leave() -> None:
    current_room.leave()
    reruns.redraw_page()


def close() -> None:
    current_room.close()
    reruns.redraw_page()


def said_of(pupil: Pupil, room: Room, t: Translate) -> str:
    """Who one is in the room, and in what one differs from the others."""
    said = [t("room.pupil", code=room.code, name=name_of(pupil, t))]
    if room.split:
        dealt = reversed(room.split.dealt(pupil).items())
        said += [t("room.dealt", field=t(f"field.{name}"), value=value_of(name, value, t)) for name, value in dealt]
    if room.leads:
        said.append(t("room.led"))
    return " · ".join(said)
