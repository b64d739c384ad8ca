"""How far a reader is in a lesson: a value, and what becomes of it when he answers, goes on, or has done something."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from rnnlab.lessons.lesson import Answer, Lesson, LessonStep, Numbers, Options, Question
from rnnlab.lessons.look import Look


@dataclass(frozen=True)
class Progress:
    """In one lesson."""

    at: int = 0  # the step that is shown, from 0
    answers: Mapping[str, Answer] = field(default_factory=dict)  # by step: what the reader said before the reveal
    found: Mapping[str, Answer] = field(default_factory=dict)  # by step: what his run gave
    tells: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # by step: numbers of it for the words that follow
    done: frozenset[str] = frozenset()  # steps


State = Literal["new", "begun", "done"]


def state(lesson: Lesson, progress: Progress) -> State:
    if all(step.id in progress.done for step in lesson.steps):
        return "done"
    return "begun" if progress.at or progress.answers or progress.done else "new"


def answered(lesson: Lesson, progress: Progress, answer: Answer) -> Progress:
    """The reader commits an answer. The first one stays: it was said before the reveal."""
    step = lesson.steps[progress.at]
    return replace(progress, answers={step.id: answer, **progress.answers})


def moved_to(lesson: Lesson, progress: Progress, at: int) -> Progress:
    """To a step, or the nearest there is."""
    return replace(progress, at=min(max(at, 0), len(lesson.steps) - 1))


def advanced(lesson: Lesson, progress: Progress, look: Look) -> Progress:
    """With what the lab sees now: whether the step that is shown is done, and what the run answers to its question.
    What was found stays, whatever is shown later; so nothing is found while an answer of a worker is still to come."""
    step, unanswered = lesson.steps[progress.at], []
    if waits_for(step, progress) != "action" or look.page != step.page or look.history is None or lacking(step, look):
        return progress

    def ask(job: Callable[..., Any], *args: Any) -> Any:
        if (answer := look.ask(job, *args)) is None:
            unanswered.append(job)
        return answer

    asking = replace(look, ask=ask)
    if not step.done(asking):
        return progress
    found = progress.found
    if step.question is not None:
        if (right := step.question.right(asking)) is None:
            return progress
        found = {**found, step.id: right}
    tells = {**progress.tells, step.id: step.tells(asking)}
    return progress if unanswered else replace(progress, found=found, tells=tells, done=progress.done | {step.id})


def lacking(step: LessonStep, look: Look) -> str:
    """The id of the first step that brings what this one needs and what is not there; "" where nothing is missing."""
    return next((id for id, there in step.needs.items() if not there(look)), "")


def agrees(question: Question, answer: Answer, right: Answer) -> bool:
    """Whether an answer is what the run gave."""
    if isinstance(question, Options) or isinstance(answer, str) or isinstance(right, str):
        return answer == right
    pairs = zip(answer, right, strict=True)
    return all(abs(said - found) <= question.within + 1e-9 for said, found in pairs)


def waits_for(step: LessonStep, progress: Progress) -> Literal["answer", "action", ""]:
    """What the step that is shown still lacks."""
    if step.id in progress.done:
        return ""
    return "answer" if step.question is not None and step.id not in progress.answers else "action"


# ---- In a browser's storage, so that a reload loses nothing ---------------------------------------------------------


def to_text(all_progress: Mapping[str, Progress]) -> str:
    """By the ids of lessons, as JSON."""
    return json.dumps({id: asdict(one) | {"done": sorted(one.done)} for id, one in all_progress.items()})


def from_text(text: str, lessons: Mapping[str, Lesson]) -> dict[str, Progress]:
    """The same again. What is not understood, or is of another version of a lesson, is left out: it may come from
    anywhere."""
    try:
        read = json.loads(text)
        return {id: progress_in(read[id], lesson) for id, lesson in lessons.items() if id in read}
    except (TypeError, ValueError, KeyError, AttributeError):
        return {}


def recalled(text: str, now: Mapping[str, Progress], lessons: Mapping[str, Lesson]) -> dict[str, Progress]:
    """What was kept and what has come since, at the steps where the reader is by now. Nothing that is done is taken
    back: the browser may tell late."""
    kept = from_text(text, lessons)
    return {**now, **{id: joined(one, now[id]) if id in now else one for id, one in kept.items()}}


def joined(before: Progress, now: Progress) -> Progress:
    return Progress(
        now.at,
        {**before.answers, **now.answers},
        {**before.found, **now.found},
        {**before.tells, **now.tells},
        before.done | now.done,
    )


def progress_in(read: dict[str, Any], lesson: Lesson) -> Progress:
    steps = {step.id: step for step in lesson.steps}
    answers = {id: answer for id in steps if (answer := answer_in(read["answers"].get(id), steps[id])) is not None}
    found = {id: answer for id in answers if (answer := answer_in(read["found"].get(id), steps[id])) is not None}
    asked = {id for id, step in steps.items() if step.question is not None}
    done = frozenset(id for id in steps if id in read["done"] and (id not in asked or id in found))
    tells = {id: {str(name): value for name, value in read["tells"][id].items()} for id in done}
    return moved_to(lesson, Progress(0, answers, found, tells, done), int(read["at"]))


def answer_in(read: Any, step: LessonStep) -> Answer | None:
    """An answer that the step's question can have; None where it is none."""
    match step.question:
        case Options(options) if read in options:
            return str(read)
        case Numbers(names=names) if isinstance(read, list) and len(read) == len(names):
            return tuple(float(number) for number in read)
    return None
