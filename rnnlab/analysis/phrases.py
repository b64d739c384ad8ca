"""A phrase (a stretch of tokens), the units that are on for it, and where else these are on: no torch here.

A unit is on where its value is at least θ, or at most -θ; which of the two is its sign in the phrase. After LSTMVis
(Strobelt, Gehrmann, Pfister and Rush, 2018), which knows the first of the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rnnlab.records.units import Passage

Phrase = tuple[int, int]  # the first token, and the one behind the last


@dataclass(frozen=True)
class PhraseMatch:
    """A stretch of tokens, from `start` up to `stop`, over all of which `units` are on."""

    start: int
    stop: int
    units: tuple[int, ...]


def line_of(p: Passage, token: int) -> tuple[int, int]:
    """Where the line of a token starts and stops."""
    bounds = p.bounds
    line = int(np.searchsorted(bounds, token, side="right")) - 1
    return int(bounds[line]), int(bounds[line + 1])


def signs_within(values: np.ndarray, phrase: Phrase, theta: float) -> np.ndarray:
    """[unit] int: 1 where a unit is at least θ over all of a phrase, -1 where it is at most -θ, else 0. θ > 0."""
    part = values[slice(*phrase)]
    return (part >= theta).all(0).astype(int) - (part <= -theta).all(0).astype(int)


def active_units(p: Passage, values: np.ndarray, phrase: Phrase, theta: float, only: bool) -> np.ndarray:
    """As `signs_within`; with `only`, of units that are off right before the phrase and right after it, as far as its
    line goes."""
    start, stop = phrase
    signs = signs_within(values, phrase, theta)
    first, last = line_of(p, start)
    for beside in [start - 1] * (start > first) + [stop] * (stop < last):
        if only:
            signs = np.where(values[beside] * signs >= theta, 0, signs)
    return signs


def matches(p: Passage, values: np.ndarray, signs: np.ndarray, theta: float, phrase: Phrase) -> Iterator[PhraseMatch]:
    """Other places where the units of a phrase are on together: stretches that can be made no longer without losing one
    of the units that are on over all of it. Most units first, then those most like the phrase in length, then in the
    order of the text; none overlaps the phrase or one before it."""
    units = np.flatnonzero(signs)
    if not len(units):
        return
    on = values[:, units] * signs[units] >= theta  # [token, unit]
    count, (first, last) = on.sum(1), spans(on, p.bounds)
    # Around each token the stretch over which all that are on there stay on.
    starts = np.where(on, first, 0).max(1)
    stops = np.where(on, last, len(on)).min(1)
    found: dict[tuple[int, int], int] = {}
    for token in np.flatnonzero(count):
        found.setdefault((int(starts[token]), int(stops[token])), int(token))
    length = phrase[1] - phrase[0]
    order = sorted(found.items(), key=lambda at: (-count[at[1]], abs(at[0][1] - at[0][0] - length), at[0]))
    taken = np.zeros(len(on), bool)
    taken[slice(*phrase)] = True
    for (start, stop), token in order:
        if not taken[start:stop].any():
            taken[start:stop] = True
            yield PhraseMatch(start, stop, tuple(units[on[token]].tolist()))


def spans(on: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each token and unit of on [token, unit] where the unbroken stretch of being on, or off, that it lies in
    starts and stops; none goes from line to line."""
    tokens = np.arange(len(on))[:, None]
    breaks = np.ones((len(on) + 1, on.shape[1]), bool)
    breaks[1:-1] = on[1:] != on[:-1]
    breaks[bounds] = True
    first = np.maximum.accumulate(np.where(breaks[:-1], tokens, 0), axis=0)
    last = np.minimum.accumulate(np.where(breaks[1:], tokens + 1, len(on))[::-1], axis=0)[::-1]
    return first, last


def find(p: Passage, typed: str) -> Phrase | None:
    """The tokens that a typed phrase lies in where it comes first, white space apart. None where it is nowhere."""
    wanted = "".join(typed.split())
    for first, line in zip(p.bounds.tolist(), p.lines, strict=False):
        bare = ["".join(token.split()) for token in line]
        at = "".join(bare).find(wanted)
        if wanted and at >= 0:
            owners = [first + place for place, token in enumerate(bare) for _ in token]
            return owners[at], owners[at + len(wanted) - 1] + 1
    return None


def typical_phrase(p: Passage, values: np.ndarray, theta: float, longest: int) -> Phrase:
    """A phrase to begin with, for one unit's values [token]: of the stretches over which it is at least θ the longest
    that is no longer than `longest`, and of several the first. Where there is none, the token with the largest."""
    on = values >= theta
    first, last = spans(on[:, None], p.bounds)
    size = np.where(on, (last - first)[:, 0], 0)
    size[size > longest] = 0
    if not size.any():
        peak = int(np.nan_to_num(values, nan=-np.inf).argmax())
        return peak, peak + 1
    at = int(size.argmax())
    return int(first[at, 0]), int(last[at, 0])
