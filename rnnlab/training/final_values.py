"""How far short runs get: trained to their end, with nothing kept of them but that. All in one job: for runs of a few
tenths of a second at most."""

from math import inf

from rnnlab.experiment import Experiment
from rnnlab.records.history import History
from rnnlab.training.fold import advance, start


def final_accuracies(experiments: tuple[Experiment, ...]) -> tuple[float, ...]:
    """Of each, the share of targets that is right after its last epoch, 0 to 1."""
    return tuple(trained(one).accuracy for one in experiments)


def final_losses(experiments: tuple[Experiment, ...]) -> tuple[float, ...]:
    """Of each, the loss of its last epoch; inf where it diverged."""
    return tuple(one.losses[-1] if one.ended == "epochs" else inf for one in map(trained, experiments))


def trained(experiment: Experiment) -> History:
    state, history = start(experiment)
    return history.extended(advance(state)[1])
