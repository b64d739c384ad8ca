"""The colours by which pupils of a class are told from each other, on a projector by day and by night."""

import math
import tomllib
from itertools import combinations

import pytest

from pages.shell.classroom.pupil_look import HUES, line_of
from rnnlab.rooms.room import COLOURS, Pupil
from tests.support.eventually import ROOT

THEMES = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]
APART = 28  # in CIELAB, where 2 can be told beside each other


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_is_seen_on_both_grounds(scheme):
    ground = luminance(THEMES[scheme]["backgroundColor"])
    for hue in HUES:
        low, high = sorted((ground, luminance(hue)))
        assert (high + 0.05) / (low + 0.05) >= 3, hue  # what WCAG asks of graphics


def test_no_two_are_taken_for_each_other():
    assert len(HUES) == COLOURS
    for one, other in combinations(HUES, 2):
        assert math.dist(lab(one), lab(other)) > APART, (one, other)
    looks = [tuple(line_of(Pupil(number, 0.0)).values()) for number in range(48)]
    assert len({*looks}) == 48


def linear(hue: str) -> list[float]:
    shares = [int(hue[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def luminance(hue: str) -> float:
    red, green, blue = linear(hue)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lab(hue: str) -> tuple[float, float, float]:
    red, green, blue = linear(hue)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, luminance(hue), z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
