"""What a part of this benchmark gives: measured values, each beside its goal."""

from typing import NamedTuple


class Goal(NamedTuple):
    name: str
    value: float
    goal: float
    met: bool


def at_most(name: str, value: float, goal: float) -> Goal:
    return Goal(name, round(value, 3), goal, value <= goal)


def at_least(name: str, value: float, goal: float) -> Goal:
    return Goal(name, round(value, 3), goal, value >= goal)
