"""Where jobs run: `submit(fn, *args) -> Future`, behind it worker processes, or this process.

Workers are Pebble's: if one is killed, only its own job fails, and is run once more. Jobs must therefore be
pure: the same arguments give the same result, wherever and however often they run.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any

from pebble import CONSTS, ProcessExpired, ProcessPool

from rnnlab.problems import LabError, Problem

JOB_SECONDS = 60.0  # far beyond any slice: a job that takes longer hangs

# Workers share a pipe under a lock. One that is killed while it holds the lock keeps it for ever: the others must give
# up waiting, so that the pool is made anew. Pebble's own minute, twice, is a lab that stands still for two. To send the
# largest state takes a fraction of a second.
CONSTS.channel_lock_timeout = 5.0  # seconds; set wherever this module is imported, so in workers too


def workers_wanted() -> int:
    """RNNLAB_WORKERS, or one fewer than the cores, and at least one. 0: no processes at all."""
    given = os.environ.get("RNNLAB_WORKERS", "")
    return int(given) if given.isdecimal() else max(1, (os.cpu_count() or 2) - 1)


class InProcess:
    """Runs a job at once, where it is asked for. For notebooks and tests."""

    count = 1  # jobs at a time

    def submit(self, job: Callable[..., Any], *args: Any) -> Future:
        future: Future = Future()
        try:
            future.set_result(job(*args))
        except Exception as error:  # the caller gets it from the future, as from a worker
            future.set_exception(error)
        return future

    def close(self) -> None:
        pass


class Workers:
    """Worker processes, forked from one that has torch and jieba loaded already."""

    def __init__(self, count: int):
        self.count = count
        self.lock = threading.Lock()
        self.pool = self.new_pool()

    def new_pool(self) -> ProcessPool:
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        if method == "forkserver":
            start_fork_server()
        context = multiprocessing.get_context(method)
        return ProcessPool(max_workers=self.count, context=context, initializer=begin_worker)

    def submit(self, job: Callable[..., Any], *args: Any) -> Future:
        """The job's future. A LabError is the input's fault, and comes as it is; when a worker dies or hangs, the job
        is given to another, once. That the whole pool broke is not the job's doing, and does not count as its turn."""
        outcome: Future = Future()
        self.attempt(outcome, job, args, tries=2, pools=2)
        return outcome

    def attempt(self, outcome: Future, job: Callable[..., Any], args: tuple, tries: int, pools: int) -> None:
        def done(future: Future) -> None:
            try:
                outcome.set_result(future.result())
            except (ProcessExpired, TimeoutError) as error:
                again(error, tries - 1, pools)
            except BrokenProcessPool as error:
                again(error, tries, pools - 1)
            except BaseException as error:  # a cancelled future raises one too
                outcome.set_exception(error)

        def again(error: Exception, tries: int, pools: int) -> None:
            if tries and pools:
                self.attempt(outcome, job, args, tries, pools)
            else:
                outcome.set_exception(LabError(Problem("worker_lost", "", {"reason": type(error).__name__})))

        try:
            self.schedule(job, args).add_done_callback(done)
        except Exception as error:  # raised here it would be lost in the pool's own thread
            outcome.set_exception(error)

    def schedule(self, job: Callable[..., Any], args: tuple) -> Future:
        with self.lock:
            try:
                return self.pool.schedule(job, args=args, timeout=JOB_SECONDS)
            except RuntimeError:  # the pool broke: all workers died at once
                self.pool.stop()
                self.pool = self.new_pool()
                return self.pool.schedule(job, args=args, timeout=JOB_SECONDS)

    def close(self) -> None:
        self.pool.stop()
        with suppress(TimeoutError):  # what does not end now ends when it misses its parent
            self.pool.join(5)


def start_fork_server() -> None:
    """Start the process that workers are forked from. It looks for what it is to preload in its own path, and goes
    without, silently, where that lacks our folder: so the folder is in the path while it starts."""
    from multiprocessing import forkserver  # not on Windows

    multiprocessing.set_forkserver_preload(["rnnlab.preload"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), *([before] if before else [])])
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def begin_worker() -> None:
    """In each worker: be warm, even where nothing could be preloaded, and end when the parent is gone, however it
    went."""
    import rnnlab.preload  # noqa: F401

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=end_with, args=(parent,), daemon=True).start()


def end_with(parent: Any) -> None:
    parent.join()  # wakes when the parent's end of a pipe closes, even after SIGKILL
    os._exit(1)


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
