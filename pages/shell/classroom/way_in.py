"""How a class comes into the room: a code, a link and its picture, for the projector, on any page."""

from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from pages.components.copy_link.copy_link import copy_link
from pages.shell.classroom import current_room
from pages.shell.state import session
from rnnlab.experiment import Experiment, preset_experiment
from rnnlab.experiment.links import to_preset
from rnnlab.i18n import Translate
from rnnlab.rooms.room import Room

DOTS = 8  # pixels of the code's smallest square: it is read from the last row


def render(t: Translate) -> None:
    """The dialog, while it is open."""
    room = current_room.room()
    if session.get("room_way_in") and room and current_room.teaches():
        dialog = st.dialog(t("room.way_in.title"), width="large", on_dismiss=lambda: current_room.show_way_in(False))
        dialog(render_way_in)(room, t)


def render_way_in(room: Room, t: Translate) -> None:
    scheme, host, path, _, _ = urlsplit(st.context.url or "")
    path = path.removesuffix("room") if session["here"] == "room" else path or "/"  # the board is nothing for a pupil
    query = f"{prepared()}room={room.code}"
    with st.container(key="room_way_in", horizontal=True, gap="medium"):
        if host:
            code = segno.make(urlunsplit((scheme, host, path, query, "")), error="m", micro=False)
            st.image(code.svg_inline(scale=DOTS, light="white"))
        with st.container():
            st.markdown(t("room.way_in"))
            st.title(room.code, anchor=False)
            labels = {name: t(f"share.{name}") for name in ("link", "copy", "copied", "failed")}
            copy_link(key="room-link", path=path, query=query, labels=labels)
            with st.expander(t("room.teacher_link")):
                st.caption(t("room.teacher_link.what"))
                copy_link(key="room-teacher", query=f"room={room.code}&teach={room.teacher}", labels=labels)


def prepared() -> str:
    """The example that the teacher has open, where he has changed nothing in it: a class begins with that."""
    experiment, lang = session["experiment"], session["lang"]
    if not isinstance(experiment, Experiment) or experiment != preset_experiment(experiment.preset, lang):
        return ""
    return to_preset(experiment.preset) + "&"
