"""The strip on every page that says where in a lesson the reader is, what to do, and what is asked."""

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.components.pointer.pointer import pointer
from pages.shell.ask_worker import ask_worker
from pages.shell.guide import current_lesson, evaluation, guide, openings
from pages.shell.markdown import verbatim
from pages.shell.panel import listing
from pages.shell.state import session
from rnnlab.engine import jobs
from rnnlab.i18n import Translate
from rnnlab.lessons.lesson import SEEN, Lesson, LessonStep, Numbers, Options, always
from rnnlab.lessons.progress import Progress, agrees, waits_for
from rnnlab.lessons.words import body, said, title, words

UNSEEN = ".stMain .st-key-{} > * {{opacity: 0}}"
NUMBERS = re.compile(r"[\d\s.,;:+−–e%×·-]*")  # one or several, with nothing that Markdown reads


def render(t: Translate, page: str) -> None:
    lesson = current_lesson.lesson()
    with st.container():  # always one element, so that what follows keeps its place
        if lesson is None or page == "course":
            return
        progress = current_lesson.progress_of(lesson)
        step, folded = lesson.steps[progress.at], session.get("lesson_folded", False)
        with st.container(key="guide", gap="xsmall"):
            render_head(lesson, progress, folded, t)
            if not folded:
                render_step(lesson, step, progress, t)
                render_way(step, page, t)
        veil = t("guide.veiled") if step.veiled and waits_for(step, progress) == "answer" else ""
        back = f"↑ {t('guide.to_strip')}{' ✓' if step.id in progress.done else ''}"
        panel = step.show if veil or not folded else ""
        # Until the browser has the pointer, which hides all that follows too and says why: a page may take seconds.
        st.html(f"<style>{UNSEEN.format(panel) if veil else ''}</style>")
        pointer("guide-pointer", panel, session.get("lesson_asked", 0), veil, "guide", back)


def render_head(lesson: Lesson, progress: Progress, folded: bool, t: Translate) -> None:
    step, last = lesson.steps[progress.at], len(lesson.steps) - 1
    done = step.id in progress.done
    with st.container(key="guide_head", horizontal=True, vertical_alignment="center", gap="small"):
        place = t("guide.place", lesson=title(t, lesson), step=progress.at + 1, steps=last + 1)
        st.markdown(f"**{place}**{' ✓' if done else ''}", width="stretch")
        st.button(t("guide.back"), key="guide_back", on_click=guide.go, args=(-1,), disabled=progress.at == 0)
        kind = "primary" if done and progress.at < last else "secondary"
        st.button(
            t("guide.next"), key="guide_next", on_click=guide.go, args=(1,), type=kind, disabled=progress.at == last
        )
        st.button(t("guide.show"), key="guide_show", on_click=guide.point, disabled=not step.show)
        st.button(
            t("guide.unfold") if folded else t("guide.fold"), key="guide_fold", on_click=guide.fold, type="tertiary"
        )
        st.button(t("guide.leave"), key="guide_leave", on_click=guide.leave, type="tertiary")


def render_step(lesson: Lesson, step: LessonStep, progress: Progress, t: Translate) -> None:
    waits = waits_for(step, progress)
    if step.id == SEEN:
        st.markdown(body(t, lesson, step))
        render_program(t)
        st.markdown(f"→ {t('guide.own_text')}" if waits else t("guide.own_text.done"))
        if (following := current_lesson.following(lesson)) is not None:
            label = t("guide.following", lesson=title(t, following))
            st.button(label, key="guide_following", on_click=guide.follow, args=(following.id,))
        return
    given = evaluation.given(lesson, step)
    missing = evaluation.lacks(lesson, step) if waits else ""
    with st.container():  # always one element
        if given is not None:
            st.markdown(body(t, lesson, step, **quoted(given)))
        if missing:
            render_missing(lesson, missing, progress, t)
        elif given is not None:
            if openings.elsewhere(lesson):
                st.markdown(t("guide.elsewhere"))
                st.button(t("guide.reopen"), key="guide_reopen", on_click=openings.reopen)
        elif session["run"].history is None:
            st.caption(t("guide.waits"))
        else:
            st.markdown(t("guide.other"))
            st.button(t("guide.reopen"), key="guide_reopen", on_click=openings.reopen)
    if waits == "answer" and (given is None or missing):  # no question without its words
        return
    if waits == "answer":
        render_question(lesson, step, t)
    elif step.question is not None:
        render_answer(lesson, step, progress, t)
    elif not waits and step.done is not always:
        st.markdown(words(t, lesson, step, "after", **quoted(progress.tells.get(step.id, {}))))
    if waits == "action" and step.done is not always and not missing:
        st.markdown(f"→ {words(t, lesson, step, 'do', **quoted(given or {}))}")


