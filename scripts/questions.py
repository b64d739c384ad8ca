"""Of twenty seeds, what each question of the course is answered with: the table of docs/questions.md.

    python -m scripts.questions [seeds] [lesson …]

A question whose words would read false for more than one seed in twenty wants another lesson seed, or words that hold.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import of_run
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import SEEN, Answer, Lesson, LessonStep, Options
from rnnlab.lessons.look import Look
from rnnlab.lessons.opening import step_experiment, texts_of
from rnnlab.lessons.progress import Progress, advanced, answered, moved_to
from rnnlab.lessons.words import said
from rnnlab.records.history import History
from scripts.lesson_acts import acts_of, shown, trained

NAMED = 6  # answers of one question that a row names


@dataclass(frozen=True)
class Walked:
    """A step as somebody has gone through it."""

    step: LessonStep
    before: Look  # what was to be seen when it was shown
    after: Look  # and when the reader had done what it asks for
    early: Progress  # answered, with nothing done yet
    late: Progress


def walk(lesson: Lesson, lang: str, seed: int | None = None) -> Iterator[Walked]:
    """Through a lesson without a page, up to what has been seen; `seed`: in the place of the lesson's own."""
    acts, progress, look = acts_of(lesson), Progress(), None
    earlier: dict[str, History] = {}
    for at, step in enumerate(lesson.steps):
        if step.id == SEEN:
            return
        progress = moved_to(lesson, progress, at)
        if step.fields is not None:
            e = step_experiment(lesson, step, lang)
            e = e if seed is None else Experiment(**{**e.model_dump(), "seed": seed})
            history = trained(e, None if step.trained else 0)
            look = shown(look or first_look(lesson, lang, history), history)
            look = replace(look, opened=history.opening, layer=layer_of(history))
        assert look is not None
        look = replace(look, page=step.page, earlier=dict(earlier))
        if step.question is not None:
            progress = answered(lesson, progress, an_answer(step))
        early = advanced(lesson, progress, look)
        before, look = look, acts.get(step.id, lambda look: look)(look)
        progress = advanced(lesson, early, look)
        yield Walked(step, before, look, early, progress)
        if look.trained and look.history is not None:
            earlier[step.id] = look.history


def first_look(lesson: Lesson, lang: str, history: History) -> Look:
    return Look("", history, history.experiment, lesson_texts=texts_of(lesson, lang))


def layer_of(history: History):
    """The module that the page Shapes begins with."""
    vocabulary, shape = history.opening.vocabulary, history.opening.shapes[0].shape[:2]
    return of_run(history.experiment, len(vocabulary), *shape)


def an_answer(step: LessonStep) -> Answer:
    """Some answer that the question can have."""
    question = step.question
    assert question is not None
    return question.options[0] if isinstance(question, Options) else tuple(-1.0 for _ in question.names)


def table(lessons: Mapping[str, Lesson], seeds: int) -> Iterator[str]:
    t = translator("en")
    for lesson in lessons.values():
        found: dict[str, dict[str, Counter[str]]] = {}  # by question, and by language
        for seed in range(seeds):
            for lang in LANGUAGES:  # where both train the same, it is trained once
                for walked in walk(lesson, lang, seed):
                    answer = walked.late.found.get(walked.step.id)
                    if walked.step.question is not None:
                        words = "not done" if answer is None else said(t, lesson, walked.step, answer)
                        found.setdefault(walked.step.id, {}).setdefault(lang, Counter())[words] += 1
        for step, by_lang in found.items():
            for langs, answers in merged(by_lang).items():
                yield f"| {lesson.id} | {step} | {langs} | {listed(answers)} |"


def merged(by_lang: Mapping[str, Counter[str]]) -> dict[str, Counter[str]]:
    """One row where all languages are answered alike."""
    first, *others = by_lang.values()
    return {"both": first} if all(one == first for one in others) else dict(by_lang)


def listed(answers: Counter[str]) -> str:
    rest = f", {len(answers) - NAMED} others" if len(answers) > NAMED else ""
    return ", ".join(f"{words}: {count}" for words, count in answers.most_common(NAMED)) + rest


if __name__ == "__main__":
    count, *names = sys.argv[1:] or ["20"]
    for line in table({name: LESSONS[name] for name in names or LESSONS}, int(count)):
        print(line, flush=True)
