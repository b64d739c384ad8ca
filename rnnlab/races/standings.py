"""Where a race stands: each variant's runs, which differ in nothing but their seed, summed up by median and quartiles.

Plain numbers, no torch. What seeds are compared at is an epoch that all of them have reached.
"""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnlab.races.race import Entry, Race
from rnnlab.races.record import Record
from rnnlab.records.short_repr import ShortRepr

Measure = Literal["loss", "accuracy", "score"]


@dataclass(frozen=True)
class Quartiles:
    """The middle half of a few numbers. Quartiles lie between two of them where they must, as numpy has it."""

    low: float  # a quarter of them is below
    median: float
    high: float  # a quarter is above


@dataclass(frozen=True, repr=False)
class Curve(ShortRepr):
    """A measure by epoch, over the seeds of one variant, as far as all of them have come."""

    epochs: np.ndarray  # int [point]
    seconds: np.ndarray  # float [point]: of computing up to there, median over the seeds
    low: np.ndarray  # float [point]: first quartile
    median: np.ndarray
    high: np.ndarray  # third quartile


@dataclass(frozen=True)
class Standing:
    """One variant of a race."""

    variant: int  # its place among the plan's variants
    hidden: int | None  # None until a run has been opened
    parameters: int | None
    epochs: tuple[int, int]  # fewest and most among its runs: it is compared at the fewest
    loss: Quartiles | None  # in training
    accuracy: Quartiles | None  # in training: share of targets predicted right
    score: Quartiles | None  # on held-out lines: share right, at the newest epoch that all runs were tested at
    margin: Quartiles | None  # of each score: how far it is above its own lines' level; see `Record.margin`
    best: Record | None  # of its runs
    per_epoch: float | None  # seconds of computing, median over the seeds
    seconds: float  # of computing, all runs together


def quartiles(values: Sequence[float]) -> Quartiles | None:
    """None where there is nothing; nan where one of them is no number."""
    return Quartiles(*np.percentile(values, (25, 50, 75)).tolist()) if len(values) else None


def of_variant(race: Race, variant: int) -> tuple[Entry, ...]:
    """Its runs, by seed. Those that can't be run are none."""
    return tuple(entry for entry in race.entries if entry.variant == variant and not entry.problems)


def records(race: Race, variant: int) -> tuple[Record, ...] | None:
    """What is kept of its runs, once all of them have been opened."""
    found = [entry.record for entry in of_variant(race, variant)]
    opened = tuple(record for record in found if record is not None)
    return opened if opened and len(opened) == len(found) else None


def held_out(race: Race) -> bool:
    """Whether lines are held out."""
    return any(entry.record is not None and entry.record.scores for entry in race.entries)


def majority(runs: Sequence[Record], measure: Measure) -> Quartiles | None:
    """What always giving the most frequent answer would score: it differs between runs whose seeds hold out other
    lines. None where it is not known."""
    shares = [run.held_majority if measure == "score" else run.majority for run in runs]
    return quartiles([share for share in shares if math.isfinite(share)])


def majority_range(race: Race) -> tuple[float, float] | None:
    """The lowest and the highest level of the race's held-out lines, where they are not the same for all runs."""
    shares = [entry.record.held_majority for entry in race.entries if entry.record and not entry.failed]
    known = [share for share in shares if math.isfinite(share)]
    return (min(known), max(known)) if known and min(known) < max(known) else None


def common_epochs(runs: Sequence[Record], measure: Measure) -> np.ndarray:
    """The epochs at which all runs have a measure; int [epoch]."""
    if measure == "score":
        tested = [{score.epoch for score in run.scores if score.epoch <= run.epoch} for run in runs]
        return np.array(sorted(set.intersection(*tested)), dtype=int)
    return np.arange(1, min(run.epoch for run in runs) + 1)


def values_at(runs: Sequence[Record], measure: Measure, epochs: np.ndarray) -> np.ndarray:
    """A measure of each run at these epochs; float [run, epoch]."""
    numbers = epochs.tolist()
    if measure == "score":
        scores = ({score.epoch: score.score for score in run.scores} for run in runs)
        rows = [[found[epoch] for epoch in numbers] for found in scores]
    else:
        recorded = (run.losses if measure == "loss" else run.accuracies for run in runs)
        rows = [[values[epoch - 1] for epoch in numbers] for values in recorded]
    return np.array(rows, dtype=np.float64).reshape(len(runs), len(numbers))


def curve(runs: Sequence[Record], measure: Measure, points: int | None = None, after: int = -1) -> Curve:
    """What the runs have in common of a measure, after that epoch; with `points` at no more epochs than that, first and
    last included."""
    epochs = common_epochs(runs, measure) if runs else np.array([], dtype=int)
    epochs = epochs[epochs > after]
    if not len(epochs):
        nothing = np.array([])
        return Curve(epochs, nothing, nothing, nothing, nothing)
    if points is not None and len(epochs) > points:
        epochs = epochs[np.linspace(0, len(epochs) - 1, points).round().astype(int)]
    clocks = np.array([[(run.clock[epoch - 1] if epoch else 0.0) for epoch in epochs.tolist()] for run in runs])
    with np.errstate(invalid="ignore"):  # a loss that is infinite has no quartiles
        low, median, high = np.percentile(values_at(runs, measure, epochs), (25, 50, 75), axis=0)
    return Curve(epochs, np.median(clocks, axis=0), low, median, high)


