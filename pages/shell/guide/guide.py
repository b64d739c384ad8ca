"""The lesson that a reader follows from page to page: which step, what was answered, what has become of it. What a step
lacks is evaluated by `rnnlab.lessons.progress`; here is what of the session it is evaluated over."""

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shell import navigation
from pages.shell.ask_worker import ask_worker
from pages.shell.form import form_state, race_setup
from pages.shell.form.presets import open_experiment
from pages.shell.run import current_run
from pages.shell.run.cursor import cursor_in
from pages.shell.state import session
from rnnlab.experiment import Experiment, race_plan
from rnnlab.experiment.links import Link, to_step
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import Problem, shorten
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, nothing
from rnnlab.lessons.look import Look
from rnnlab.lessons.opening import opened_at, step_experiment, texts_of
from rnnlab.lessons.progress import Progress, advanced, answered, moved_to, recalled, to_text

RUNS = 4  # of a lesson's steps that are kept, so that who goes back sees the run of that step
PARTS = {"text": "text_part", "shapes": "shapes_part"}  # the widget by which a page shows one of its parts


def lesson() -> Lesson | None:
    """The one that the reader follows."""
    return LESSONS.get(session.get("lesson", ""))


def following(lesson: Lesson) -> Lesson | None:
    """The one that is read after it; None after the last."""
    rest = list(LESSONS.values())[list(LESSONS).index(lesson.id) + 1 :]
    return rest[0] if rest else None


def progress_of(lesson: Lesson) -> Progress:
    return session.get("lesson_progress", {}).get(lesson.id, Progress())


def put(lesson: Lesson, progress: Progress) -> None:
    session["lesson_progress"] = {**session.get("lesson_progress", {}), lesson.id: progress}


def follow(id: str, at: int | None = None, opens: bool = True) -> None:
    """Begin a lesson, or go on with it, at a step counted from 0, or where the reader was. It opens what the step is
    about; not where the link that has led here says that itself."""
    lesson = LESSONS[id]
    if session.get("lesson") != id:
        session["lesson"], session["lesson_runs"] = id, {}
    progress = progress_of(lesson)
    enter(lesson, moved_to(lesson, progress, progress.at if at is None else at), opens)


def arrive(link: Link) -> LessonStep | None:
    """A link has led to a step of a lesson: this step. What it opens the link may say itself. None where there is no
    such lesson."""
    session["lesson"], session["lesson_runs"] = "", {}
    session["lesson_openings"] = openings() + 1
    if link.lesson not in LESSONS:
        return None
    lesson = LESSONS[link.lesson]
    progress = moved_to(lesson, progress_of(lesson), link.at)
    session["lesson"] = lesson.id
    put(lesson, progress)
    return lesson.steps[progress.at]


def unknown(link: Link) -> tuple[Problem, ...]:
    """What there is to say of a link that leads to a lesson that there is not."""
    if link.lesson in ("", *LESSONS):
        return ()
    return (Problem("no_lesson", "", {"value": shorten(link.lesson)}),)


def recall(text: str) -> None:
    """What the browser has kept since before a reload, of every lesson. Where a link has led, the reader stays."""
    session["lesson_progress"] = recalled(text, session.get("lesson_progress", {}), LESSONS)


def kept() -> str:
    """What the browser is to keep for that; "": nothing yet."""
    progress = session.get("lesson_progress", {})
    return to_text(progress) if progress else ""


def query() -> str:
    """What the address says of the lesson; "" where the reader follows none."""
    current = lesson()
    return to_step(current.id, progress_of(current).at) if current else ""


def go(by: int) -> None:
    """To another step of the lesson."""
    current = lesson()
    if current is None:
        return
    progress = progress_of(current)
    keep_run(current.steps[progress.at])
    enter(current, moved_to(current, progress, progress.at + by))


def keep_run(step: LessonStep) -> None:
    """What runs at this step is there again when the reader comes back to it."""
    run = current_run.look()
    kept = {**session["lesson_runs"], step.id: run}
    session["lesson_runs"] = dict(list(kept.items())[-RUNS:])


def enter(lesson: Lesson, progress: Progress, opens: bool = True) -> None:
    step, run = lesson.steps[progress.at], session["run"]
    put(lesson, progress)
    session["lesson_epochs"] = frozenset()
    kept = session["lesson_runs"].get(step.id)
    if kept is not None:
        if kept.id != run.id:
            session["lesson_openings"] = openings() + 1
            form_state.fill(kept.experiment)
            current_run.change(lambda before: replace(kept, speed=before.speed), 0.0)
    elif opens and (experiment := opening(lesson, progress.at)) is not None:
        session["lesson_openings"] = openings() + 1
        open_experiment(experiment, train=begins_trained())
        session["lesson_opened"] = None
    base = session["experiment"]
    if isinstance(base, Experiment):
        set_up_race(step, base)
    show_part(step)
    navigation.go_to(step.page)


def openings() -> int:
    """How often a lesson has opened something. What a reader has changed on a page, before the last time, is not to be
    seen any more."""
    return session.get("lesson_openings", 0)


def reopen() -> None:
    """What the step is about, once more: something else is open."""
    current = lesson()
    step = opened_at(current, progress_of(current).at) if current else None
    if current and step:
        session["lesson_openings"] = openings() + 1
        open_experiment(step_experiment(current, step, session["lang"]), train=step.trained)
        session["lesson_opened"] = None


