"""What a class has found together: all its loss curves, and for each group their median and quartiles."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlab.records.short_repr import ShortRepr
from rnnlab.rooms.room import POINTS, Pupil, Room, Trained

RIGHT = 1.0  # the accuracy of a run that has learnt its text


@dataclass(frozen=True, repr=False)
class Group(ShortRepr):
    value: Any  # of the field in which groups differ
    pupils: int
    reached: int  # how many of their runs say everything right now
    epochs: np.ndarray  # int [point], as far as all of them have come
    low: np.ndarray  # float [point]: first quartile of the losses
    median: np.ndarray
    high: np.ndarray  # third quartile


def thinned(epochs: Iterable[int], losses: Iterable[float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """At most POINTS of a curve, evenly, the first and the newest among them."""
    all_epochs, all_losses = tuple(epochs), tuple(losses)
    if len(all_epochs) <= POINTS:
        return all_epochs, all_losses
    places = np.unique(np.linspace(0, len(all_epochs) - 1, POINTS).round().astype(int))
    return tuple(all_epochs[place] for place in places), tuple(all_losses[place] for place in places)


def compared(room: Room) -> list[tuple[Pupil, Trained]]:
    """The runs that the class is to be compared by. Of a class that was split these are runs of one experiment, that of
    most, but for the field in which they differ, and the seed."""
    runs = [(pupil, pupil.trained) for pupil in room.pupils.values() if pupil.trained]
    split = room.split
    if split is None or not runs:
        return runs
    (common, _), *_ = Counter(run.alike.get(split.field) for _, run in runs).most_common(1)
    return [
        (pupil, run)
        for pupil, run in runs
        if run.alike.get(split.field) == common and (not split.values or run.values.get(split.field) in split.values)
    ]


def left_out(room: Room) -> int:
    """How many runs are of another experiment."""
    return sum(pupil.trained is not None for pupil in room.pupils.values()) - len(compared(room))


def reached(room: Room) -> tuple[int, int]:
    """How many runs say everything right, of how many."""
    runs = [run for _, run in compared(room)]
    return sum(run.accuracy >= RIGHT for run in runs), len(runs)


def groups(room: Room) -> list[Group]:
    """Of a class that was split, in the order of the values. A run is of the group whose value it was trained with,
    whatever its pupil was dealt."""
    if room.split is None or not room.split.values:
        return []
    found: dict[Any, list[Trained]] = {value: [] for value in room.split.values}
    for _, run in compared(room):
        found[run.values[room.split.field]].append(run)
    return [group(value, runs) for value, runs in found.items() if runs]


def group(value: Any, runs: list[Trained]) -> Group:
    """Losses between the points of a curve are interpolated: each run keeps points of its own."""
    last = min(run.epochs[-1] for run in runs)
    first = max(run.epochs[0] for run in runs)
    epochs = np.unique(np.linspace(first, max(first, last), POINTS).round().astype(int))
    losses = np.array([np.interp(epochs, run.epochs, run.losses) for run in runs])
    low, median, high = np.percentile(losses, (25, 50, 75), axis=0)
    return Group(value, len(runs), sum(run.accuracy >= RIGHT for run in runs), epochs, low, median, high)
