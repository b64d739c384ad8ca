"""The numbers by epoch that a browser is sent of a run or a race, by the names that `rnnlab.figures` has for them."""

from collections.abc import Callable, Iterator

import numpy as np

from rnnlab.engine.runs import Run
from rnnlab.figures.curves import Series, finite
from rnnlab.figures.race import bands
from rnnlab.figures.results import EXACT
from rnnlab.races import standings
from rnnlab.races.race import Race

Line = dict[str, np.ndarray]  # y; x where it has not every epoch, seconds, low, high
Newest = Callable[[str], int]  # the newest epoch that is known of a line; -1: none


def run_lines(run: Run, newest: Newest) -> Iterator[tuple[str, Line]]:
    """What is new."""
    history = run.history
    assert history is not None
    snapshots = history.snapshots[max(newest("losses"), 0) :]
    if snapshots:
        losses = np.array([one.loss for one in snapshots])
        yield "losses", {"y": finite(losses)}
        yield "accuracies", {"y": np.array([one.accuracy for one in snapshots])}
        if history.experiment.loss == "sum":
            yield "mean_losses", {"y": finite(losses / [one.targets for one in snapshots])}
    tested = [(one.epoch, one.held_out) for one in history.frames if one.held_out and one.epoch > newest("held.loss")]
    if tested:
        x = np.array([epoch for epoch, _ in tested])
        for field in ("loss", *EXACT):
            yield f"held.{field}", {"y": finite(np.array([getattr(held, field) for _, held in tested])), "x": x}


def race_lines(race: Race, newest: Newest) -> Iterator[tuple[str, Line]]:
    for measure in ("loss", "score" if standings.held_out(race) else "accuracy"):
        for band in bands(race, [""] * len(race.plan.variants), measure, None, newest):
            if len(band.y):
                yield band.streamed, parts_of(band)


def parts_of(series: Series) -> Line:
    arrays = {name: getattr(series, name) for name in ("y", "x", "seconds", "low", "high")}
    return {name: array for name, array in arrays.items() if array is not None}
