"""How the entries of every parameter and of its gradient are spread, epoch by epoch."""

from dataclasses import dataclass

import numpy as np

from rnnlab.records.short_repr import ShortRepr

BINS = 41


@dataclass(frozen=True, repr=False)
class Distribution(ShortRepr):
    """Of one parameter. Bins are the same at every epoch."""

    name: str  # as in the run's program
    shape: tuple[int, ...]
    edges: np.ndarray  # float64 [BINS + 1]: of weights
    counts: np.ndarray  # int32 [epoch, BINS]
    gradient_edges: np.ndarray  # float64 [BINS + 1]: of log10 |gradient|; what is smaller counts with the smallest
    gradient_counts: np.ndarray  # int32 [epoch, BINS]
    zeros: np.ndarray  # int32 [epoch]: entries whose gradient is exactly 0
    medians: np.ndarray  # float64 [epoch]: of |gradient|, where it is not 0; nan where there is none


@dataclass(frozen=True, repr=False)
class Distributions(ShortRepr):
    epochs: tuple[int, ...]
    parameters: tuple[Distribution, ...]
    whole: bool  # whether the gradients are of the whole first batch; else of its beginning
