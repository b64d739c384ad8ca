"""What frames of an encoder–decoder hold, laid out for drawing. Values only, no torch.

Outputs are longer and shorter from frame to frame, so they come as rows of unequal length, laid end to end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from rnnlab.records.history import Frame
from rnnlab.records.opening import Opening


@dataclass(frozen=True)
class Ragged:
    values: np.ndarray  # [sum of lengths x width]
    lengths: np.ndarray  # int32 [row], in tokens
    width: int = 1  # numbers a token


def ragged(rows: Sequence[np.ndarray]) -> Ragged:
    """Rows [token] or [token, width] of one type end to end."""
    width = rows[0].shape[1] if rows[0].ndim > 1 else 1
    return Ragged(np.concatenate([row.ravel() for row in rows]), np.array([len(row) for row in rows], np.int32), width)


def source_of(opening: Opening) -> tuple[str, ...]:
    """The tokens of the probe that the encoder reads."""
    part = opening.parts[0]
    return opening.probe[part.start : part.stop]


def target_of(opening: Opening) -> tuple[int, ...]:
    """The classes the decoder should write for it, `<eos>` last; () where nobody has said what is right."""
    part = opening.parts[-1]
    known = opening.targets[part.start : part.stop]
    return () if min(known) < 0 else known


def end_of(opening: Opening) -> int:
    """The class `<eos>`: the last special one. Those before it are never written."""
    return opening.class_specials - 1


def used_ids(ids: Iterable[np.ndarray | Sequence[int]]) -> np.ndarray:
    """All classes that occur in any of these, ascending."""
    return np.unique(np.fromiter(chain.from_iterable(np.ravel(some).tolist() for some in ids), np.int32))


def positions(ids: np.ndarray | Sequence[int], used: np.ndarray) -> np.ndarray:
    """Classes as places among those that are used: int16."""
    return np.searchsorted(used, ids).astype(np.int16)


def shares(values: np.ndarray) -> np.ndarray:
    """Numbers from 0 to 1 as steps of 1/32767: int16. What is no number, of weights that ran away, counts as 0."""
    return np.rint(np.nan_to_num(np.clip(values, 0, 1)) * 32767).astype(np.int16)


def beams_of(frame: Frame) -> list[np.ndarray]:
    """The hypotheses of a frame's beam search, likeliest first, without what fills them up."""
    return [row[row >= 0] for row in frame.task_arrays["beams"]]


def greedy_score(frame: Frame) -> float:
    """The natural logarithm of the probability of what was written greedily: of each step's chosen token, summed."""
    chosen = frame.task_arrays["options"] == frame.task_arrays["free"][:, None]  # [step, rank]
    return float(np.log(frame.task_arrays["option_chances"][chosen].astype(np.float64)).sum())
