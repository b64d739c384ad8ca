"""Where `from rnnlab import …` leads: runs, races and networks that become tables and figures. With torch."""

from collections.abc import Callable

from rnnlab.experiment import Experiment
from rnnlab.library.history import RunHistory
from rnnlab.library.module_look import ModuleLook
from rnnlab.library.own_module import inspect
from rnnlab.library.racing import FinishedRace, race
from rnnlab.library.tracing import NamedArray, Trace, trace
from rnnlab.records.history import History
from rnnlab.training import fold

__all__ = ["FinishedRace", "ModuleLook", "NamedArray", "RunHistory", "Trace", "inspect", "race", "run", "trace"]


def run(experiment: Experiment, threads: int, told: Callable[[History], None] | None) -> RunHistory:
    return RunHistory(**vars(fold.run(experiment, threads, told)))
