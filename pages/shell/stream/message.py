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

from rnnlab.engine.runs import Run
from rnnlab.records.history import Frame

RATE = 30.0  # frames a second that are shown: more the eye does not tell apart
MOST = 10  # and in a message, however long the last one is ago


@dataclass
class Told:
    """What a viewer knows of a run."""

    epoch: int = -1  # of the newest frame
    epochs: int = 0  # whose losses it has
    names: set[int] = field(default_factory=set)  # classes whose names it has
    at: float = -inf  # when, by the clock in seconds


def message(run: Run, told: Told, status: str, why: str) -> bytes:
    """What is new of a run that has been opened, to somebody who was told so much; who is told it thereby."""
    history = run.history
    assert history is not None
    now = time.monotonic()
    most = int(min(max(1.0, RATE * (now - told.at)), MOST))
    frames = thinned([one for one in (*history.frames, *run.passing) if one.epoch > told.epoch], most)
    snapshots = history.snapshots[told.epochs :]
    arrays: dict[str, np.ndarray] = {
        "losses": np.array([one.loss for one in snapshots], dtype="<f4"),
    }
    header: dict[str, Any] = {
        "run": run.id,
        "going": run.going,
        "epoch": history.epoch,
        "epochs": history.experiment.epochs,
        "from": told.epochs,
        "status": status,
        "held_up": why,
        "specials": history.opening.class_specials,
        "frames": [one.epoch for one in frames],
    }
    if frames:
        hidden = np.stack([one.hidden for one in frames])
        header["scale"] = float(np.abs(hidden).max()) or 1.0
        top = np.stack([one.top_classes for one in frames])
        arrays["hidden"] = np.rint(hidden * (127 / header["scale"])).astype(np.int8)
        arrays["top"] = top.astype("<i2")  # a text has no more than 20,000 types
        chances = np.stack([one.top_probabilities for one in frames])
        arrays["probability"] = rounded(chances, 65535).astype("<u2")
        new = set(np.unique(top[top >= 0]).tolist()) - told.names
        header["names"] = {id: history.opening.classes[id] for id in sorted(new)}
        told.names |= new
        told.epoch = frames[-1].epoch
    told.epochs, told.at = history.epoch, now
    return packed(header, arrays)


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
