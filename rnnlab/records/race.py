"""What a worker sends back about one run of a race: values without torch."""

from dataclasses import dataclass

from rnnlab.i18n import Problem
from rnnlab.records.history import Ended, Score
from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class RaceOpening(ShortRepr):
    """What is known of a run before its first epoch."""

    parameters: int
    score_interval: int  # epochs from one score on held-out lines to the next
    held_out_count: int  # lines that are only tested on
    score: Score | None  # of the untrained network
    majority: float  # share of the most frequent answer among the targets of training, 0 to 1
    held_majority: float  # and among what the score counts; nan where nothing is held out
    notes: tuple[Problem, ...]  # what is to be said of it


@dataclass(frozen=True, repr=False)
class RaceChunk(ShortRepr):
    """What one slice brings, of what is compared."""

    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    scores: tuple[Score, ...]
    optimizer_seconds: float
    ended: Ended
