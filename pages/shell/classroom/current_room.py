"""The room of a class in which this reader is, as its teacher or as a pupil."""

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pages.shell.guide import current_lesson
from pages.shell.state import session
from rnnlab.engine import live_runs
from rnnlab.engine.runs import Run
from rnnlab.experiment.links import Link, to_link
from rnnlab.i18n import LabError, Problem
from rnnlab.lessons.lesson import Answer
from rnnlab.rooms.results import thinned
from rnnlab.rooms.room import SPLIT_FIELDS, Pupil, Room, Trained, answered, told, without
from rnnlab.rooms.rooms import Rooms, normal

ROOMS = Rooms()  # of this web process
TEACHER = "teacher "  # what a tab keeps of one begins with this


def install() -> None:
    """Once a process, before the first session. Raises ValueError where RNNLAB_ROOMS is no letter."""
    ROOMS.take(os.environ.get("RNNLAB_ROOMS", ""))


def room() -> Room | None:
    """As it is now. None where the reader is in none, or in one that has ended."""
    code = session.get("room", "")
    if not code:
        return None
    try:
        return ROOMS.find(code)
    except LabError:
        return None


def teaches() -> bool:
    return bool(session.get("room_teacher"))


def pupil() -> Pupil | None:
    here = room()
    return here.pupils.get(session.get("room_pupil", "")) if here and not teaches() else None


def open_room() -> None:
    """A teacher opens one."""
    found = tried(ROOMS.open)
    if found:
        session["room"], session["room_teacher"] = found.code, found.teacher
        show_way_in(True)


def show_way_in(open: bool) -> None:
    """How the class comes in, on the projector."""
    session["room_way_in"] = open


def enter(code: str, teacher: str = "") -> None:
    """By its code as a pupil, or with its secret as its teacher."""
    mine = session.setdefault("room_pupil", secrets.token_urlsafe(12))
    found = tried(lambda: ROOMS.teach(code, teacher) if teacher else ROOMS.join(code, mine))
    if found:
        session["room"], session["room_teacher"] = found.code, teacher


def enter_typed(code: str) -> None:
    """By a code that was typed. Where its room is in another process, the browser loads the page anew, by an address
    that leads there; what the form says is in it."""
    if ROOMS.is_elsewhere(code):
        session["room_problems"], session["room_elsewhere"] = (), normal(code)
    else:
        enter(code)


def arrive(link: Link) -> None:
    """By a link."""
    if link.room:
        enter(link.room, link.teacher)


def leave() -> None:
    session["room"] = session["room_teacher"] = ""


def close() -> None:
    tried(lambda: ROOMS.close(session["room"], session["room_teacher"]))
    leave()


def teach(change: Callable[[Room], Room]) -> None:
    tried(lambda: ROOMS.teach(session["room"], session["room_teacher"], change))


def tried(act: Callable[[], Any]) -> Any:
    """What it gives. None where the room does not allow it, which is said to the reader."""
    session["room_problems"] = ()
    try:
        return act()
    except LabError as error:
        session["room_problems"] = error.problems
        return None


def problems() -> tuple[Problem, ...]:
    return session.get("room_problems", ())


def report() -> None:
    """The room hears what this page shows: its teacher's, that he is there; a pupil's, where he is and what has been
    trained. Nothing that was typed."""
    here = room()
    if here is None:
        return
    if teaches():
        teach(lambda room: room)
        return
    lesson = current_lesson.lesson()
    facts = {
        "page": session["here"],
        "lesson": lesson.id if lesson else "",
        "step": current_lesson.progress_of(lesson).at if lesson else 0,
        "run": session["run"].id,
        "trained": trained(newest(session["run"])),
    }
    mine, now = session["room_pupil"], ROOMS.clock()
    tried(lambda: ROOMS.change(here.code, lambda room: told(room, mine, now, **facts)))


def newest(run: Run) -> Run:
    """As it is now: while it goes on, a stream tells the page, which the session does not hear of."""
    live = live_runs.shared().find(run.id)
    return live.value if live and isinstance(live.value, Run) else run


def trained(run: Run) -> Trained | None:
    """The numbers of a run as it is shown."""
    shown = run.shown
    if shown.history is None or not shown.history.snapshots:
        return None
    losses = [snapshot.loss for snapshot in shown.history.snapshots]
    epochs, kept = thinned(range(1, len(losses) + 1), losses)
    e = shown.experiment
    values = {name: getattr(e, name) for name in SPLIT_FIELDS}
    # How long it is trained is no other experiment. A hash tells whether two are equal, and nothing of what was typed.
    same = {"epochs": 1, "seed": 0}
    alike = {name: hash(e.model_copy(update=same | {name: None})) for name in SPLIT_FIELDS}
    accuracy = shown.history.snapshots[-1].accuracy
    return Trained(epochs, kept, e.epochs, accuracy, shown.going, values, alike, e.loss, e.reads_numbers)


def watched() -> Room | None:
    """The room with every run as it is now, which its pupil's page tells only every few moments."""
    here = room()
    return here and replace(here, pupils={id: up_to_date(pupil) for id, pupil in here.pupils.items()})


def up_to_date(pupil: Pupil) -> Pupil:
    live = live_runs.shared().find(pupil.run)
    if live is None or not isinstance(live.value, Run):
        return pupil
    return replace(pupil, trained=trained(live.value))


def kept() -> str:
    """Who the reader is in the room, for his tab to keep: the address of a teacher is read off the projector."""
    if not session.get("room"):
        return ""
    return TEACHER + session["room_teacher"] if teaches() else session.get("room_pupil", "")


def recall(who: str) -> None:
    """The browser has kept who it was in the room since before a reload: it is that again."""
    here, fresh = room(), session.get("room_pupil", "")
    if here is None or teaches() or who == fresh:
        return
    if secrets.compare_digest(who.encode(), (TEACHER + here.teacher).encode()):
        session["room_teacher"] = here.teacher
    elif who in here.pupils:
        session["room_pupil"] = who
    else:
        return
    tried(lambda: ROOMS.change(here.code, lambda room: without(room, fresh)))


def answer(step: str, said: Answer) -> None:
    """A pupil has answered a step of a lesson, "lesson.step"."""
    here = room()
    if here and not teaches():
        mine, now = session["room_pupil"], ROOMS.clock()
        tried(lambda: ROOMS.change(here.code, lambda room: answered(room, mine, step, said, now)))


def own_link() -> str:
    """To the experiment of the run that is shown."""
    return to_link(session["run"].experiment, session["lang"], run=True)


def send() -> None:
    """A pupil has his run shown to all: his text goes with it, for he asks for that."""
    here = room()
    if here:
        mine, now = session["room_pupil"], ROOMS.clock()
        tried(lambda: ROOMS.change(here.code, lambda room: told(room, mine, now, link=own_link())))


def query() -> str:
    """What the address says of it, so that a reload leads back."""
    here = room()
    code = elsewhere() or (here.code if here else "")
    return f"room={code}" if code else ""


def elsewhere() -> str:
    """The code of the room to which the browser is to go; "" where it stays."""
    return session.get("room_elsewhere", "")


def lead(link: str) -> None:
    """Everybody's page follows to this link; with "" each goes his own way again."""
    teach(lambda room: replace(room, leads=link))
