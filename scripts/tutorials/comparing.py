"""How far two programs are apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Differences = dict[str, float]  # what was compared -> the largest difference of two numbers, or how many are unequal


def gap(found: Any, expected: Any) -> float:
    """The largest difference of two lists of numbers or arrays. Raises ValueError where their shapes differ."""
    if isinstance(found, Sequence) and found and isinstance(found[0], np.ndarray):
        return max(gap(one, other) for one, other in zip(found, expected, strict=True))
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape:
        raise ValueError(f"shapes {found.shape} and {expected.shape}")
    return float(np.abs(found - expected).max())


def unequal(found: Any, expected: Any) -> float:
    """How many entries differ; one more for each that is missing."""
    found, expected = list(found), list(expected)
    differing = sum(one != other for one, other in zip(found, expected, strict=False))
    return float(differing + abs(len(found) - len(expected)))
