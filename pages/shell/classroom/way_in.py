"""How a class comes into the room: a code, a link and its picture, for the projector, on any page."""

from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from pages.components.copy_link.copy_link import copy_link
from pages.shell.classroom import current_room, reachable
from pages.shell.guide import current_lesson
from pages.shell.state import session
from rnnlab.experiment import Experiment, preset_experiment
from rnnlab.experiment.links import to_link, to_preset, to_step
from rnnlab.i18n import Translate
from rnnlab.rooms.room import Room

LONGEST = 1_100  # characters of an experiment: beyond that the picture's squares are too small for a projector
PULSE = 0.5  # seconds, as on the board
DOTS, LARGE = 8, 480  # pixels of the code's smallest square, for it is read from the last row; of all of it at most


def render(t: Translate) -> None:
    """The dialog, while it is open."""
    room = current_room.room()
    if session.get("room_way_in") and room and current_room.teaches():
        dialog = st.dialog(t("room.way_in.title"), width="large", on_dismiss=lambda: current_room.show_way_in(False))
        dialog(render_way_in)(room, t)


def render_way_in(room: Room, t: Translate) -> None:
    scheme, host, path, _, _ = urlsplit(st.context.url or "")
    path = path.removesuffix("room") if session["here"] == "room" else path or "/"  # the board is nothing for a pupil
    begins, told = prepared()
    query = f"{begins}room={room.code}"
    with st.container(key="room_way_in", horizontal=True, gap="medium"):
        if host:
            code = segno.make(urlunsplit((scheme, host, path, query, "")), error="m", micro=False)
            st.image(code.svg_inline(scale=min(DOTS, LARGE / code.symbol_size()[0]), light="white"))
        with st.container():
            st.markdown(t("room.way_in"))
            st.title(room.code, anchor=False)
            st.fragment(render_count, run_every=PULSE)(t)
            if not told:
                st.caption(t("room.not_told"))
            reachable.warn(host, t)
            labels = {name: t(f"share.{name}") for name in ("link", "copy", "copied", "failed")}
            copy_link(key="room-link", path=path, query=query, labels=labels)
            with st.expander(t("room.teacher_link")):
                st.caption(t("room.teacher_link.what"))
                copy_link(key="room-teacher", query=f"room={room.code}&teach={room.teacher}", labels=labels)


def render_count(t: Translate) -> None:
    """How many have come, as they come."""
    room = current_room.room()
    if room:
        with st.container(key="room_count"):
            st.markdown(t("room.here", here=len(room.here(current_room.ROOMS.clock()))))


def prepared() -> tuple[str, bool]:
    """What the teacher has open, for a class begins with that: a step of a lesson, an example by its name alone, or an
    experiment as it is. And whether it could be told: one that is too long for a picture could not."""
    experiment, lang = session["experiment"], session["lang"]
    if lesson := current_lesson.lesson():
        return to_step(lesson.id, current_lesson.progress_of(lesson).at) + "&", True
    if not isinstance(experiment, Experiment):
        return "", True
    if experiment == preset_experiment(experiment.preset, lang):
        return to_preset(experiment.preset) + "&", True
    whole = to_link(experiment, lang)
    return (whole + "&", True) if len(whole) <= LONGEST else ("", False)
