"""What is kept of one run of a race, to be compared with the others: numbers by epoch, no frames and no weights."""

from dataclasses import dataclass, replace
from math import nan

from rnnlab.experiment import Experiment
from rnnlab.i18n import Problem
from rnnlab.records.history import Ended, Score, joined
from rnnlab.records.race import RaceChunk
from rnnlab.records.short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class Record(ShortRepr):
    """What is kept of a run."""

    experiment: Experiment  # as it is run: its hidden size may have been fitted to a number of parameters
    parameters: int
    score_interval: int
    held_out_count: int
    losses: tuple[float, ...] = ()  # by epoch
    accuracies: tuple[float, ...] = ()  # by epoch: share of targets predicted right in training, 0 to 1
    scores: tuple[Score, ...] = ()  # on held-out lines: of epoch 0, every so many epochs, and the newest
    optimizer_seconds: float = 0.0  # seconds of computing in optimizer steps, in the worker: no waiting, no recording
    clock: tuple[float, ...] = ()  # by epoch: `optimizer_seconds` when it was done; within a slice evenly spread
    ended: Ended = ""
    majority: float = nan  # what always giving the most frequent answer would score: in training, 0 to 1
    held_majority: float = nan  # and on held-out lines
    notes: tuple[Problem, ...] = ()

    @property
    def epoch(self) -> int:
        return len(self.losses)

    def margin(self, score: float) -> float | None:
        """How far a score on its held-out lines is above what the most frequent answer alone scores on these very
        lines. None where nothing can be above it, for all of them ask for one answer."""
        return score - self.held_majority if self.held_majority < 1 else None

    @property
    def seconds_per_epoch(self) -> float | None:
        """Of computing; None before the first."""
        return self.optimizer_seconds / self.epoch if self.epoch else None

    def extended(self, leg: RaceChunk) -> "Record":
        before, now, count = (
            self.clock[-1] if self.clock else 0.0,
            self.optimizer_seconds + leg.optimizer_seconds,
            len(leg.losses),
        )
        return replace(
            self,
            clock=self.clock + tuple(before + (now - before) * (done + 1) / count for done in range(count)),
            losses=self.losses + leg.losses,
            accuracies=self.accuracies + leg.accuracies,
            scores=joined(self.scores, leg.scores, self.score_interval) if self.scores else leg.scores,
            optimizer_seconds=now,
            ended=leg.ended,
        )
