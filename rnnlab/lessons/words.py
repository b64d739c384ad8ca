"""The words of a lesson: which there are, by what a step has to say, and where they stand in the catalogues."""

from rnnlab.i18n import Translate, numeral
from rnnlab.lessons.lesson import SEEN, SHAPE, Answer, Lesson, LessonStep, Numbers, Options, always


def title(t: Translate, lesson: Lesson) -> str:
    return t(f"course.{lesson.id}.title")


def what_is_learnt(t: Translate, lesson: Lesson) -> str:
    return t(f"course.{lesson.id}.know")


def body(t: Translate, lesson: Lesson, step: LessonStep, **given: object) -> str:
    return t(f"course.{lesson.id}.{step.id}", **given)


def words(t: Translate, lesson: Lesson, step: LessonStep, part: str, **values: object) -> str:
    return t(f"course.{lesson.id}.{step.id}.{part}", **values)


def parts(step: LessonStep) -> list[str]:
    """What a step says besides its words: its question, what can be answered, what is to be done, what came of it."""
    if step.id == SEEN:
        return []
    found = ["do"] if step.done is not always else []
    if step.question is not None or found:
        found.append("after")
    match step.question:
        case Options(options):
            return [*found, "ask", *(option for option in options if not option[0].isdigit())]
        case Numbers(names=names):
            return [*found, "ask", *(name for name in names if name)]
    return found


def said(t: Translate, lesson: Lesson, step: LessonStep, answer: Answer) -> str:
    """An answer in words."""
    if isinstance(answer, str):
        return answer if answer[0].isdigit() else words(t, lesson, step, answer)
    numbers = [numeral(number).replace("-", "−") for number in answer]
    names = step.question.names if isinstance(step.question, Numbers) else ()
    if all(names) and names != SHAPE:
        named = zip(names, numbers, strict=True)
        return ", ".join(f"{words(t, lesson, step, name)} {number}" for name, number in named)
    return numbers[0] if len(numbers) == 1 else f"[{', '.join(numbers)}]"
