"""The parts of the Text page, of which one is computed and sent at a time."""

from collections.abc import Callable

import streamlit as st

from pages.shell.guide import openings
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.text import batches, loader, packing, segmentation, vocabulary

PARTS: dict[str, Callable[[RunView], None]] = {
    "cut": lambda view: segmentation.render(view.run, view.t),
    "words": vocabulary.render,
    "windows": batches.render,
    "loader": loader.render,
    "packed": packing.render,
}
OPENS_ON = {"embedding": "words", "windows": "windows", "packed": "packed"}  # preset -> part


def render(view: RunView) -> None:
    original, t = view.experiment.preset, view.t
    if view.reads == "numbers":
        st.info(t("text.numbers"))
        batches.render(view)
        return
    if session.get("text_preset") != original:
        session["text_preset"] = original
        session["text_part"] = openings.part_of("text") or OPENS_ON.get(original, "cut")
    part = st.segmented_control(
        t("parts"),
        list(PARTS),
        default=session["text_part"],
        format_func=lambda name: t(f"part.{name}"),
        key="text_part",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    PARTS[part or "cut"](view)
