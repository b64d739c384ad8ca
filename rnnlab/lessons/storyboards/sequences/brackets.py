"""A unit that knows whether a bracket is open, and one that must count how many are."""

from functools import partial
from typing import Any

import numpy as np

from rnnlab.analysis.correlations import correlations
from rnnlab.analysis.token_properties import brackets, marking
from rnnlab.engine import jobs
from rnnlab.lessons.answers import nearest
from rnnlab.lessons.lesson import Fields, Lesson, LessonStep, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.trace import top_place
from rnnlab.records.units import Activations

CLOSE = ("0.3", "0.6", "1")  # a correlation
LEVELS = ("none", "one", "two")  # how many brackets are open


def nested(fields: Fields) -> Fields:
    """The lines of the example with a bracket inside each bracket, and what is asked for: how many are open."""
    lines = [within(line, place) for place, line in enumerate(fields["text"].splitlines())]
    return {"text": "\n".join(lines), "target": "\n".join(map(depths, lines))}


def turn(char: str) -> int:
    """1 where it opens a bracket, -1 where it closes one, else 0."""
    kind, found = marking(char)
    return found if kind == "bracket" else 0


def within(line: str, place: int) -> str:
    """A line whose bracket has another one inside: around its beginning, in every second line around its end."""
    turns = [turn(char) for char in line]
    start, end = turns.index(1), turns.index(-1)
    sign, inside, other = line[start], line[start + 1 : end], line[end]
    half = inside.find(" ") if " " in inside else len(inside) // 2
    first, second = inside[:half], inside[half:]
    inner = f"{sign}{first}{other}{second}" if place % 2 else f"{first}{sign}{second}{other}"
    return line[: start + 1] + inner + line[end:]


def depths(line: str) -> str:
    """For each character how many brackets are open once it has been read."""
    depth, found = 0, []
    for char in line:
        depth += turn(char)
        found.append(str(depth))
    return "".join(found)


def activations(look: Look, text: str = "") -> Activations | None:
    assert look.history is not None
    weights = look.history.checkpoints[-1].weights
    return look.ask(jobs.activations, look.experiment, weights, top_place(look.opening), "h", text)


def strongest(look: Look) -> tuple[int, float] | None:
    """The unit that goes along most closely with how many brackets are open, over the run's own lines, and how."""
    found = activations(look)
    if found is None:
        return None
    r = np.nan_to_num(correlations(found.values, brackets(found.passage)))
    unit = int(np.abs(r).argmax())
    return unit, float(r[unit])


def how_closely(look: Look) -> str | None:
    found = strongest(look)
    return None if found is None else nearest(CLOSE, abs(found[1]))


def found_unit(look: Look) -> dict[str, Any]:
    found = strongest(look)
    return {"unit": found[0], "r": signed(found[1])} if found else {}


def signed(value: float) -> str:
    return f"{value:+z.2f}".replace("-", "−")


def typed_depth(look: Look) -> int:
    """How many brackets are open at once, at most, in what the reader has typed."""
    return max((int(one) for line in look.typed.splitlines() for one in depths(line) if one.isdigit()), default=0)


def at_brackets(look: Look) -> list[tuple[str, int, float]] | None:
    """Each bracket of what the reader has typed: what it is, how many are open after it, and the strongest unit's
    value there, turned so that inside is above outside."""
    best, found = strongest(look), activations(look, look.typed)
    if best is None or found is None:
        return None
    unit, r = best
    rows = zip(found.passage.tokens, brackets(found.passage), found.values[:, unit] * np.sign(r), strict=True)
    return [(token, int(depth), float(value)) for token, depth, value in rows if len(token) == 1 and turn(token)]


def counts(look: Look) -> str | None:
    """Whether the unit, where one bracket has been closed and another is open still, is as where it was inside, or as
    outside."""
    found = at_brackets(look)
    still = next((value for token, depth, value in found or [] if turn(token) < 0 and depth == 1), None)
    return None if still is None else "counts" if still > 0 else "switches"


def readings(look: Look) -> dict[str, Any]:
    found, best = at_brackets(look), strongest(look)
    if not found or best is None:
        return {}
    unit, r = best  # and its values as the page shows them
    return {"unit": unit, "values": ", ".join(signed(value * np.sign(r)) for _, _, value in found)}


def levels(look: Look) -> list[float] | None:
    """The mean of the strongest unit where no bracket is open, one, two; turned so that more is higher."""
    best, found = strongest(look), activations(look)
    if best is None or found is None:
        return None
    unit, r = best
    values, depth = found.values[:, unit] * np.sign(r), brackets(found.passage)
    means = [float(values[depth == level].mean()) for level in range(3) if (depth == level).any()]
    return means if len(means) == 3 else None


def larger_step(look: Look) -> str | None:
    found = levels(look)
    if found is None:
        return None
    first, second = found[1] - found[0], found[2] - found[1]
    return "first" if first > second else "second"


def means(look: Look) -> dict[str, Any]:
    found, best = levels(look), strongest(look)
    if found is None or best is None:
        return {}
    unit, r = best
    return {"unit": unit} | {name: signed(one * np.sign(r)) for name, one in zip(LEVELS, found, strict=True)}


on_page = partial(LessonStep, page="units", show="unitmap")

LESSON = Lesson(
    id="brackets",
    minutes=15,
    preset="brackets",
    optional=True,
    steps=(
        on_page(
            "finds",
            question=Options(CLOSE, how_closely),
            trains=True,
            done=lambda look: look.trained,
            fields={},
            given=lambda look: {"units": look.experiment.hidden},
            tells=found_unit,
        ),
        on_page(
            "nested",
            question=Options(("counts", "switches"), counts),
            done=lambda look: look.trained and typed_depth(look) > 1,
            tells=readings,
        ),
        on_page(
            "levels",
            question=Options(("first", "second"), larger_step),
            done=lambda look: look.trained and "2" in look.experiment.target,
            fields=nested,
            tells=means,
        ),
        ended("units", fields={"target": ""}),
    ),
)
