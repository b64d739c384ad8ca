"""What a browser is sent of a run that goes on: everything since the last message, in few bytes.

A message is the length of a header (uint32, little-endian), the header (JSON, filled up with spaces to a multiple of
4), and the arrays that it names, one after the other, each filled up likewise.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from pages.shell.stream.lines import race_lines, run_lines
from pages.shell.stream.parts import Parts, Said
from rnnlab.engine.runs import Run
from rnnlab.figures.style import as_tokens
from rnnlab.races.race import Race
from rnnlab.records.history import Frame, History

RATE = 30.0  # frames a second that are shown: more the eye does not tell apart
MOST = 20  # and in a message, however long the last one is ago
IDS = 30_000  # that two bytes can tell apart
PARTS_PACE = 0.3  # seconds from one drawing of a page's parts to the next,
PARTS_SHARE = 10  # and no less than so many times as long as it takes


@dataclass
class Told:
    """What a viewer knows of a run or a race."""

    epoch: int = -1  # of the newest frame
    points: dict[str, int] = field(default_factory=dict)  # how many of each line it has
    newest: dict[str, int] = field(default_factory=dict)  # the epoch of the last of them
    names: set[int] = field(default_factory=set)  # classes whose names it has
    numbers: dict[str, int] = field(default_factory=dict)  # that were predicted, as written: their ids
    at: float = -inf  # when, by the clock in seconds
    parts: Said = field(default_factory=Said)
    parts_due: float = -inf


def message(value: Run | Race, told: Told, words: dict[str, Any], parts: Parts | None = None) -> bytes:
    """What is new of a run or a race, to somebody who was told so much; who is told it thereby. `words` say how it
    stands."""
    now = time.monotonic()
    header: dict[str, Any] = {"run": value.id, "going": value.going, **words}
    arrays: dict[str, np.ndarray] = {}
    if isinstance(value, Run):
        header |= {"opened": value.history is not None, "epoch": value.epoch}
        if value.history is None:
            return packed(header | {"lines": {}}, arrays)
        add_frames(value, told, now, header, arrays)
    add_lines(value, told, header, arrays)
    if parts and (now > told.parts_due or not value.going):
        header["parts"] = told.parts.news(parts, value)
        told.parts_due = now + max(PARTS_PACE, PARTS_SHARE * (time.monotonic() - now))
    told.at = now
    return packed(header, arrays)


def add_lines(value: Run | Race, told: Told, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    lines = run_lines if isinstance(value, Run) else race_lines
    header["lines"] = {}
    for name, line in lines(value, lambda name: told.newest.get(name, -1)):  # type: ignore[arg-type]
        began = told.points.get(name, 0)
        header["lines"][name] = began
        arrays |= {f"{name}.{part}": values.astype("<f4") for part, values in line.items()}
        told.points[name] = began + len(line["y"])
        told.newest[name] = int(line["x"][-1]) if "x" in line else told.points[name]


def add_frames(run: Run, told: Told, now: float, header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    history = run.history
    assert history is not None
    most = int(min(max(1.0, RATE * (now - told.at)), MOST))
    frames = thinned([one for one in (*history.frames, *run.passing) if one.epoch > told.epoch], most)
    header["specials"] = history.opening.class_specials
    header["frames"] = [one.epoch for one in frames]
    if not frames:
        return
    hidden = np.stack([one.hidden for one in frames])
    header["scale"] = float(np.abs(hidden).max()) or 1.0
    top, names = answers_of(history, frames, told)
    arrays["hidden"] = np.rint(hidden * (127 / header["scale"])).astype(np.int8)
    arrays["top"] = top.astype("<i2")  # a text has no more than 20,000 types
    chances = np.stack([one.top_probabilities for one in frames])
    arrays["probability"] = rounded(chances, 65535).astype("<u2")
    new = set(np.unique(top[top >= 0]).tolist()) - told.names
    header["names"] = {id: names[id] for id in sorted(new)}
    told.names |= new
    told.epoch = frames[-1].epoch


def answers_of(history: History, frames: Sequence[Frame], told: Told) -> tuple[np.ndarray, Sequence[str]]:
    """The likeliest classes, [frame, step, rank], and all their names. A number that is predicted is named by itself,
    in the order in which this viewer was told of them, as many as an id can tell apart."""
    if history.opening.column is None:
        return np.stack([one.top_classes for one in frames]), history.opening.classes
    said = np.stack([one.task_arrays["predicted"][: history.opening.inputs] for one in frames])
    written, places = as_tokens(said)
    for one in written[: IDS - len(told.numbers)]:
        told.numbers.setdefault(one, len(told.numbers))
    ids = np.array([told.numbers.get(one, -1) for one in written])
    return ids[places][..., None], list(told.numbers)


def rounded(shares: np.ndarray, most: int) -> np.ndarray:
    """Shares in `most` steps. 0 and 1 are said of exactly none and exactly all."""
    steps = np.rint(np.clip(shares, 0, 1) * most)
    return np.where((shares > 0) & (shares < 1), np.clip(steps, 1, most - 1), steps)


def thinned(frames: Sequence[Frame], most: int) -> list[Frame]:
    """So many of them, evenly, in the order of their epochs, the newest last."""
    ordered = sorted({one.epoch: one for one in frames}.values(), key=lambda one: one.epoch)
    if len(ordered) <= most:
        return ordered
    places = np.linspace(len(ordered) - 1, 0, most, endpoint=False)[::-1].round().astype(int)
    return [ordered[place] for place in places]


def packed(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    parts = [filled(np.ascontiguousarray(array).tobytes(), b"\0") for array in arrays.values()]
    kinds = {name: [array.dtype.name, list(array.shape)] for name, array in arrays.items()}
    head = filled(json.dumps(header | {"arrays": kinds}, ensure_ascii=False).encode(), b" ")
    return b"".join([len(head).to_bytes(4, "little"), head, *parts])


def filled(data: bytes, by: bytes) -> bytes:
    return data + by * (-len(data) % 4)
