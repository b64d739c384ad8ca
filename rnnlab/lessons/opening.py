"""What the steps of a lesson open."""

from rnnlab.experiment import Experiment, preset_experiment, preset_texts
from rnnlab.lessons.lesson import Lesson, LessonStep


def step_experiment(lesson: Lesson, step: LessonStep, lang: str) -> Experiment:
    """The experiment of a step, for a reader of this language."""
    own = step.fields or {}
    preset = lesson.preset if callable(own) else own.get("preset", lesson.preset)
    base = preset_experiment(preset, lang, **(lesson.fields if preset == lesson.preset else {}))
    return Experiment(**{**base.model_dump(), **(own(base.model_dump()) if callable(own) else own)})


def opened_at(lesson: Lesson, at: int) -> LessonStep | None:
    """The step whose experiment is open at a step, counted from 0: itself, or the last before it that opens one."""
    return next((step for step in reversed(lesson.steps[: at + 1]) if step.fields is not None), None)


def trained_by(lesson: Lesson, at: int) -> bool:
    """Whether what is open at a step is trained by then: it opens so, or an earlier step has the reader train it. Who
    comes by a link finds it trained."""
    step = opened_at(lesson, at)
    return step is not None and (step.trained or any(one.trains for one in lesson.steps[lesson.steps.index(step) : at]))


def texts_of(lesson: Lesson, lang: str) -> frozenset[str]:
    """With which its experiments open."""
    opened = {step_experiment(lesson, step, lang).text for step in lesson.steps if step.fields is not None}
    return frozenset([*opened, *preset_texts(lesson.preset).values()])
