"""RNN Lab: train a recurrent network on your own text, and look inside.

from rnnlab import Experiment, run
history = run(Experiment(preset="words-next", seed=0))
history.losses
"""

from rnnlab.experiment import Experiment
from rnnlab.history import History
from rnnlab.problems import LabError, Problem

__all__ = ["Experiment", "History", "LabError", "Problem", "run"]


def run(experiment: Experiment) -> History:
    """Train in this process, to the end, and return all that was recorded. Raises `LabError` on unusable input."""
    from rnnlab import training  # here, for torch takes seconds to import and the web process never does

    return training.run(experiment)
