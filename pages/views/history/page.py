"""The chapter on history: its sections, and between them what each age can do with the reader's own text."""

import streamlit as st

from pages.shell.run import run_page
from pages.shell.state import session
from pages.views.history import demonstrations
from rnnlab.i18n import Translate
from rnnlab.presets.chapter import chapter


def render(t: Translate) -> None:
    lang = session["lang"]
    sections = chapter("history", lang)

    def render_section(id: str) -> None:
        section = sections[id]
        st.markdown(f"{'#' * (section.level + 1)} {section.title}")
        st.markdown(section.body)

    run_page.render("history", t, alone=False, scrubs="weights")
    with st.container(width=840, key="chapter"):  # lines that the eye can follow
        render_section("opening")
        demonstrations.render_years(t)
        render_section("rules")
        demonstrations.render_rules(t, lang)
        render_section("rules-end")
        render_section("statistics")
        own = demonstrations.render_own_text(t)
        if own:
            demonstrations.render_counts(t, own)
        render_section("statistics-end")
        render_section("learning")
        if own:
            demonstrations.render_template(t, own)
        render_section("learning-end")
        render_section("networks")
        if own:
            demonstrations.render_network(t, own)
        render_section("networks-end")
        render_section("onward")
        demonstrations.render_onward(t)
