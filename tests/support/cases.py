"""Both languages for many cases without twice as many: they take turns."""

from collections.abc import Iterable
from itertools import cycle
from typing import TypeVar

import pytest

from rnnlab.i18n import LANGUAGES

T = TypeVar("T")


def in_turn(cases: Iterable[T]) -> list[tuple[T, str]]:
    """Each case with a language: the first in one, the next in the other."""
    return list(zip(cases, cycle(LANGUAGES), strict=False))


def some_now(cases: Iterable[T], usual: Iterable[T]) -> list:
    """Cases as parameters: the usual ones in every run, the others in the thorough one."""
    kept = list(usual)
    return [case if case in kept else pytest.param(case, marks=pytest.mark.thorough) for case in cases]


# In every run in one language; in the thorough one in the other too. What every page says is read in both anyway.
EITHER = pytest.mark.parametrize("lang", some_now(LANGUAGES, ["en"]))
