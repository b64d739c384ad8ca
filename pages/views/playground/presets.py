"""The way from the front page to all presets."""

import streamlit as st

from pages.components.preset_cards.preset_cards import Card, Topic, preset_cards
from pages.shell.form.presets import open_preset
from pages.shell.state import session
from rnnlab.i18n import Translate
from rnnlab.presets.presets import PRESETS
from rnnlab.presets.topics import SECONDS, TOPICS

KEY = "playground-presets"


def render(t: Translate) -> None:
    topics = [Topic(t(f"topic.{topic}"), [card(preset, t) for preset in presets]) for topic, presets in TOPICS.items()]
    with st.container(key="presets"):
        st.subheader(t("presets.title"), anchor=False)
        labels = {"here": t("card.here")}
        preset_cards(KEY, topics, session["run"].experiment.preset, session["lang"], labels, open_chosen)


def card(preset: str, t: Translate) -> Card:
    time = t("card.seconds", seconds=SECONDS[preset]) if preset in SECONDS else t("card.short")
    return Card(preset, t(f"preset.{preset}"), t(f"shows.{preset}"), t(f"page.{PRESETS[preset].page}"), time)


def open_chosen() -> None:
    preset = st.session_state[KEY].chosen["preset"]
    if preset in PRESETS:
        open_preset(preset)
