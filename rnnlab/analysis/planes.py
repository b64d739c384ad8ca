"""Hidden states on a plane: a projection on two directions that stay the same at every epoch."""

from dataclasses import dataclass

import numpy as np

from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class Projection(ShortRepr):
    """Where a state lands on a plane."""

    origin: np.ndarray  # [unit]: what lands on (0, 0)
    axes: np.ndarray  # [2, unit]: of length 1 and perpendicular, or 0 where nothing varies along them

    def points(self, states: np.ndarray) -> np.ndarray:
        """float64 [state, 2], of states [state, unit]."""
        return (states - self.origin) @ self.axes.T

    def kept(self, states: np.ndarray) -> float:
        """The share of the states' variance that is seen on the plane; nan where they do not vary."""
        around = states - states.mean(0, dtype=np.float64)
        total = np.square(around).sum()
        return float(np.square(around @ self.axes.T).sum() / total) if total else np.nan


def principal_components(states: np.ndarray) -> Projection:
    """The plane in which these states [state, unit] vary most. An axis points to the side of its largest entry, so that
    it does not depend on the machine."""
    states = states.astype(np.float64)
    origin = states.mean(0)
    variances, directions = np.linalg.eigh((states - origin).T @ (states - origin))
    axes = directions.T[::-1][:2]  # the largest first
    axes = axes * np.where(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1) < 0, -1.0, 1.0)
    axes = axes * (variances[::-1][:2, None] > 1e-12 * max(variances[-1], 1e-300))
    return Projection(origin, np.pad(axes, ((0, 2 - len(axes)), (0, 0))))


def two_units(first: int, second: int, count: int) -> Projection:
    """The plane of two of so many units, as they are."""
    return Projection(np.zeros(count), np.eye(count)[[first, second]])
