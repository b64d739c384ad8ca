"""The way from the front page to all lessons."""

import streamlit as st

from pages.components.lesson_cards.lesson_cards import Card, Topic, lesson_cards
from pages.shell.form.lessons import open_lesson
from pages.shell.state import session
from rnnlab.i18n import Translate
from rnnlab.lessons.presets import LESSONS
from rnnlab.lessons.topics import SECONDS, TOPICS

KEY = "playground-lessons"


def render(t: Translate) -> None:
    topics = [Topic(t(f"topic.{topic}"), [card(preset, t) for preset in presets]) for topic, presets in TOPICS.items()]
    with st.container(key="lessons"):
        st.subheader(t("lessons.title"), anchor=False)
        labels = {"here": t("card.here")}
        lesson_cards(KEY, topics, session["run"].experiment.preset, session["lang"], labels, open_chosen)


def card(preset: str, t: Translate) -> Card:
    time = t("card.seconds", seconds=SECONDS[preset]) if preset in SECONDS else t("card.short")
    return Card(preset, t(f"preset.{preset}"), t(f"shows.{preset}"), t(f"page.{LESSONS[preset].page}"), time)


def open_chosen() -> None:
    preset = st.session_state[KEY].chosen["preset"]
    if preset in LESSONS:
        open_lesson(preset)
