"""What a step of a lesson opens: an experiment, a part of a page, a race."""

import streamlit as st

from pages.shell.form import race_setup
from pages.shell.form.presets import open_experiment
from pages.shell.guide import current_lesson
from pages.shell.state import session
from rnnlab.experiment import Experiment, race_plan
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.lessons.lesson import Lesson, LessonStep
from rnnlab.lessons.opening import opened_at, step_experiment, trained_by

PARTS = {"text": "text_part", "training": "training_move"}  # the widget by which a page shows one of its parts


def count() -> int:
    """How often a lesson has opened something. What a reader has changed on a page, before the last time, is not to be
    seen any more."""
    return session.get("lesson_openings", 0)


def count_one_more() -> None:
    """A lesson opens something now."""
    session["lesson_openings"] = count() + 1


def opening(lesson: Lesson, at: int, before: int) -> Experiment | None:
    """What a step opens for a reader who was at another one before: its own experiment; or that of the last step before
    it that opens one, where something else is open: by a link nothing of the lesson is, and whoever goes back may come
    from what another step opens. None: what is open stays."""
    step = opened_at(lesson, at)
    opens = step is lesson.steps[at] or step is not opened_at(lesson, before) or not session["lesson_runs"]
    return step_experiment(lesson, step, session["lang"]) if step and opens else None


def on_arrival() -> Experiment | None:
    """What the step at which the reader has arrived opens, with the part of the page and the race that it speaks of."""
    current = current_lesson.lesson()
    if current is None:
        return None
    at = current_lesson.progress_of(current).at
    show_part(current.steps[at])
    if experiment := opening(current, at, at):
        set_up_race(current.steps[at], experiment)
    return experiment


def reopen() -> None:
    """What the step is about, once more: something else is open."""
    current = current_lesson.lesson()
    step = opened_at(current, current_lesson.progress_of(current).at) if current else None
    if current and step:
        count_one_more()
        open_experiment(step_experiment(current, step, session["lang"]), train=begins_trained())
        session["lesson_opened"] = None


def elsewhere(lesson: Lesson) -> bool:
    """Whether another example than that of the step is open: the reader has chosen it in the middle of the lesson."""
    step = opened_at(lesson, current_lesson.progress_of(lesson).at)
    preset = step and step_experiment(lesson, step, session["lang"]).preset
    return preset not in (None, session["run"].experiment.preset)


def begins_trained() -> bool:
    """Whether what is open at the reader's step, by itself or by an earlier one, is trained without being asked."""
    current = current_lesson.lesson()
    return current is not None and trained_by(current, current_lesson.progress_of(current).at)


def part_of(page: str) -> str:
    """The part of a page that the step speaks of; "" where it speaks of none."""
    step = current_lesson.step()
    return step.part if step and step.page == page else ""


def show_part(step: LessonStep, told: bool = False) -> None:
    """The part of the page that a step speaks of; or, once it is answered, that which tells."""
    if part := step.told_part if told else step.part:
        st.session_state[PARTS[step.page]] = part


def set_up_race(step: LessonStep, base: Experiment) -> None:
    """The race that a step speaks of is what is set up on the page Compare."""
    if step.race:
        race_setup.adopt_plan(RacePlan(base, race_plan.grid(dict(step.race)), step.seeds), start=False)
