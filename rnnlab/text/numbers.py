"""A column of numbers, as the task `series` reads a text: separated by white space, commas or semicolons."""

import re
from dataclasses import dataclass

from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import SERIES_NUMBERS
from rnnlab.i18n import LabError, Problem, numeral, shorten
from rnnlab.text.normalization import normalize

SEPARATORS = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")  # also those of Chinese
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
LARGEST = 1e12
FEWEST = 3  # that are trained on: two to read, each with a next one


@dataclass(frozen=True)
class TypedNumbers:
    """The numbers of a text, in its order."""

    written: tuple[str, ...]  # as typed
    numbers: tuple[float, ...]
    trained: int  # so many from the beginning are trained on, the rest are only tested on


def typed_numbers(e: Experiment) -> TypedNumbers:
    """Raises LabError for what is no number, and where too few or too many are left, or all are alike."""
    written = tuple(part for part in SEPARATORS.split(normalize(e.text)) if part)
    numbers = tuple(number(place, part) for place, part in enumerate(written, start=1))
    if len(numbers) > SERIES_NUMBERS:
        raise LabError(Problem("numbers_many", "text", {"value": len(numbers), "limit": SERIES_NUMBERS}))
    tested = max(1, round(len(numbers) * e.held_out)) if e.held_out else 0
    trained, needed = len(numbers) - tested, max(FEWEST, e.window + 1)
    if trained < needed:
        values = {"value": max(trained, 0), "total": len(numbers), "limit": needed}
        raise LabError(Problem("numbers_few", "text", values))
    if len(set(numbers[:trained])) == 1:
        raise LabError(Problem("numbers_alike", "text", {"value": written[0]}))
    return TypedNumbers(written, numbers, trained)


def number(place: int, part: str) -> float:
    """One of them, counted from 1. Raises LabError where it is none, or too large."""
    value = as_number(part)
    if value is None:
        raise LabError(Problem("no_number", "text", {"place": place, "value": shorten(part)}))
    if abs(value) > LARGEST:
        large = {"place": place, "value": shorten(part), "limit": numeral(LARGEST)}
        raise LabError(Problem("number_large", "text", large))
    return value


def as_number(part: str) -> float | None:
    """None where it is written otherwise than a number: neither "nan" nor "inf" is one."""
    plain = part.replace("\u2212", "-")  # the minus sign of printed text
    return float(plain) if NUMBER.fullmatch(plain) else None
