"""Where jobs run: the one engine of this process, and what it can be asked."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from rnnlab.engine.limits import TRAINING, used_up
from rnnlab.engine.remote.cluster import Cluster
from rnnlab.engine.remote.scheduler import scheduler_address
from rnnlab.engine.shared import Shared
from rnnlab.engine.workers import InProcess, Workers, workers_wanted
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import LabError, Problem

__all__ = [
    "Cluster",
    "Engine",
    "InProcess",
    "ReaderEngine",
    "Workers",
    "close_shared",
    "open_engine",
    "shared",
    "shared_by",
]


@dataclass(frozen=True)
class ReaderEngine:
    """An engine as one of several readers has it: whatever he asks for, the others get their turns. What he may not
    have now ends with a LabError that says so."""

    engine: InProcess | Workers | Cluster
    reader: Reader

    @property
    def count(self) -> int:
        return self.engine.count

    @property
    def starting(self) -> bool:
        return self.engine.starting

    @property
    def problem(self) -> Problem | None:
        """Why this machine computes what a cluster should."""
        return self.engine.problem

    def submit(self, job: Callable[..., Any], *args: Any) -> Future:
        if problem := used_up(self.reader, job.__name__ in TRAINING):
            refused: Future = Future()
            refused.set_exception(LabError(problem))
            return refused
        return self.engine.submit(job, *args, owner=self.reader)

    def place(self, outcome: Future) -> int:
        return self.engine.place(outcome)


Engine = InProcess | Workers | Cluster | ReaderEngine


def open_engine(workers: int | None = None) -> InProcess | Workers:
    count = workers_wanted() if workers is None else workers
    return Workers(count) if count else InProcess()


def do_nothing() -> None:
    """A job for which the pool starts its workers."""


def open_warm() -> InProcess | Workers | Cluster:
    """The workers of this machine, or a cluster that has them to fall back on."""
    engine = open_engine()
    engine.submit(do_nothing)
    return Cluster(address, engine) if (address := scheduler_address()) else engine


shared_engine: Shared[InProcess | Workers | Cluster] = Shared(open_warm)


def shared() -> InProcess | Workers | Cluster:
    """The one engine of this process, opened on first use and warming up from then on."""
    engine = shared_engine.get()
    assert engine is not None
    return engine


def shared_by(reader: Reader) -> ReaderEngine:
    """The same for one of the readers who share it."""
    return ReaderEngine(shared(), reader)


def close_shared() -> None:
    shared_engine.close()
