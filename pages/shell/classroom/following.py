"""A class goes where its teacher leads, and gets what he deals out."""

from typing import Any

from pages.shell import navigation
from pages.shell.classroom import current_room
from pages.shell.form import form_state
from pages.shell.form.presets import open_experiment
from pages.shell.guide import current_lesson, guide
from pages.shell.page_names import HOME
from pages.shell.state import session
from rnnlab.experiment import Experiment
from rnnlab.experiment.links import from_link, to_step
from rnnlab.rooms.room import Pupil, Room


def to_board() -> None:
    navigation.go_to("room")


def lead() -> None:
    """The teacher leads, or lets go."""
    current_room.lead(place() if session["room_leads"] else "")


def place() -> str:
    """Where the teacher is, as a link says it: a step of a lesson, or a page."""
    lesson = current_lesson.lesson()
    step = to_step(lesson.id, current_lesson.progress_of(lesson).at) if lesson else ""
    return f"page={session['here']}" + (f"&{step}" if step else "")


def is_behind(room: Room) -> bool:
    """Whether this page is not yet where the teacher leads, or has not what he has dealt out."""
    if current_room.teaches():
        return bool(room.leads) and session["here"] != "room" and room.leads != place()  # nobody follows to the board
    return room.leads != session.get("room_led", "") or dealt(room) != session.get("room_dealt")


def dealt(room: Room) -> dict[str, Any] | None:
    """The fields in which this pupil differs from the others, and his values."""
    pupil = current_room.pupil()
    return room.split.dealt(pupil) if room.split and pupil else None


def follow() -> None:
    """Before a page is drawn."""
    room = current_room.room()
    if room is None or not is_behind(room):
        return
    if current_room.teaches():
        current_room.lead(place())
        return
    session["room_led"] = room.leads
    mine = session["room_dealt"] = dealt(room)
    if room.leads:
        go(room.leads)
    if mine:
        experiment = form_state.read()
        if isinstance(experiment, Experiment) and experiment != (own := experiment.model_copy(update=mine)):
            open_experiment(Experiment(**own.model_dump()))


def show(link: str, number: int) -> None:
    """What a pupil has sent, on the teacher's page: the same experiment, trained here."""
    open_experiment(from_link(link).experiment, train=True)
    session["room_shown"] = number
    navigation.go_to(HOME)


def shown(room: Room) -> Pupil | None:
    """Whose run the teacher's page shows, as long as it does."""
    pupil = next((one for one in room.pupils.values() if one.number == session.get("room_shown")), None)
    here = session["run"].experiment
    return pupil if pupil and from_link(pupil.link).experiment == here else None


def go(leads: str) -> None:
    page, _, step = leads.removeprefix("page=").partition("&")
    link = from_link(step)
    if link.lesson:
        guide.follow(link.lesson, link.at)
    navigation.go_to(page)  # within a lesson, too, the teacher may have gone to another
