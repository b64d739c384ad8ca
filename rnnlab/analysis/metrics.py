"""How good answers are, class by class. Plain counts, no torch; the tests check them against scikit-learn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnnlab.records.history import HeldOutResult
from rnnlab.records.opening import Line


@dataclass(frozen=True)
class Scores:
    """One entry a class. What would be a division by zero is nan: a class that was never said has no precision, one
    that never occurs no recall."""

    precision: np.ndarray  # float64 [class]: of what was said to be this class, the share that is
    recall: np.ndarray  # float64 [class]: of what is this class, the share that was said to be
    f1: np.ndarray  # float64 [class]: their harmonic mean
    support: np.ndarray  # int64 [class]: how many are this class


def confusion(truth: np.ndarray, said: np.ndarray, classes: int) -> np.ndarray:
    """How often each class was taken for each, int64 [truth, said]; of classes [answer] and [answer]."""
    return np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)


def confusion_of(lines: Sequence[Line], held: HeldOutResult, classes: int) -> np.ndarray:
    """The same for the lines that are only tested on, where each line or each of its tokens has one class."""
    truth = np.array([target for line in lines for target in line.targets], dtype=np.int64)
    return confusion(truth, np.concatenate(held.predictions), classes)


def occurring(counts: np.ndarray) -> np.ndarray:
    """The classes that are there or were said at least once, in order; of counts [..., truth, said]."""
    whole = counts.reshape(-1, *counts.shape[-2:]).sum(0)
    return np.flatnonzero(whole.sum(1) + whole.sum(0))


def scores(counts: np.ndarray) -> Scores:
    """What follows from counts [truth, said]."""
    right, support, said = np.diag(counts), counts.sum(1), counts.sum(0)
    return Scores(ratio(right, said), ratio(right, support), ratio(2 * right, said + support), support)


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, nan where the whole is 0."""
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def settling_step(best: np.ndarray) -> np.ndarray:
    """The step from which on the answer no longer changes; of answers [..., step]."""
    changed = best[..., 1:] != best[..., :-1]  # [..., step - 1]
    steps = np.arange(1, best.shape[-1])
    return np.max(np.where(changed, steps, 0), axis=-1, initial=0)
