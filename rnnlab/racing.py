"""A race's slices, in the worker: those of any run, without what is not compared; and equal numbers of parameters."""

from rnnlab import training
from rnnlab.experiment import BOUNDS, Experiment
from rnnlab.history import Frame, Score, State
from rnnlab.race import Leg, Start
from rnnlab.tasks import TASKS, data_of


def start(experiment: Experiment, like: Experiment | None) -> tuple[State, Start]:
    """A run before its first epoch; with as many parameters as `like`, as nearly as can be. Raises LabError where the
    text can't be trained on."""
    if like is not None:
        experiment = fitted(experiment, parameters(like))
    state, history = training.start(experiment)
    o = history.opening
    scores = scores_of(history.frames)
    return state, Start(o.parameters, o.every, o.held_count, scores[0] if scores else None)


def advance(state: State, budget: float) -> tuple[State, Leg]:
    state, chunk = training.advance(state, budget)
    losses = tuple(snapshot.loss for snapshot in chunk.snapshots)
    accuracies = tuple(snapshot.accuracy for snapshot in chunk.snapshots)
    return state, Leg(losses, accuracies, scores_of(chunk.frames), chunk.stepping, chunk.ended)


def scores_of(frames: tuple[Frame, ...]) -> tuple[Score, ...]:
    return tuple(Score(frame.epoch, frame.held.loss, frame.held.score) for frame in frames if frame.held)


def parameters(experiment: Experiment) -> int:
    """How many numbers the experiment's model learns."""
    return sum(p.numel() for p in TASKS[experiment.task].model(experiment, data_of(experiment)).parameters())


def fitted(experiment: Experiment, wanted: int) -> Experiment:
    """The experiment with the hidden size that brings its number of parameters nearest to `wanted`; of two that are as
    near the smaller. More units are more parameters, so half of the sizes drop out at each look."""
    low, high = map(int, BOUNDS["hidden"])
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if parameters(sized(experiment, middle)) >= wanted else (middle + 1, high)
    below = max(low - 1, int(BOUNDS["hidden"][0]))  # `low` is the first that is not too small
    return min((sized(experiment, size) for size in (below, low)), key=lambda one: abs(parameters(one) - wanted))


def sized(experiment: Experiment, hidden: int) -> Experiment:
    return Experiment(**experiment.model_dump() | {"hidden": hidden})
