"""How far short runs get: trained to their end, with nothing kept of them but that."""

from rnnlab.experiment import Experiment
from rnnlab.training.fold import advance, start


def final_accuracies(experiments: tuple[Experiment, ...]) -> tuple[float, ...]:
    """Of each, the share of targets that is right after its last epoch, 0 to 1. For runs of a few hundredths of a
    second: all are trained in one job."""
    return tuple(map(final_accuracy, experiments))


def final_accuracy(experiment: Experiment) -> float:
    state, history = start(experiment)
    return history.extended(advance(state)[1]).accuracy
