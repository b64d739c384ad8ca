"""Numbers by epoch as lines: what is drawn, without a word of how."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnlab.figures.style import DASHES

Kind = Literal["linear", "log", "share"]  # of the upright axis; shares are 0 to 1


@dataclass(frozen=True)
class Series:
    """A line; where several runs are summed up, that of their medians within the band of their quartiles. nan is a
    gap."""

    name: str  # "" where there is only one
    y: np.ndarray  # float [point]
    x: np.ndarray | None = None  # float [point], the epoch; None: 1 and on
    seconds: np.ndarray | None = None  # float [point]: of computing up to there
    low: np.ndarray | None = None  # float [point]
    high: np.ndarray | None = None
    hue: str = ""  # "" for the theme's own
    dash: str = DASHES[0]  # one of `DASHES`
    streamed: str = ""  # under what name the stream has these numbers while the run goes on


@dataclass(frozen=True)
class Level:
    """A share, or a loss, that is the same at all epochs; of several runs the median within their quartiles."""

    name: str
    share: float
    hue: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Mark:
    """An epoch at which something changed, and what it became."""

    at: float
    name: str


def finite(values: np.ndarray) -> np.ndarray:
    """The values; nan, which is a gap in a line, in the place of what is not finite."""
    return np.where(np.isfinite(values), values, np.nan)


def series_of(values: Sequence[float]) -> np.ndarray:
    """Numbers as a line has them."""
    return finite(np.array(values, dtype=np.float64))
