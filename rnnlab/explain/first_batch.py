"""The batch that a run's program begins with."""

from dataclasses import dataclass, field
from typing import Any

Sequence = tuple[list[Any], list[Any]]  # ids and targets, or numbers and the next ones
SHOWN = 240  # ids that are written out, of all sequences together: a page's worth


@dataclass(frozen=True)
class FirstBatch:
    """What a run's program is made for: the sizes of its vocabularies, and the batch of its first update, or where that
    is long the beginning of it."""

    types: int  # of tokens that are read
    classes: int  # of what is predicted
    padding: bool  # whether id 0 is <pad> among what is read
    sequences: tuple[Sequence, ...] = field(repr=False)
    whole: bool  # whether this is all of the batch
    scale: tuple[float, float] = (0.0, 1.0)  # of numbers: their mean and their deviation
    counts: tuple[int, ...] = ()  # [class] how often each is right in all that is trained on, where classes are weighed


def beginning_of(sequences: list[Sequence]) -> tuple[Sequence, ...]:
    """As many whole sequences as there is room for; of a first one that is too long, its first steps."""
    shown = [(ids[:SHOWN], targets[:SHOWN]) for ids, targets in sequences[:1]]
    count = len(shown[0][0])
    for ids, targets in sequences[1:]:
        count += len(ids)
        if count > SHOWN:
            break
        shown.append((ids, targets))
    return tuple(shown)
