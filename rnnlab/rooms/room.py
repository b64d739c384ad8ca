"""A class in one room: who is here, where each of them is, what each has trained and answered.

A room is a value; who changes it makes another. It holds what a pupil's browser tells of itself and of a run's numbers,
and nothing that was typed: what a pupil shows of his own he sends himself, as a link.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rnnlab.i18n import LabError, Problem
from rnnlab.lessons.lesson import Answer
from rnnlab.records.short_repr import ShortRepr

PUPILS = 200  # in a room
WITHOUT_TEACHER = 2 * 3600.0  # seconds after which a room ends whose teacher is away
HERE = 20.0  # seconds since a pupil's page was last heard of, after which he counts as gone
POINTS = 200  # of a loss curve
ANIMALS = 24  # names in the catalogues
SPLIT_FIELDS = ("seed", "cell", "hidden", "lr")  # of an Experiment, in which a class may differ
COLOURS = 8  # that are told from each other on a projector


@dataclass(frozen=True)
class Trained(ShortRepr):
    """A run, in numbers."""

    epochs: tuple[int, ...]  # of the losses, at most POINTS of them, the newest among them
    losses: tuple[float, ...]
    total: int  # epochs that it is to have
    accuracy: float  # of the newest epoch, 0 to 1
    going: bool
    values: Mapping[str, Any] = field(default_factory=dict)  # of SPLIT_FIELDS, those of its experiment
    alike: Mapping[str, int] = field(default_factory=dict)  # by field: equal where experiments differ in that alone
    loss: Literal["mean", "sum"] = "mean"  # what its losses are
    reads_numbers: bool = False


@dataclass(frozen=True)
class Pupil:
    """One place in the room. A pupil has no name: a colour and an animal tell him from the others."""

    number: int  # in the order of coming, from 0: his colour and animal, his seed, his group
    seen: float  # when his page was last heard of
    page: str = ""
    lesson: str = ""
    step: int = 0  # of the lesson, from 0
    run: str = ""  # that his page shows, by its id
    trained: Trained | None = None  # of it
    answers: Mapping[str, Answer] = field(default_factory=dict)  # by "lesson.step"
    link: str = ""  # to what he wants to be shown; "" where he has sent none

    @property
    def animal(self) -> int:
        """Of ANIMALS. With the colour it is another for each of the first ANIMALS * COLOURS pupils, and beyond them the
        number is said besides."""
        return self.number % ANIMALS

    @property
    def colour(self) -> int:
        return (self.number + self.number // ANIMALS) % COLOURS


@dataclass(frozen=True)
class Split:
    """A class as an experiment: groups differ in one field, and the pupils of a group in their seeds."""

    field: str  # of SPLIT_FIELDS
    values: tuple[Any, ...] = ()  # dealt out in turn; none: each has his own number, which makes seeds

    def value_of(self, pupil: Pupil) -> Any:
        return self.values[pupil.number % len(self.values)] if self.values else pupil.number

    def dealt(self, pupil: Pupil) -> dict[str, Any]:
        """What he is to have, by field. Each group has the same seeds, so that luck is shared out evenly."""
        return {"seed": pupil.number // max(len(self.values), 1), self.field: self.value_of(pupil)}


@dataclass(frozen=True)
class Room:
    code: str  # by which pupils come in
    teacher: str  # by which its teacher does: another secret
    heard: float  # when the teacher's page was last heard of
    pupils: Mapping[str, Pupil] = field(default_factory=dict)  # by a secret of each browser
    leads: str = ""  # the link that everybody's page follows; "": each goes his own way
    split: Split | None = None
    revealed: str = ""  # "lesson.step" whose answers the class sees; "": of none

    def ended(self, now: float) -> bool:
        return now - self.heard > WITHOUT_TEACHER

    def here(self, now: float) -> list[Pupil]:
        """Whose page is open now, in the order of coming."""
        return sorted((one for one in self.pupils.values() if now - one.seen <= HERE), key=lambda one: one.number)


def joined(room: Room, id: str, now: float) -> Room:
    """With this browser's pupil in it. Who comes back has the place that he had. Raises LabError where it is full."""
    if id in room.pupils:
        return told(room, id, now)
    if len(room.pupils) >= PUPILS:
        raise LabError(Problem("room_full", "", {"limit": PUPILS}))
    number = max((pupil.number for pupil in room.pupils.values()), default=-1) + 1
    return replace(room, pupils={**room.pupils, id: Pupil(number, now)})


def without(room: Room, id: str) -> Room:
    return replace(room, pupils={other: pupil for other, pupil in room.pupils.items() if other != id})


def told(room: Room, id: str, now: float, **facts: Any) -> Room:
    """With what a pupil's page says of itself. Of who is not in the room nothing is kept."""
    if id not in room.pupils:
        return room
    return replace(room, pupils={**room.pupils, id: replace(room.pupils[id], seen=now, **facts)})


def answered(room: Room, id: str, step: str, answer: Answer, now: float) -> Room:
    """A pupil's first answer to a step counts, as in the lesson itself."""
    pupil = room.pupils.get(id)
    if pupil is None or step in pupil.answers:
        return room
    return told(room, id, now, answers={**pupil.answers, step: answer})


def bars(room: Room, step: str) -> dict[Answer, int] | None:
    """How often each answer to a step was given, most often first. None before the teacher reveals them."""
    if step != room.revealed:
        return None
    given = (pupil.answers[step] for pupil in room.pupils.values() if step in pupil.answers)
    return dict(sorted(Counter(given).items(), key=lambda item: (-item[1], str(item[0]))))


def has_answered(room: Room, step: str) -> int:
    """How many, which may be told before."""
    return sum(step in pupil.answers for pupil in room.pupils.values())
