"""A link for a class: what it opens, where its readers look first, what is left out of the page, and its QR code."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

import segno
import streamlit as st

from pages.components.copy_link.copy_link import copy_link
from pages.shell.classroom import reachable
from pages.shell.classroom.worksheet import worksheet
from pages.shell.guide import current_lesson
from pages.shell.run import cursor
from pages.shell.state import session
from rnnlab.experiment.links import fits_in_address
from rnnlab.experiment.worksheet import FRAME, Worksheet, to_parameters
from rnnlab.i18n import Translate

DOTS = 6  # pixels of a code's smallest square: it is read off a projector
MOST = 1_200  # characters of an address: a code of more has squares too small for that


def render(query_in: Callable[[str, bool], str], t: Translate) -> None:
    """The button, and what it opens. `query_in` gives the query of the experiment's link, for readers of a language or,
    where it is given "", for readers of any; and whether they are led to an epoch, which is to be trained for them."""
    st.button(t("class_link.open"), key="class_link", on_click=unfold, args=(True,))
    if session.get("class_link_open"):
        dialog = st.dialog(t("class_link.title"), width="large", on_dismiss=lambda: unfold(False))
        dialog(render_choices)(query_in, t)


def unfold(open: bool) -> None:
    session["class_link_open"] = open


def render_choices(query_in: Callable[[str, bool], str], t: Translate) -> None:
    """Side by side with the code, which is as high as all of them: on 720 lines nothing is out of sight."""
    with st.container(key="class_link_parts", horizontal=True, gap="medium"):
        with st.container():
            query = render_parts(query_in, t)
        if query:
            render_code(query, t)


def render_parts(query_in: Callable[[str, bool], str], t: Translate) -> str:
    """What the link opens. Its query; "" where it would be too long for an address."""
    st.markdown(t("class_link.what"))
    place = looked_at(t)
    led = current_lesson.lesson() is None  # in a lesson each pupil trains
    here = bool(place) and st.toggle(t("class_link.place", place=place[1]), led, key="class_link_place")
    parts = {name: t(f"class_link.{name}") for name in FRAME} | session.get("panels", {})
    chosen = [name for name in worksheet().hidden if name in parts]
    hidden = st.multiselect(
        t("class_link.hide"),
        list(parts),
        chosen,
        parts.__getitem__,
        key="class_link_hide",
        placeholder=t("class_link.nothing"),
        select_all=False,
    )
    presents = st.toggle(t("share.present"), worksheet().presents, key="class_link_present")
    epoch, step = place[0] if place and here else (None, None)
    parameters = to_parameters(Worksheet(epoch, step, tuple(hidden), presents))
    query = query_in(session["lang"] if "language" in hidden else "", here)
    query = "&".join(filter(None, (query, urlencode(parameters, safe=","))))
    if hidden:
        st.caption(t("class_link.no_secret"))
    if not fits_in_address(query):
        st.info(t("class_link.long"))
        return ""
    labels = {name: t(f"share.{name}") for name in ("link", "copy", "copied", "failed")}
    copy_link(key="class-link", query=query, labels=labels)
    reachable.warn(urlsplit(st.context.url or "").netloc, t)
    return query


def looked_at(t: Translate) -> tuple[tuple[int, int | None], str] | None:
    """The epoch and the step that the reader looks at, and what they are called. None where there is nothing to look at
    yet."""
    run = session["run"]
    if run.history is None or run.going or not run.epoch:
        return None
    place = cursor.cursor_in(run, run.history)
    name = t("class_link.epoch", epoch=place.epoch)
    if place.step is not None:
        name += t("class_link.step", step=place.step + 1)
    return (place.epoch, place.step), name


def render_code(query: str, t: Translate) -> None:
    """Made here: no service is asked. The address is the one by which this browser has found the lab."""
    scheme, host, path, _, _ = urlsplit(st.context.url or "")
    address = urlunsplit((scheme, host, path, query, ""))
    if not host or len(address) > MOST:
        st.caption(t("class_link.no_code", limit=f"{MOST:,}"))
        return
    code = segno.make(address, error="m", micro=False)
    st.image(code.svg_inline(scale=DOTS, light="white"), caption=t("class_link.code"))