def standing(race: Race, variant: int) -> Standing:
    runs = records(race, variant)
    if runs is None:
        return Standing(variant, None, None, (0, 0), None, None, None, None, None, None, 0.0)
    epoch = min(run.epoch for run in runs)
    loss = accuracy = score = margin = per_epoch = None
    if epoch:
        loss = quartiles([run.losses[epoch - 1] for run in runs])
        accuracy = quartiles([run.accuracies[epoch - 1] for run in runs])
        per_epoch = float(np.median([run.seconds_per_epoch or 0.0 for run in runs]))
    if len(tested := common_epochs(runs, "score")):
        scores = values_at(runs, "score", tested[-1:])[:, 0].tolist()
        score = quartiles(scores)
        margins = [run.margin(one) for run, one in zip(runs, scores, strict=True)]
        margin = quartiles([one for one in margins if one is not None])
    return Standing(
        variant=variant,
        hidden=runs[0].experiment.hidden,
        parameters=runs[0].parameters,
        epochs=(epoch, max(run.epoch for run in runs)),
        loss=loss,
        accuracy=accuracy,
        score=score,
        margin=margin,
        best=min(runs, key=lambda run: run_key(run, epoch)) if epoch else None,
        per_epoch=per_epoch,
        seconds=sum(run.optimizer_seconds for run in runs),
    )


# Seeds hold out different lines, on which different shares are right by the most frequent answer alone: a score says
# something by how far it is above that. So it is compared, never by itself.


def score_at(run: Record, epoch: int) -> float | None:
    """A run's newest score up to an epoch."""
    return next((score.score for score in reversed(run.scores) if score.epoch <= epoch), None)


def rank_key(margin: float | None, loss: float) -> tuple[bool, float, float]:
    """Smaller is better: held-out score above its own level where that is known, then loss. What differs by rounding
    alone, as 0.9 − 0.4 and 0.7 − 0.2 do, is even."""
    return margin is None, -round(margin or 0.0, 9), loss if math.isfinite(loss) else math.inf


def run_key(run: Record, epoch: int) -> tuple[bool, float, float]:
    """A run's, by the epoch that is compared."""
    score = score_at(run, epoch)
    return rank_key(None if score is None else run.margin(score), run.losses[epoch - 1])


def ranked(race: Race) -> tuple[Standing, ...]:
    """All variants, the best first: by how far their held-out scores are above their own level where lines are held
    out, and else, or where that is even, by loss. What has no number yet, or none any more, comes last."""

    def key(one: Standing) -> tuple[bool, bool, float, float]:
        margin = one.margin.median if one.margin else None
        return not one.loss, *rank_key(margin, one.loss.median if one.loss else math.inf)

    return tuple(sorted((standing(race, variant) for variant in range(len(race.plan.variants))), key=key))


def reason_ended(entry: Entry) -> str:
    """Why a run is not going on: its epochs are done, its time is up, it diverged, or the code of its problem."""
    if entry.problems:
        return entry.problems[0].code
    return entry.record.ended if entry.record else ""


COLUMNS = (
    "parameters",
    "epochs",
    "loss",
    "accuracy",
    "majority",
    "held_out_loss",
    "held_out_score",
    "held_out_majority",
    "held_out_above_majority",
    "seconds",
    "seconds_per_epoch",
)


def to_csv(race: Race) -> str:
    """A table with a row for each run: exact numbers, and nothing that a reader typed."""
    varied = list(dict.fromkeys(name for change in race.plan.variants for name, _ in change if name != "seed"))
    sizes = [] if "hidden" in varied else ["hidden"]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["variant", *varied, *sizes, "seed", *COLUMNS, "ended"])
    for entry in race.entries:
        record, e = entry.record, entry.record.experiment if entry.record else entry.experiment
        numbers: list[object] = [""] * len(COLUMNS)
        if record is not None:
            score = record.scores[-1] if record.scores else None
            numbers = [
                record.parameters,
                record.epoch,
                record.losses[-1] if record.losses else "",
                record.accuracies[-1] if record.accuracies else "",
                record.majority,
                score.loss if score else "",
                score.score if score else "",
                record.held_majority if score else "",
                record.margin(score.score) if score else "",
                record.optimizer_seconds,
                record.seconds_per_epoch if record.epoch else "",
            ]
        fields = [getattr(e, name) for name in [*varied, *sizes]]
        table.writerow([entry.variant + 1, *fields, e.seed, *numbers, reason_ended(entry)])
    return out.getvalue()
