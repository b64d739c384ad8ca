"""What the web process may ask of a worker.

Functions travel to workers by name, and the web process has no torch: so each imports its module when it runs.
"""

from rnnlab.bigrams import Line
from rnnlab.experiment import Experiment
from rnnlab.history import Chunk, History, State


def start(experiment: Experiment) -> tuple[State, History]:
    from rnnlab import training

    return training.start(experiment)


def advance(state: State, budget: float, epochs: int | None = None) -> tuple[State, Chunk]:
    from rnnlab import training

    return training.advance(state, budget, epochs)


def examples(experiment: Experiment) -> tuple[Line, ...]:
    from rnnlab import bigrams

    return bigrams.examples(experiment)
