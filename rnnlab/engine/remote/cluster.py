"""Where jobs run when RNNLAB_DASK names a scheduler: on the workers of a Dask cluster, behind the same calls as
`engine.Workers`; and on this machine's own workers while it is not there.

Whatever the network does, the web process must not wait for it: all talking happens on an event loop in a thread of its
own, and only with the address that was given. What travels is bytes that a worker unpickles (see `payload`), so that
the scheduler needs nothing of ours, and a worker without the lab says so itself.

A job is in one place at any time: in the queue here, on its way through Dask, or with the workers at home. It is only
handed to Dask when a worker there is free, so that readers take turns on the cluster as they do at home.
"""

import asyncio
import logging
import pickle
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Literal
from uuid import uuid4

from rnnlab.engine import workers
from rnnlab.engine.fair_queue import FairQueue, QueuedJob
from rnnlab.engine.processes import WorkerDied
from rnnlab.engine.remote.connection import PATIENCE, POLL, Connection
from rnnlab.engine.remote.payload import RemoteCall, run_job, versions
from rnnlab.engine.remote.scheduler import connection_problem, is_address
from rnnlab.engine.workers import InProcess, Workers, outcome_of
from rnnlab.i18n import LabError, Problem, describe

RETRY = 1.0, 30.0  # seconds until the next try to connect, after a loss; and at most, for each wait is twice the last
TRIES = 4  # of a job that could not be handed to a worker
HOPELESS = {"cluster_address", "cluster_library"}  # what no other try would change
AT_HOME = {"segmentations", "device_used"}  # jobs that stay: what a form shows while one types, and what is asked first

log = logging.getLogger(__name__)  # what it is told is no template: what is filled into one the server leaves out


class Lost(Exception):
    """The cluster is, and a job on its way with it. It is done at home."""


