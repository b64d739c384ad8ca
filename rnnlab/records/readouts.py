"""What a classifier's answer depends on: values that travel from the worker to the page."""

from dataclasses import dataclass

import numpy as np

from rnnlab.records.short_repr import ShortRepr

HALVES = ("forward", "backward")


@dataclass(frozen=True, repr=False)
class Reach(ShortRepr):
    """How far the parts of a readout see: the norm of the derivative of each half of each readout by each token's
    vector. Made by `readouts`.

    A readout is a vector of forward units and, where the network reads both ways, backward units behind them.
    """

    rows: tuple[tuple[str, int], ...]  # readout, and which of its halves
    halves: int  # 1 or 2
    alone: np.ndarray  # float32 [row, step]: the sentence by itself
    padded: np.ndarray | None  # float32 [row, step + padding]: filled up as in a batch with a longer line
    longest: int  # steps of the longest line that is trained on


@dataclass(frozen=True, repr=False)
class Omissions(ShortRepr):
    """What becomes of a classifier's answer without one of the words. Made by `omissions`."""

    label: int  # the likeliest class of the whole sentence
    whole: float  # its probability there
    chances: np.ndarray  # float32 [step, class]: of every class, for the sentence without this token

    @property
    def left(self) -> np.ndarray:
        """[step] what is left of the answer's probability without each token."""
        return self.chances[:, self.label]

    @property
    def answers(self) -> np.ndarray:
        """[step] the likeliest class without each token."""
        return self.chances.argmax(-1)


@dataclass(frozen=True, repr=False)
class WordOrders(ShortRepr):
    """What a network answers after the same tokens in other orders, and what one answers that only counts them. Made by
    `word_orders`."""

    orders: tuple[tuple[int, ...], ...]  # each the steps of the sentence in their new order; first as it is
    chances: np.ndarray  # float32 [order, class]
    bag: np.ndarray  # float32 [class]: of a bag of words, one and the same in any order
    examples: int  # that the bag was counted from

    @property
    def answers(self) -> np.ndarray:
        """[order] the likeliest class."""
        return self.chances.argmax(-1)
