"""What the most frequent answer alone would score."""

from dataclasses import dataclass

from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class Majority(ShortRepr):
    """The most frequent answer: whoever always gives it is right this often, whatever is read."""

    answer: tuple[int, ...]  # classes: one, or those of a whole sequence
    share: float  # of all answers, 0 to 1
