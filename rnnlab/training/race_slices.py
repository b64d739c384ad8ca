"""A race's slices, in the worker: those of any run, without what is not compared; and equal numbers of parameters."""

from math import isfinite, nan

import torch

from rnnlab.data import Data
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import BOUNDS
from rnnlab.records.history import Frame, Score, State
from rnnlab.records.race import RaceChunk, RaceOpening
from rnnlab.training import fold
from rnnlab.training.tasks import data_of, model_of


def start_race_run(experiment: Experiment, like: Experiment | None) -> tuple[State, RaceOpening]:
    """A run before its first epoch; with as many parameters as `like`, as nearly as can be. Raises LabError where the
    text can't be trained on."""
    if like is not None:
        experiment = with_parameters(experiment, parameters(like))
    state, history = fold.start(experiment)
    o = history.opening
    scores = scores_of(history.frames)
    first = scores[0] if scores else None
    most, held = (one.share if one else nan for one in (o.majority, o.held_majority))
    return state, RaceOpening(o.parameters, o.frame_interval, o.held_out_count, first, most, held, o.notes)


def advance_race_run(state: State, budget: float) -> tuple[State, RaceChunk]:
    """Train on for about `budget` seconds; what that brings for a comparison."""
    state, chunk = fold.advance(state, budget)
    losses = tuple(snapshot.loss for snapshot in chunk.snapshots)
    accuracies = tuple(snapshot.accuracy for snapshot in chunk.snapshots)
    return state, RaceChunk(losses, accuracies, scores_of(chunk.frames), chunk.optimizer_seconds, chunk.ended)


def scores_of(frames: tuple[Frame, ...]) -> tuple[Score, ...]:
    """None where nothing is held out, or nothing is right or wrong, as of numbers."""
    held = [(frame.epoch, frame.held_out) for frame in frames if frame.held_out]
    return tuple(Score(epoch, one.loss, one.score) for epoch, one in held if isfinite(one.score))


def parameters(experiment: Experiment) -> int:
    """How many numbers the experiment's model learns."""
    return parameter_count(experiment, data_of(experiment))


def parameter_count(experiment: Experiment, data: Data) -> int:
    with torch.device("meta"):  # sizes without numbers: nothing is drawn
        return sum(p.numel() for p in model_of(experiment, data).parameters())


def with_parameters(experiment: Experiment, target: int) -> Experiment:
    """The experiment with the hidden size that brings its number of parameters nearest to `target`; of two that are as
    near the smaller. More units are more parameters, so half of the sizes drop out at each look."""
    data = data_of(experiment)  # the same for all sizes

    def size(hidden: int) -> int:
        return parameter_count(with_hidden(experiment, hidden), data)

    lowest, high = map(int, BOUNDS["hidden"])
    low = lowest
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if size(middle) >= target else (middle + 1, high)
    below = max(low - 1, lowest)  # `low` is the first that is not too small
    return with_hidden(experiment, min((below, low), key=lambda hidden: abs(size(hidden) - target)))


def with_hidden(experiment: Experiment, hidden: int) -> Experiment:
    return Experiment(**experiment.model_dump() | {"hidden": hidden})
