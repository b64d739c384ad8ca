"""What the lab knows of a reader, over which `rnnlab.lessons.progress` evaluates what a step lacks."""

from typing import Any

import streamlit as st

from pages.shell.ask_worker import ask_worker
from pages.shell.guide import current_lesson
from pages.shell.run import current_run
from pages.shell.run.cursor import cursor_in
from pages.shell.state import session
from rnnlab.experiment import Experiment
from rnnlab.lessons.lesson import Lesson, LessonStep, nothing
from rnnlab.lessons.look import Look
from rnnlab.lessons.opening import texts_of
from rnnlab.lessons.progress import advanced, lacking


def tell(**seen: Any) -> None:
    """A page says what of its own there is to be seen: fields of `Look`."""
    session["lesson_sights"] = {**session.get("lesson_sights", {}), **seen}


def look(lesson: Lesson) -> Look:
    """All that the lab knows of this reader now."""
    run, form = session["run"], session["experiment"]  # until it has something to show, an earlier one stands there
    if run.history is None:
        run = current_run.look()  # on a page that shows none of it, such as Compare, nobody else has looked
    cursor = cursor_in(run, run.history) if run.history else None
    if run.history and session.get("lesson_opened") is None:
        session["lesson_opened"] = run.history.opening
    others = {cell: live.value.history for cell, live in session.get("other_cells", {}).items() if live.value.history}
    kept = {id: run.history for id, run in session["lesson_runs"].items() if run.history}
    live_race = session.get("live_race")
    return Look(
        page=session["here"],
        history=run.history,
        form=form if isinstance(form, Experiment) else None,
        epoch=cursor.epoch if cursor else 0,
        step=cursor.step if cursor else None,
        opened=session.get("lesson_opened"),
        earlier={id: history for id, history in kept.items() if history.ended == "epochs"},
        others=others,
        interventions=session.get("edits", ()),
        race=live_race.value if live_race else None,
        lesson_texts=texts_of(lesson, session["lang"]),
        ask=ask_worker,
        **session.get("lesson_sights", {}),
    )


def given(lesson: Lesson, step: LessonStep) -> dict[str, Any] | None:
    """Numbers of the run for the words of a step, before its answer. None while there is nothing of it yet, or where
    there is nothing in what is open now."""
    there = session["run"].history is not None
    values = {} if step.given is nothing else step.given(look(lesson)) or None if there else None
    session["lesson_given"] = step.id, there, repr(values) if values else "", lacks(lesson, step)
    return values


def lacks(lesson: Lesson, step: LessonStep) -> str:
    """The id of the step that brings what this one needs and what is not there; "" where nothing is missing, or nothing
    is open yet."""
    return lacking(step, look(lesson)) if step.needs and session["run"].history is not None else ""


def outdated() -> bool:
    """Whether the words of the step, which stand above all that a page draws, would be others now."""
    current, run = current_lesson.lesson(), session["run"]
    if current is None or run.history is None:
        return False
    step, said = current.steps[current_lesson.progress_of(current).at], session.get("lesson_given")
    if run.going and said and said[2]:  # what has been said stays until the end of the run
        return False
    given(current, step)
    return (step.given is not nothing or bool(step.needs)) and said != session["lesson_given"]


def advance() -> bool:
    """With what is to be seen now. Whether anything has come of it."""
    current = current_lesson.lesson()
    if current is None:
        return False
    before = current_lesson.progress_of(current)
    after = advanced(current, before, look(current))
    current_lesson.put(current, after)
    return after != before


def check() -> None:
    """At the end of what was drawn: where a step is done now, or its words are of another run, the page is drawn anew,
    with what the lesson says."""
    if advance() or outdated():
        st.rerun()
