"""A lesson of the course, as data: steps, each with a page, a question whose answer the reader's own run gives, and a
condition by which it is done.

Its words are in both catalogues, in a file of their own, `lessons/<lesson>.po`. Under `course.<lesson>`: `.title` and
`.know` (what the reader will know). Under `course.<lesson>.<step>`: the step's words; `.ask`; each option or number by
its id; `.do`, what is to be done for the step to be done; `.after`, the sentence beside the reveal; `.lacking`, of a
step that others need: what they say where it has not brought that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnlab.lessons.look import Look

Answer = str | tuple[float, ...]  # the id of an option, or numbers
Fields = Mapping[str, Any]  # of an Experiment


@dataclass(frozen=True)
class Options:
    """One of several options: ids, or what begins with a digit and says itself."""

    options: tuple[str, ...]
    right: Callable[[Look], str | None]  # None while the run does not tell yet


@dataclass(frozen=True)
class Numbers:
    """One number, or several with names, such as the sizes of a shape."""

    right: Callable[[Look], tuple[float, ...] | None]  # None while the run does not tell yet
    names: tuple[str, ...] = ("",)
    within: float = 0.0  # how far from the right number an answer may lie


Question = Options | Numbers


def always(_: Look) -> bool:
    """Done as soon as it was shown, and answered where it asks."""
    return True


def nothing(_: Look) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class LessonStep:
    id: str
    page: str  # on which it is read
    question: Question | None = None
    done: Callable[[Look], bool] = always
    show: str = ""  # the key of the panel that it speaks of
    veiled: bool = False  # whether that panel is hidden until the question is answered
    part: str = ""  # the part of the page that is opened, where the page has several
    told_part: str = ""  # and the one that is opened with the answer
    # Opens this experiment, over that of the lesson, which a function is given; None: what is open stays.
    fields: Fields | Callable[[Fields], Fields] | None = None
    trained: bool = False  # whether what it opens is trained by itself
    trains: bool = False  # whether the reader trains what is open, so that the steps after it are about that
    race: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # on the page Compare: which values are set up
    seeds: int = 1  # of that race
    # By the ids of the steps before it that bring what this one needs: whether it is there.
    needs: Mapping[str, Callable[[Look], bool]] = field(default_factory=dict)
    given: Callable[[Look], dict[str, Any]] = nothing  # numbers of the run for its words and what is to be done
    tells: Callable[[Look], dict[str, Any]] = nothing  # and after it


@dataclass(frozen=True)
class Lesson:
    id: str
    minutes: int
    preset: str
    steps: tuple[LessonStep, ...]
    fields: Fields = field(default_factory=dict)  # over the preset's
    optional: bool = False


SHAPE = ("rows", "columns")  # the names of the numbers of a matrix' shape, which is written in brackets
SEEN = "seen"  # the last step of every lesson: what has been seen, the program, and a task on the reader's own text


def own_text(look: Look) -> bool:
    """Whether the reader has trained on a text of his own."""
    return look.trained and look.experiment.text not in look.lesson_texts


def ended(page: str, done: Callable[[Look], bool] = own_text, fields: Fields | None = None) -> LessonStep:
    """`fields` where the lesson's example would refuse another text, such as one whose every line has a target text."""
    return LessonStep(SEEN, page, done=done, show="text", fields=fields)
