"""Where jobs run: the one engine of this process, and what it can be asked."""

from rnnlab.engine.shared import Shared
from rnnlab.engine.workers import InProcess, Workers, workers_wanted

__all__ = ["Engine", "InProcess", "Workers", "close_shared", "open_engine", "shared"]

Engine = InProcess | Workers


def open_engine(workers: int | None = None) -> Engine:
    count = workers_wanted() if workers is None else workers
    return Workers(count) if count else InProcess()


def do_nothing() -> None:
    """A job for which the pool starts its workers."""


def open_warm() -> Engine:
    engine = open_engine()
    engine.submit(do_nothing)
    return engine


shared_engine: Shared[Engine] = Shared(open_warm)


def shared() -> Engine:
    """The one engine of this process, opened on first use and warming up from then on."""
    engine = shared_engine.get()
    assert engine is not None
    return engine


def close_shared() -> None:
    shared_engine.close()
