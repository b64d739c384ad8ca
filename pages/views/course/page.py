"""The page Course: a card a lesson, in the order in which they are read."""

import streamlit as st

from pages.shell import sharing
from pages.shell.guide import current_lesson, guide
from rnnlab.i18n import Translate
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import Lesson
from rnnlab.lessons.progress import state
from rnnlab.lessons.words import title, what_is_learnt


def render(t: Translate) -> None:
    with st.container():  # always one element, so that what follows keeps its place
        sharing.notes(t)
    st.title(t("page.course"), anchor=False)
    st.markdown(t("course.what"))
    with st.container(key="course_cards", horizontal=True, gap="small"):
        for number, lesson in enumerate(LESSONS.values()):
            render_card(number, lesson, t)


def render_card(number: int, lesson: Lesson, t: Translate) -> None:
    progress = current_lesson.progress_of(lesson)
    how = state(lesson, progress)
    with st.container(border=True, key=f"course_{lesson.id}", gap="small"):
        st.header(f"{number} · {title(t, lesson)}", anchor=False)
        st.markdown(what_is_learnt(t, lesson))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = [t("course.minutes", minutes=lesson.minutes)]
            told += [t("course.optional")] if lesson.optional else []
            told.append(t(f"course.state.{how}", step=progress.at + 1, steps=len(lesson.steps)))
            st.caption(" · ".join(told), width="stretch")
            label = t(f"course.open.{how}")
            st.button(label, key=f"course_open_{lesson.id}", on_click=guide.follow, args=(lesson.id,))
