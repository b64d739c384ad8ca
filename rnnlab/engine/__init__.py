"""Where jobs run: the one engine of this process, and what it can be asked."""

import threading

from rnnlab.engine.workers import InProcess, Workers, workers_wanted

__all__ = ["Engine", "InProcess", "Workers", "close_shared", "open_engine", "shared"]

Engine = InProcess | Workers


def open_engine(workers: int | None = None) -> Engine:
    count = workers_wanted() if workers is None else workers
    return Workers(count) if count else InProcess()


def warm() -> None:
    """A job that does nothing: the pool starts its workers for it."""


opening = threading.Lock()
opened: Engine | None = None


def shared() -> Engine:
    """The one engine of this process, opened on first use and warming up from then on."""
    global opened
    with opening:
        if opened is None:
            opened = open_engine()
            opened.submit(warm)
        return opened


def close_shared() -> None:
    global opened
    with opening:
        if opened is not None:
            opened.close()
            opened = None
