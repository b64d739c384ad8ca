"""The parts of the Text page, of which one is computed and sent at a time."""

import streamlit as st

from pages.views.text import batches, cuts, packing, vocabulary
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate

PARTS = {"cut": cuts.render, "words": vocabulary.render, "windows": batches.render, "packed": packing.render}
OPENS_ON = {"embedding": "words", "windows": "windows", "packed": "packed"}  # lesson -> part


def render(run: Run, t: Translate) -> None:
    if st.session_state.pop("recut", False):  # a callback has written into the form, which stands outside this part
        st.rerun()
    lesson = run.experiment.preset
    if st.session_state.get("text_lesson") != lesson:
        st.session_state.text_lesson = lesson
        st.session_state.text_part = OPENS_ON.get(lesson, "cut")
    part = st.segmented_control(
        t("parts"),
        list(PARTS),
        format_func=lambda name: t(f"part.{name}"),
        key="text_part",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    PARTS[part or "cut"](run, t)
