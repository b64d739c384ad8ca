"""RNN Lab: train a recurrent network on your own text, and look inside.

from rnnlab import Experiment, run
history = run(Experiment(preset="words-next", seed=0))
history.losses
"""

from pathlib import Path

from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem
from rnnlab.records.history import History

__all__ = ["ROOT", "Experiment", "History", "LabError", "Problem", "run"]

ROOT = Path(__file__).parent  # of the package: what belongs to it is found from here, from whichever folder


def run(experiment: Experiment, threads: int = 1) -> History:
    """Train in this process, to the end, and return all that was recorded. Raises `LabError` on unusable input.

    torch computes on `threads` threads meanwhile, and afterwards on as many as before.
    """
    from rnnlab import training  # here, for torch takes seconds to import and the web process never does

    return training.run(experiment, threads)