def elsewhere(lesson: Lesson) -> bool:
    """Whether another example than that of the step is open: the reader has chosen it in the middle of the lesson."""
    step = opened_at(lesson, progress_of(lesson).at)
    preset = step and step_experiment(lesson, step, session["lang"]).preset
    return preset not in (None, session["run"].experiment.preset)


def opening(lesson: Lesson, at: int) -> Experiment | None:
    """What a step opens: its own experiment; or where the reader has come to it by a link, so that nothing of the
    lesson is open, that of the last step before it that opens one. None: what is open stays."""
    step = opened_at(lesson, at)
    own = step is lesson.steps[at]
    return step_experiment(lesson, step, session["lang"]) if step and (own or not session["lesson_runs"]) else None


def begins_trained() -> bool:
    """Whether what is open at the reader's step, by itself or by an earlier one, is trained without being asked."""
    current = lesson()
    step = opened_at(current, progress_of(current).at) if current else None
    return bool(step and step.trained)


def opens() -> Experiment | None:
    """What the step at which the reader has arrived opens, with the part of the page and the race that it speaks of."""
    current = lesson()
    if current is None:
        return None
    at = progress_of(current).at
    show_part(current.steps[at])
    if experiment := opening(current, at):
        set_up_race(current.steps[at], experiment)
    return experiment


def part_of(page: str) -> str:
    """The part of a page that the step speaks of; "" where it speaks of none."""
    current = lesson()
    step = current.steps[progress_of(current).at] if current else None
    return step.part if step and step.page == page else ""


def show_part(step: LessonStep) -> None:
    if step.part:
        st.session_state[PARTS[step.page]] = step.part


def set_up_race(step: LessonStep, base: Experiment) -> None:
    """The race that a step speaks of is what is set up on the page Compare."""
    if step.race:
        race_setup.adopt_plan(RacePlan(base, race_plan.grid(dict(step.race)), step.seeds), start=False)


def answer_keys(lesson: Lesson, step: LessonStep) -> list[str]:
    """Of the widgets by which the step's question is answered."""
    names = step.question.names if isinstance(step.question, Numbers) else ("",)
    return [f"guide_{lesson.id}_{step.id}_{index}" for index, _ in enumerate(names)]


def commit() -> None:
    """The reader says what he thinks, before the page tells."""
    current = lesson()
    if current is None:
        return
    progress = progress_of(current)
    step = current.steps[progress.at]
    typed = [st.session_state.get(key) for key in answer_keys(current, step)]
    said = [one for one in typed if one is not None]
    missing = len(said) < len(typed)
    session["lesson_missing"] = f"{current.id}.{step.id}" if missing else ""
    if not missing:
        answer = str(said[0]) if isinstance(step.question, Options) else tuple(map(float, said))
        put(current, answered(current, progress, answer))


def leave() -> None:
    session["lesson"] = ""


def fold() -> None:
    session["lesson_folded"] = not session.get("lesson_folded", False)


def point() -> None:
    """Where is what the step speaks of?"""
    session["lesson_asked"] = session.get("lesson_asked", 0) + 1
    if current := lesson():
        page = current.steps[progress_of(current).at].page
        if page != session["here"]:
            navigation.go_to(page)


def tell(**seen: Any) -> None:
    """A page says what of its own there is to be seen: fields of `Look`."""
    session["lesson_sights"] = {**session.get("lesson_sights", {}), **seen}


def look(lesson: Lesson) -> Look:
    """All that the lab knows of this reader now."""
    run, form = session["run"], session["experiment"]  # until it has something to show, an earlier one stands there
    if run.history is None:
        run = current_run.look()  # on a page that shows none of it, such as Compare, nobody else has looked
    cursor = cursor_in(run, run.history) if run.history else None
    epochs = session.get("lesson_epochs", frozenset())
    if cursor and not run.going:
        epochs = session["lesson_epochs"] = epochs | {cursor.epoch}
    if run.history and session.get("lesson_opened") is None:
        session["lesson_opened"] = run.history.opening
    others = {cell: live.value.history for cell, live in session.get("other_cells", {}).items() if live.value.history}
    earlier = {id: run.history for id, run in session["lesson_runs"].items() if run.history}
    live_race = session.get("live_race")
    return Look(
        page=session["here"],
        history=run.history,
        form=form if isinstance(form, Experiment) else None,
        epoch=cursor.epoch if cursor else 0,
        step=cursor.step if cursor else None,
        epochs_seen=epochs,
        opened=session.get("lesson_opened"),
        earlier=earlier,
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
    session["lesson_given"] = step.id, there, repr(values) if values else ""
    return values


def outdated() -> bool:
    """Whether the words of the step, which stand above all that a page draws, would be others now."""
    current, run = lesson(), session["run"]
    if current is None or run.history is None:
        return False
    step, said = current.steps[progress_of(current).at], session.get("lesson_given")
    if run.going and said and said[2]:  # what has been said stays until the end of the run
        return False
    given(current, step)
    return step.given is not nothing and said != session["lesson_given"]


def advance() -> bool:
    """With what is to be seen now. Whether anything has come of it."""
    current = lesson()
    if current is None:
        return False
    before = progress_of(current)
    after = advanced(current, before, look(current))
    put(current, after)
    return after != before


def check() -> None:
    """At the end of what was drawn: where a step is done now, or its words are of another run, the page is drawn anew,
    with what the lesson says."""
    if advance() or outdated():
        st.rerun()
