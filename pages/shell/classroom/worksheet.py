"""A page as a link has it shown to a class: what is left out, and how large it is."""

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shell.run.cursor import put
from pages.shell.run.sight import Cursor
from pages.shell.state import session
from rnnlab.engine.runs import Run
from rnnlab.experiment.links import Link
from rnnlab.experiment.worksheet import Worksheet, to_parameters

HIDDEN = "{} {{display: none !important}}"
SELECTORS = {
    "settings": ".st-key-controls",
    "example": ".st-key-about_preset, .st-key-preset",
    "language": ".st-key-lang",
    "pages": "[data-testid='stTopNavLink'], [data-testid='stSidebarNav'], [data-testid='stExpandSidebarButton']",
}


def arrive(link: Link, run: Run) -> None:
    """By a link, of which this is the run."""
    session["worksheet"] = link.worksheet
    if link.worksheet.epoch is not None or link.worksheet.step is not None:
        epoch = run.until if link.worksheet.epoch is None else link.worksheet.epoch
        put(Cursor(run.id, epoch, link.worksheet.step))
        session["link_cursor"] = session["cursor"]


def worksheet() -> Worksheet:
    return session.get("worksheet", Worksheet())


def render() -> None:
    """What is left out is not seen; it is there, for a worksheet keeps no secrets."""
    selectors = [SELECTORS.get(name, f".stMain .st-key-{name}") for name in worksheet().hidden]
    st.html(f"<style>{HIDDEN.format(', '.join(selectors)) if selectors else ''}</style>")


def looked() -> dict[str, Any] | None:
    """Where a link has led its reader, for the browser."""
    place = session.get("link_cursor")
    return None if place is None else vars(place)


def parameters() -> dict[str, str]:
    """What the address says of it, so that a reload shows the same: where the link has led, too, until the server hears
    that the reader looks elsewhere."""
    place = session.get("link_cursor")
    if place is not None and place == session["cursor"] and place.run == session["run"].id:
        return to_parameters(worksheet())
    return to_parameters(replace(worksheet(), epoch=None, step=None))


def show_all() -> None:
    session["worksheet"] = replace(worksheet(), hidden=())


def present() -> None:
    """The reader has turned the switch."""
    session["worksheet"] = replace(worksheet(), presents=session["presents"])
