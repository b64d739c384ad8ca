"""RNN Lab: train a recurrent network on your own text, and look inside.

from rnnlab import Experiment, run
history = run(Experiment(preset="words-next", seed=0))
history.losses, history.to_frame(), history.plot()
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem
from rnnlab.records.history import History

if TYPE_CHECKING:
    from torch import Tensor, nn

    from rnnlab.library import FinishedRace, ModuleLook, RunHistory, Trace

__all__ = ["ROOT", "Experiment", "History", "LabError", "Problem", "inspect", "race", "run", "trace"]

ROOT = Path(__file__).parent  # of the package: what belongs to it is found from here, from whichever folder

# What follows needs torch, which takes seconds to import and never is in the web process: so each imports it late.


def run(experiment: Experiment, threads: int = 1, told: Callable[[History], None] | None = None) -> "RunHistory":
    """Train in this process, to the end, and return all that was recorded: a `History` that becomes tables and
    figures, and that a notebook shows. Raises `LabError` on unusable input.

    torch computes on `threads` threads meanwhile, and afterwards on as many as before. `told` is called a few times a
    second with the history so far: for a progress bar.
    """
    from rnnlab import library

    return library.run(experiment, threads, told)


def trace(history: History, epoch: int | None = None, sentence: str = "") -> "Trace":
    """A sentence through the network as it was after an epoch whose weights were recorded (None: the newest): every
    state, gate, attention weight and score as an array with named axes; see `Trace` for names, axes and units.

    Without a `sentence` it is the line that the run watches. A label, tags or a target that are typed along are read
    as in the text: `source | target` for a decoder, which else is given what it writes by itself. Computed step by step
    by the cell's equations, and held against torch's modules: `Trace.difference`.

    Raises `LabError` for an epoch that was not recorded, and for a sentence of which nothing can be read.
    """
    from rnnlab import library

    return library.trace(history, epoch, sentence)


def race(experiments: Sequence[Experiment], seeds: int = 3, equal: bool = False) -> "FinishedRace":
    """Train two to six experiments, each with so many `seeds` from its own on, and compare them. They may differ in
    their model and training, not in their data: then all read the same in the same order. With `equal` each gets the
    hidden size that brings its number of parameters nearest to the first one's.

    Computed in this process, slice by slice, with the numbers that each run has alone. Raises `LabError` where
    experiments differ in what they may not, and as soon as one of them can't be trained.
    """
    from rnnlab import library

    return library.race(experiments, seeds, equal)


def inspect(module: "nn.Module", batch: Any, loss: "Callable[[Any], Tensor] | None" = None) -> "ModuleLook":
    """Any module of yours with nn.RNN, nn.LSTM, nn.GRU or their cells in it, while it works on a batch: the shapes of
    every stage, packed sequences included; all parameters, with the norms of their gradients; and of each recurrent
    module states and gates at every layer, direction and step, and how strongly the loss depends on each state.

    `batch` is what the module is called with: a tensor or packed sequence, a tuple or list of arguments, a dict of
    named ones; or a function of the module, with the loop in which it is called. `loss`, of what comes out, gives a
    single number to be derived; without one it is half the sum of squares of the first tensor that comes out.

    States and gates come from the cells' equations, step by step, and `ModuleLook.difference` and that of each
    recurrent module say how far these are from torch. The module runs in evaluation mode, without dropout, and is left
    as it was.

    Raises `LabError` for what is no module, has nothing recurrent in it or does not call it, and for a loss that is no
    single number; what the module itself raises comes as it is.
    """
    from rnnlab import library

    return library.inspect(module, batch, loss)
