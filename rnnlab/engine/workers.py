"""Where jobs run: `submit(fn, *args) -> Future`, behind it worker processes, or this process.

Workers are Pebble's: if one is killed, only its own job fails, and is run once more. Jobs must therefore be
pure: the same arguments give the same result, wherever and however often they run.
"""

import itertools
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pebble import CONSTS, ProcessExpired, ProcessPool

from rnnlab import ROOT
from rnnlab.i18n import LabError, Problem

JOB_SECONDS = 60.0  # far beyond any slice: a job that takes longer hangs

POLL = 1.0  # seconds between two looks for lost jobs
STUCK = 15.0  # seconds without any work while jobs wait: longer than workers wait for a lock that a dead one holds

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


@dataclass(eq=False)
class Attempt:
    """A job as it was handed to a pool."""

    job: Callable[..., Any]
    args: tuple
    outcome: Future  # what the caller holds
    tries: int = 2  # how many workers it may cost
    pools: int = 2  # and how many pools, whose breaking is not the job's doing
    order: int = 0  # workers begin jobs in the order in which they were handed in
    suspected: bool = False  # of being lost, at the last look


class Workers:
    """Worker processes, forked from one that has torch and jieba loaded already."""

    def __init__(self, count: int):
        self.count = count
        self.lock = threading.RLock()
        self.pool = self.new_pool()
        self.handed: dict[Attempt, tuple[Future, ProcessPool]] = {}  # and not yet heard of
        self.orders = itertools.count(1)
        self.begun = 0  # the latest of the jobs that were begun, as far as is known
        self.active_at = time.monotonic()  # when a job was last seen to be worked at
        self.closed = threading.Event()
        threading.Thread(target=self.retry_lost, daemon=True).start()

    def new_pool(self) -> ProcessPool:
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        if method == "forkserver":
            start_fork_server()
        context = multiprocessing.get_context(method)
        return ProcessPool(max_workers=self.count, context=context, initializer=initialize_worker)

    def submit(self, job: Callable[..., Any], *args: Any) -> Future:
        """The job's future. A LabError is the input's fault, and comes as it is; when a worker dies or hangs, the job
        is given to another, once."""
        outcome: Future = Future()
        self.attempt(Attempt(job, args, outcome))
        return outcome

    def attempt(self, attempt: Attempt) -> None:
        """Hand a job to the pool, now or again."""
        try:
            future = self.schedule(attempt)
        except Exception as error:  # raised here it would be lost in the pool's own thread
            resolve(attempt.outcome, None, error)
        else:
            future.add_done_callback(lambda future: self.done(attempt, future))

    def schedule(self, attempt: Attempt) -> Future:
        with self.lock:
            attempt.order = next(self.orders)
            if not self.handed:  # until now there was nothing to be at work at
                self.active_at = time.monotonic()
            try:
                future = self.pool.schedule(attempt.job, args=attempt.args, timeout=JOB_SECONDS)
            except RuntimeError:  # the pool broke: all workers died at once
                threading.Thread(target=end_pool, args=(self.pool,), daemon=True).start()
                self.pool = self.new_pool()
                future = self.pool.schedule(attempt.job, args=attempt.args, timeout=JOB_SECONDS)
            self.handed[attempt] = future, self.pool
            return future

    def done(self, attempt: Attempt, future: Future) -> None:
        """The pool has a result, or has lost the job."""
        with self.lock:
            expected = self.handed.pop(attempt, None) is not None
        try:
            result, error = future.result(), None
        except (ProcessExpired, TimeoutError, BrokenProcessPool) as lost:
            if expected:  # else it has been handed in again already
                self.retry(attempt, lost)
            return
        except BaseException as other:  # a cancelled future raises one too
            result, error = None, other
        with self.lock:
            self.begun, self.active_at = max(self.begun, attempt.order), time.monotonic()
        resolve(attempt.outcome, result, error)

    def retry(self, attempt: Attempt, error: Exception) -> None:
        """Give a lost job to another worker or pool; or where it has cost enough of them, say that it is lost."""
        broken = isinstance(error, BrokenProcessPool)
        tries, pools = attempt.tries - (not broken), attempt.pools - broken
        if tries and pools:
            self.attempt(Attempt(attempt.job, attempt.args, attempt.outcome, tries, pools))
        else:
            reason = type(error).__name__
            resolve(attempt.outcome, None, LabError(Problem("worker_lost", "", {"reason": reason})))

    def retry_lost(self) -> None:
        """Hand in again what Pebble has lost: it may lose a job that comes in the moment in which a pool breaks, or
        whose worker was killed between taking it and saying so, and then nobody hears of it again."""
        while not self.closed.wait(POLL):
            with self.lock:
                lost = self.find_lost()
                for attempt in lost:
                    del self.handed[attempt]
            for attempt in lost:
                self.retry(attempt, BrokenProcessPool())

    def find_lost(self) -> list[Attempt]:
        """What was hopeless at the last look, too: not begun, though the pool is broken, or a later job was begun, or
        nobody has been at work for long."""
        running = [attempt.order for attempt, (future, _) in self.handed.items() if future.running()]
        if running:
            self.begun, self.active_at = max(self.begun, *running), time.monotonic()
        stuck = self.begun and time.monotonic() - self.active_at > STUCK
        lost = []
        for attempt, (future, pool) in self.handed.items():
            hopeless = not pool.active or attempt.order < self.begun or stuck
            if future.running() or future.done() or not hopeless:
                attempt.suspected = False
            elif attempt.suspected:
                lost.append(attempt)
            else:
                attempt.suspected = True
        return lost

    def close(self) -> None:
        self.closed.set()
        end_pool(self.pool)


def resolve(outcome: Future, result: Any, error: BaseException | None) -> None:
    """The first attempt that ends decides: all would have the same result."""
    with suppress(InvalidStateError):
        if error is None:
            outcome.set_result(result)
        else:
            outcome.set_exception(error)


def end_pool(pool: ProcessPool) -> None:
    """End a pool, and those of its workers that still live when it is broken."""
    pool.stop()
    with suppress(TimeoutError):  # what does not end now ends when it misses its parent
        pool.join(5)


def start_fork_server() -> None:
    """Start the process that workers are forked from. It looks for what it is to preload in its own path, and goes
    without, silently, where that lacks our folder: so the folder is in the path while it starts."""
    from multiprocessing import forkserver  # not on Windows

    multiprocessing.set_forkserver_preload(["rnnlab.engine.preload"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT.parent), *([before] if before else [])])
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def initialize_worker() -> None:
    """In each worker: be warm, even where nothing could be preloaded, and end when the parent is gone, however it
    went."""
    import rnnlab.engine.preload  # noqa: F401

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=exit_with, args=(parent,), daemon=True).start()


def exit_with(parent: Any) -> None:
    parent.join()  # wakes when the parent's end of a pipe closes, even after SIGKILL
    os._exit(1)