def render_way(step: LessonStep, page: str, t: Translate) -> None:
    """The browser's Back, or a link, has led to another page than the step's."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if step.page != page:
            name = t(f"page.{step.page}")
            st.markdown(t("guide.other_page", page=name), width="content")
            st.button(t("guide.to_page", page=name), key="guide_to_page", on_click=guide.point)


def render_missing(lesson: Lesson, missing: str, progress: Progress, t: Translate) -> None:
    """What is needed of a step before this one, and the way back there."""
    at = next(at for at, one in enumerate(lesson.steps) if one.id == missing)
    st.markdown(words(t, lesson, lesson.steps[at], "lacking", number=at + 1))
    st.button(t("guide.to_step", step=at + 1), key="guide_to_step", on_click=guide.go, args=(at - progress.at,))


def render_program(t: Translate) -> None:
    """The script of the experiment that the lesson has come to. It is written when it is opened, so that the page below
    does not wait for it; where no worker is free, that is said in its place."""
    program = st.expander(t("guide.program"), key="guide_program", on_change="rerun")
    if program.open:
        with program:
            script = ask_worker(jobs.script, session["run"].shown.experiment, session["lang"])
            if script is not None:
                listing(script)


def render_question(lesson: Lesson, step: LessonStep, t: Translate) -> None:
    """In a form of its own, so that a number that has just been typed is there when the button is pressed."""
    question, ask = step.question, words(t, lesson, step, "ask")
    several = isinstance(question, Numbers) and len(question.names) > 1  # each with a name above it
    align = "bottom" if several or isinstance(question, Options) else "center"
    if several:
        st.markdown(f"**{ask}**")
    with (
        st.form(key="guide_form", border=False),
        st.container(key="guide_question", horizontal=True, vertical_alignment=align, gap="small"),
    ):
        keys = guide.answer_keys(lesson, step)
        if isinstance(question, Options):
            options = {option: said(t, lesson, step, option) for option in question.options}
            st.radio(ask, options, None, options.__getitem__, key=keys[0], horizontal=True)
        elif isinstance(question, Numbers):
            if not several:
                st.markdown(f"**{ask}**", width="content")
            for key, name in zip(keys, question.names, strict=True):
                label, shown = (words(t, lesson, step, name), "visible") if name else (ask, "collapsed")
                st.number_input(label, value=None, format="%.15g", key=key, width=150, label_visibility=shown)
        st.form_submit_button(t("guide.answer"), key="guide_answer", on_click=guide.commit)
    if session.get("lesson_missing") == f"{lesson.id}.{step.id}":
        st.caption(t("guide.missing"))


def render_answer(lesson: Lesson, step: LessonStep, progress: Progress, t: Translate) -> None:
    """What the reader has said, and once his run tells, what it gave."""
    answer, found = progress.answers[step.id], progress.found.get(step.id)
    assert step.question is not None
    if found is None:
        st.markdown(t("guide.said", answer=said(t, lesson, step, answer)))
        return
    kind = "agrees" if agrees(step.question, answer, found) else "differs"
    reveal = t(f"guide.{kind}", answer=said(t, lesson, step, answer), found=said(t, lesson, step, found))
    st.markdown(f"{reveal} {words(t, lesson, step, 'after', **quoted(progress.tells.get(step.id, {})))}")


def quoted(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is put into a step's words, which are Markdown: numbers as they are, and whatever else stands among it, such
    as tokens of a text that came with a link, as typed."""
    return {
        name: verbatim(value) if isinstance(value, str) and not NUMBERS.fullmatch(value) else value
        for name, value in values.items()
    }
