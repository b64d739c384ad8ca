"""The lesson that the reader follows, and how far he is in it and in every other."""

from pages.shell.state import session
from rnnlab.experiment.links import to_step
from rnnlab.lessons.course import LESSONS
from rnnlab.lessons.lesson import Lesson, LessonStep
from rnnlab.lessons.progress import Progress, recalled, to_text


def lesson() -> Lesson | None:
    """The one that the reader follows."""
    return LESSONS.get(session.get("lesson", ""))


def step() -> LessonStep | None:
    """The one of it at which he is."""
    current = lesson()
    return current.steps[progress_of(current).at] if current else None


def following(lesson: Lesson) -> Lesson | None:
    """The one that is read after it; None after the last."""
    rest = list(LESSONS.values())[list(LESSONS).index(lesson.id) + 1 :]
    return rest[0] if rest else None


def progress_of(lesson: Lesson) -> Progress:
    return session.get("lesson_progress", {}).get(lesson.id, Progress())


def put(lesson: Lesson, progress: Progress) -> None:
    session["lesson_progress"] = {**session.get("lesson_progress", {}), lesson.id: progress}


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
