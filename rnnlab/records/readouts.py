"""How far the parts of a readout see: a value that travels from the worker to the page. Made by `readouts`."""

from dataclasses import dataclass

import numpy as np

from rnnlab.records.short_repr import ShortRepr

HALVES = ("forward", "backward")


@dataclass(frozen=True, repr=False)
class Reach(ShortRepr):
    """The norm of the derivative of each half of each readout by each token's vector.

    A readout is a vector of forward units and, where the network reads both ways, backward units behind them.
    """

    rows: tuple[tuple[str, int], ...]  # readout, and which of its halves
    halves: int  # 1 or 2
    alone: np.ndarray  # float32 [row, step]: the sentence by itself
    padded: np.ndarray | None  # float32 [row, step + padding]: filled up as in a batch with a longer line
    longest: int  # steps of the longest line that is trained on
