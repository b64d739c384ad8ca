"""Both languages for many cases without twice as many: they take turns."""

from collections.abc import Callable, Iterable
from itertools import cycle
from typing import TypeVar
from zlib import crc32

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


def either(test: Callable) -> Callable:
    """A test of a page in one of the languages: half of them in one, half in the other. What every page says is read in
    both anyway."""
    langs = list(LANGUAGES)
    return pytest.mark.parametrize("lang", [langs[crc32(test.__name__.encode()) % len(langs)]])(test)
