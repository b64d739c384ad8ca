"""How a link has its page shown to a class: at an epoch and a step, without what is left out, in large type."""

import re
from dataclasses import dataclass

from rnnlab.experiment.limits import BOUNDS
from rnnlab.i18n import Problem, shorten
from rnnlab.i18n.catalogue import ids

FRAME = ("settings", "example", "language", "pages")  # what is around every page's panels
STEPS = 10_000  # of a line that is read, at most
HIDDEN = 40  # parts


@dataclass(frozen=True)
class Worksheet:
    epoch: int | None = None  # that is looked at as soon as its run is there
    step: int | None = None  # of the line that is read, from 0
    hidden: tuple[str, ...] = ()  # of FRAME, and names of panels
    presents: bool = False  # in large type and stark colours, for a projector


def to_parameters(worksheet: Worksheet) -> dict[str, str]:
    """What a link says of it: nothing of what is as ever."""
    said = {
        "epoch": "" if worksheet.epoch is None else str(worksheet.epoch),
        "step": "" if worksheet.step is None else str(worksheet.step + 1),
        "hide": ",".join(worksheet.hidden),
        "present": "1" if worksheet.presents else "",
    }
    return {name: value for name, value in said.items() if value}


def from_parameters(parameters: dict[str, str], notes: list[Problem]) -> Worksheet:
    """What a link says of it, taken out of its parameters. What is none of it falls away, with a note."""
    epoch = whole_number(parameters, "epoch", 0, int(BOUNDS["epochs"][1]), notes)
    step = whole_number(parameters, "step", 1, STEPS, notes)
    names = tuple(dict.fromkeys(name for name in parameters.pop("hide", "").split(",") if name))
    known = tuple(name for name in names if is_part(name))[:HIDDEN]
    if others := [name for name in names if name not in known]:
        notes.append(Problem("link_parts", "", {"name": "hide", "value": shorten(",".join(others))}))
    presents = parameters.pop("present", "") == "1"
    return Worksheet(epoch, None if step is None else step - 1, known, presents)


def is_part(name: str) -> bool:
    """Whether a page can have a part of this name."""
    return name in FRAME or (re.fullmatch(r"[a-z0-9_-]+", name) is not None and f"panel.{name}" in ids("en"))


def whole_number(parameters: dict[str, str], name: str, least: int, most: int, notes: list[Problem]) -> int | None:
    """The number that stands under a name, taken out of the parameters. None where there is none, or one that a note is
    about."""
    said = parameters.pop(name, "")
    if not said:
        return None
    if said.isascii() and said.isdigit() and least <= int(said[:9]) <= most:
        return int(said)
    values = {"name": name, "value": shorten(said), "least": least, "limit": f"{most:,}"}
    notes.append(Problem("link_number", "", values))
    return None