class Cluster:
    """A Dask cluster behind `submit(job, *args) -> Future`, as `engine.Workers` is. While it is not there, `home` does
    what is asked, with the same numbers: what waits and what is under way goes there when the cluster is lost, and what
    is asked for comes here again as soon as it is back. So nobody who asked is told of it."""

    def __init__(self, address: str, home: InProcess | Workers):
        self.address, self.home = address, home
        self.state: Literal["connecting", "ready", "lost"] = "connecting"
        self.problem: Problem | None = None  # why it is lost
        self.queue = FairQueue()
        self.connection = Connection(address)
        self.loop = asyncio.SelectorEventLoop()  # the kind that Dask wants, whatever the web server uses
        self.lost, self.closing = self.loop.create_future(), asyncio.Event()
        self.under_way: set[asyncio.Task[None]] = set()
        self.lock = threading.Lock()  # nothing is put into the queue of a cluster that is lost
        self.thread = threading.Thread(target=self.run, name="cluster", daemon=True)
        self.thread.start()

    @property
    def fit(self) -> list[str]:
        """The addresses of workers that compute what is computed at home."""
        return self.connection.fit

    @property
    def count(self) -> int:
        """Jobs at a time, where they are computed now."""
        return max(1, len(self.fit)) if self.state == "ready" else self.home.count

    @property
    def starting(self) -> bool:
        return self.state != "ready" and self.home.starting

    def submit(self, job: Callable[..., Any], *args: Any, owner: Hashable = None) -> Future:
        """The job's future. A LabError of the job comes as it is; a job whose worker dies goes to another by itself."""
        if self.state != "ready" or job.__name__ in AT_HOME:
            return self.home.submit(job, *args, owner=owner)
        outcome: Future = Future()
        try:
            queued = QueuedJob(pickle.dumps((job, args)), outcome, owner, job.__name__)
            with self.lock:
                if self.state == "ready":
                    self.queue.put(queued)
                    self.loop.call_soon_threadsafe(self.hand_out)
                    return outcome
            self.home.take_over(queued)  # it has just been lost
        except Exception as error:
            outcome.set_exception(error)
        return outcome

    def place(self, outcome: Future) -> int:
        """Where a job stands in the queue: 1 for the next; 0 where it doesn't wait."""
        return self.queue.place(outcome) or self.home.place(outcome)

    def close(self) -> None:
        """What is under way goes home, and is given up there."""
        with suppress(RuntimeError):  # has stopped already
            self.loop.call_soon_threadsafe(self.end)
        self.thread.join(PATIENCE)
        self.home.close()

    # The rest runs on the loop

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self.live())

    async def live(self) -> None:
        """Connect, and look after the cluster until it is lost; and again, at longer and longer intervals."""
        wait = RETRY[0]
        while not self.closing.is_set():
            watching = asyncio.ensure_future(self.watch())
            problem = await self.lost
            watching.cancel()
            wait = RETRY[0] if self.state == "ready" else wait
            await self.leave(problem)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), None if problem.code in HOPELESS else wait)
            wait, self.lost = min(2 * wait, RETRY[1]), self.loop.create_future()

    def end(self) -> None:
        self.closing.set()
        self.lose(self.gone)

    @property
    def gone(self) -> Problem:
        return Problem("cluster_gone", "", {"address": self.address})

    def lose(self, problem: Problem) -> None:
        """Say that the cluster is lost, and why; the first reason stays."""
        if not self.lost.done():
            self.lost.set_result(problem)

    async def leave(self, problem: Problem) -> None:
        """Let all that waits, and all that is under way, be done at home."""
        if not (self.closing.is_set() or (self.problem and self.problem.code == problem.code)):
            log.warning(describe(problem, "en"))
        with self.lock:
            self.state, self.problem = "lost", problem
        await asyncio.gather(*self.under_way, return_exceptions=True)  # each goes home now
        while queued := self.queue.take(0.0):
            self.queue.done(queued)
            await self.send_home(queued)
        await self.connection.close()

    async def send_home(self, queued: QueuedJob) -> None:
        try:
            await asyncio.to_thread(self.home.take_over, queued)
        except RuntimeError as error:  # that is closed
            queued.give_up(error)

    async def watch(self) -> None:
        """Connect, and look after the cluster until it is lost."""
        try:
            self.lose(await self.reason_lost())
        except (OSError, TimeoutError):
            self.lose(self.gone)
        except LabError as error:  # what this machine's workers are to train on is not there
            self.lose(error.problems[0])
        except Exception:
            log.exception("the cluster can't be watched")
            self.lose(self.gone)

    async def reason_lost(self) -> Problem:
        """Connect, and wait until the cluster is lost: why it is. Raises OSError where it answers no more."""
        if not is_address(self.address):
            return Problem("cluster_address", "", {"address": self.address})
        try:
            import distributed  # noqa: F401  takes a second, which is not the scheduler's
        except ImportError as error:
            return Problem("cluster_library", "", {"reason": str(error)})
        try:
            await asyncio.wait_for(self.connection.open(), PATIENCE)
        except Exception as error:
            return connection_problem(self.address, error, PATIENCE)
        if self.connection.versions is None:
            self.connection.versions = await asyncio.to_thread(lambda: self.home.submit(versions).result())
        last, ready = time.monotonic(), False
        while True:
            await self.connection.look()
            if self.fit:
                last = time.monotonic()
                if not ready:
                    ready = True
                    self.be_ready()
                self.hand_out()
            elif time.monotonic() - last > PATIENCE and (ready or not self.connection.loading):
                empty = Problem("cluster_empty", "", {"address": self.address})
                return next(filter(None, self.connection.known.values()), empty)
            await asyncio.sleep(POLL)

    def be_ready(self) -> None:
        if self.problem:
            log.warning(f"The cluster at {self.address} is back.")
        with self.lock:
            self.state, self.problem = "ready", None

    def hand_out(self) -> None:
        """Let every worker have a job, in the order of the queue."""
        while self.state == "ready" and len(self.under_way) < len(self.fit) and (queued := self.queue.take(0.0)):
            if queued.begin():
                self.under_way.add(asyncio.ensure_future(self.see_through(queued)))
            else:
                self.queue.done(queued)

    async def see_through(self, queued: QueuedJob) -> None:
        """One job to a worker and its result back."""
        from distributed import KilledWorker

        try:
            well, value, seconds = outcome_of(await self.answer(queued))
            self.queue.done(queued, seconds)
            queued.end(well, value)
        except Lost:
            self.queue.done(queued)
            await self.send_home(queued)
        except KilledWorker as error:
            self.queue.done(queued)
            queued.give_up(error)
        except Exception as error:  # of who was to do it, or of the way there
            queued.losses[type(error)] += 1
            if queued.losses.total() < TRIES:
                self.connection.look_at(())  # and at all of them anew
                self.queue.put_back(queued)
            else:
                self.queue.done(queued)
                queued.give_up(error)
        finally:
            self.under_way.discard(asyncio.current_task())  # type: ignore[arg-type]
            self.hand_out()

    async def answer(self, queued: QueuedJob) -> bytes:
        """What a worker says that came of a job. Raises Lost, WorkerDied where all that could do it are gone, and what
        Dask raises."""
        from distributed.comm import CommClosedError

        there = self.connection
        call = pickle.dumps(RemoteCall(run_job, there.versions, workers.JOB_SECONDS, queued.payload))
        key, fit = f"{queued.name}-{uuid4().hex}", there.fit
        future = there.client.submit(pickle.loads, call, pure=False, key=key, workers=fit)
        result = asyncio.ensure_future(future.result())
        try:
            while not result.done():
                await asyncio.wait({result, self.lost}, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
                if self.lost.done():
                    raise Lost
                if there.workers.keys().isdisjoint(fit):
                    raise WorkerDied
            return result.result()
        except (CancelledError, CommClosedError):  # by Dask: the connection broke, before or while the result came
            self.lose(self.gone)
            raise Lost from None
        finally:
            result.cancel()
