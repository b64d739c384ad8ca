"""A reader's way through a lesson, from page to page: a step is begun, a question answered, the next one taken."""

from dataclasses import replace

import streamlit as st

from pages.shell import navigation
from pages.shell.classroom import current_room
from pages.shell.form import form_state
from pages.shell.form.presets import open_experiment
from pages.shell.guide import current_lesson, openings
from pages.shell.run import current_run
from pages.shell.state import session
from rnnlab.experiment import Experiment
from rnnlab.experiment.links import Link
from rnnlab.i18n import Problem, shorten
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options
from rnnlab.lessons.progress import Progress, answered, moved_to

RUNS = 4  # of a lesson's steps that are kept, so that who goes back sees the run of that step


def follow(id: str, at: int | None = None, opens: bool = True) -> None:
    """Begin a lesson, or go on with it, at a step counted from 0, or where the reader was. It opens what the step is
    about; not where the link that has led here says that itself."""
    lesson = LESSONS[id]
    if session.get("lesson") != id:
        session["lesson"], session["lesson_runs"] = id, {}
    progress = current_lesson.progress_of(lesson)
    enter(lesson, moved_to(lesson, progress, progress.at if at is None else at), opens)


def arrive(link: Link) -> LessonStep | None:
    """A link has led to a step of a lesson: this step. What it opens the link may say itself. None where there is no
    such lesson."""
    session["lesson"], session["lesson_runs"] = "", {}
    openings.count_one_more()
    if link.lesson not in LESSONS:
        return None
    lesson = LESSONS[link.lesson]
    progress = moved_to(lesson, current_lesson.progress_of(lesson), link.at)
    session["lesson"] = lesson.id
    current_lesson.put(lesson, progress)
    return lesson.steps[progress.at]


def unknown(link: Link) -> tuple[Problem, ...]:
    """What there is to say of a link that leads to a lesson that there is not."""
    if link.lesson in ("", *LESSONS):
        return ()
    return (Problem("no_lesson", "", {"value": shorten(link.lesson)}),)


def go(by: int) -> None:
    """To another step of the lesson."""
    current = current_lesson.lesson()
    if current is None:
        return
    progress = current_lesson.progress_of(current)
    keep_run(current.steps[progress.at])
    enter(current, moved_to(current, progress, progress.at + by))


def keep_run(step: LessonStep) -> None:
    """What runs at this step is there again when the reader comes back to it."""
    run = current_run.look()
    kept = {**session["lesson_runs"], step.id: run}
    session["lesson_runs"] = dict(list(kept.items())[-RUNS:])


def enter(lesson: Lesson, progress: Progress, opens: bool = True) -> None:
    step, run, before = lesson.steps[progress.at], session["run"], current_lesson.progress_of(lesson).at
    current_lesson.put(lesson, progress)
    kept = session["lesson_runs"].get(step.id)
    if kept is not None:
        if kept.id != run.id:
            openings.count_one_more()
            form_state.fill(kept.experiment)
            current_run.change(lambda before: replace(kept, speed=before.speed), 0.0)
    elif opens and (experiment := openings.opening(lesson, progress.at, before)) is not None:
        openings.count_one_more()
        open_experiment(experiment, train=openings.begins_trained())
        session["lesson_opened"] = None
    base = session["experiment"]
    if isinstance(base, Experiment):
        openings.set_up_race(step, base)
    openings.show_part(step)
    navigation.go_to(step.page)


def answer_keys(lesson: Lesson, step: LessonStep) -> list[str]:
    """Of the widgets by which the step's question is answered."""
    names = step.question.names if isinstance(step.question, Numbers) else ("",)
    return [f"guide_{lesson.id}_{step.id}_{index}" for index, _ in enumerate(names)]


def commit() -> None:
    """The reader says what he thinks, before the page tells."""
    current = current_lesson.lesson()
    if current is None:
        return
    progress = current_lesson.progress_of(current)
    step = current.steps[progress.at]
    typed = [st.session_state.get(key) for key in answer_keys(current, step)]
    said = [one for one in typed if one is not None]
    missing = len(said) < len(typed)
    session["lesson_missing"] = f"{current.id}.{step.id}" if missing else ""
    if not missing:
        answer = str(said[0]) if isinstance(step.question, Options) else tuple(map(float, said))
        current_lesson.put(current, answered(current, progress, answer))
        current_room.answer(f"{current.id}.{step.id}", answer)
        openings.show_part(step, told=True)


def leave() -> None:
    session["lesson"] = ""


def fold() -> None:
    session["lesson_folded"] = not session.get("lesson_folded", False)


def point() -> None:
    """Where is what the step speaks of?"""
    session["lesson_asked"] = session.get("lesson_asked", 0) + 1
    if step := current_lesson.step():
        openings.show_part(step)
        if step.page != session["here"]:
            navigation.go_to(step.page)
