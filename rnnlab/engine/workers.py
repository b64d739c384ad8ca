"""Where jobs run: `submit(job, *args) -> Future`, behind it worker processes, or this process.

Every worker process has a thread here that looks after it alone: it takes the job whose turn it is, hands it over, and
waits for the result. A job is in one place at any time, in the queue or in the hands of one thread; if the process is
lost, the thread puts the job back and starts another process. Jobs must therefore be pure: the same arguments give the
same result, wherever and however often they run.

Whose a job is says `owner`, any value: the id of a session, say. Owners are served in turn, so that each gets as much
of the workers' time as another.
"""

import os
import pickle
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

from rnnlab.engine.fair_queue import FairQueue, QueuedJob, Tally
from rnnlab.engine.processes import Forked, Spawned, Worker, WorkerDied, WorkerHung, is_stopped
from rnnlab.engine.worker import answer
from rnnlab.experiment.device import device_wanted
from rnnlab.i18n import Problem

JOB_SECONDS = 60.0  # far beyond any slice, and beyond the budget of a job: one that takes longer hangs
TRIES = {WorkerHung: 2, WorkerDied: 4}  # what hangs once hangs again; a death is seldom the job's own doing
STARTS = 5  # in vain, one after another, and whatever waits is told that there is no worker
LOOK = 1.0  # seconds between two looks whether an idle worker is alive, and whether any is stopped
STOPPED_LOOKS = 2  # one after the other that find a worker stopped, and it is replaced, which takes milliseconds


def workers_wanted() -> int:
    """RNNLAB_WORKERS, or one fewer than the cores, and at least one. 0: no processes at all."""
    given = os.environ.get("RNNLAB_WORKERS", "")
    return int(given) if given.isdecimal() else max(1, (os.cpu_count() or 2) - 1)


class InProcess:
    """Runs a job at once, where it is asked for, or when those of other threads are done. For notebooks and tests."""

    count = 1  # jobs at a time
    starting = False
    queued = 0
    problem: Problem | None = None  # why it is not computed where it should be: it is

    def __init__(self) -> None:
        self.tally = Tally()
        self.pids: dict[str, list[int]] = {"workers": []}
        self.lock = threading.RLock()  # each sets how many threads torch has, which is one setting of the process

    def submit(self, job: Callable[..., Any], *args: Any, owner: Hashable = None) -> Future:
        future: Future = Future()
        try:
            with self.lock:
                began = time.thread_time()
                try:
                    future.set_result(job(*args))
                finally:
                    self.tally.add(job.__name__, time.thread_time() - began, owner)
        except Exception as error:  # the caller gets it from the future, as from a worker
            future.set_exception(error)
        return future

    def take_over(self, queued: QueuedJob) -> None:
        """Do a job that was begun elsewhere."""
        if not queued.begin():
            return
        with self.lock:
            well, value, seconds = outcome_of(answer(queued.payload)[0])
            self.tally.add(queued.name, seconds, queued.owner)
        queued.end(well, value)

    def place(self, outcome: Future) -> int:  # noqa: ARG002
        return 0

    def close(self) -> None:
        pass


class Workers:
    """Worker processes, each looked after by a thread."""

    problem: Problem | None = None  # why it is not computed where it should be: it is

    def __init__(self, count: int):
        self.count = count
        self.queue = FairQueue()
        forks = hasattr(os, "fork") and device_wanted() == "cpu"  # what a GPU's driver has begun is broken in a fork
        self.processes = Forked() if forks else Spawned()
        self.alive: dict[int, Worker] = {}  # by the number of their thread
        self.threads = [threading.Thread(target=self.look_after, args=(i,), daemon=True) for i in range(count)]
        for thread in (*self.threads, threading.Thread(target=self.watch, daemon=True)):
            thread.start()

    @property
    def starting(self) -> bool:
        """Whether fewer are there than should be: at the very beginning, and where one was lost."""
        return len(self.alive) < self.count

    @property
    def tally(self) -> Tally:
        return self.queue.tally

    @property
    def queued(self) -> int:
        """How many jobs wait for a worker."""
        return self.queue.length

    @property
    def pids(self) -> dict[str, list[int]]:
        """The processes: workers, and what they are forked from."""
        return {"workers": [worker.pid for worker in list(self.alive.values())], "fork_server": self.processes.pids}

    def submit(self, job: Callable[..., Any], *args: Any, owner: Hashable = None) -> Future:
        """The job's future. A LabError is the input's fault, and comes as it is; when a worker dies or hangs, the job
        is given to another, until it has cost as many as `TRIES` says."""
        outcome: Future = Future()
        try:
            self.queue.put(QueuedJob(pickle.dumps((job, args)), outcome, owner, job.__name__))
        except Exception as error:
            outcome.set_exception(error)
        return outcome

    def take_over(self, queued: QueuedJob) -> None:
        """Do a job that was begun elsewhere, and did not come to its end there. Raises RuntimeError after `close`."""
        self.queue.put(queued)

    def place(self, outcome: Future) -> int:
        """Where a job stands in the queue: 1 for the next; 0 where it doesn't wait."""
        return self.queue.place(outcome)

    def look_after(self, number: int) -> None:
        """What a thread does: start a worker, and another when it is lost."""
        vain = 0  # starts, one after another
        while not self.queue.closed:
            try:
                worker = self.alive[number] = self.processes.start()
            except Exception as error:
                time.sleep(min(vain, 10) / 2)
                vain += 1
                while vain >= STARTS and (queued := self.queue.take(0.0)):
                    self.queue.done(queued)
                    queued.give_up(error)
            else:
                vain = 0
                self.keep_busy(worker)
                del self.alive[number]
                worker.connection.close()  # with which it ends, if it still lives

    def keep_busy(self, worker: Worker) -> None:
        """Hand a worker one job after another, until it is lost."""
        while not (self.queue.closed or worker.gone):
            queued = self.queue.take(LOOK)
            if queued is None:
                continue
            if not queued.begin():
                self.queue.done(queued)
                continue
            try:
                worker.begin(queued.payload)
            except (WorkerDied, WorkerHung):  # before it began: that was not the job's doing
                self.queue.put_back(queued)
                break
            try:
                answer = worker.answer(JOB_SECONDS)
            except (WorkerDied, WorkerHung) as error:
                queued.losses[type(error)] += 1
                if queued.losses[type(error)] < TRIES[type(error)]:
                    self.queue.put_back(queued)
                else:
                    self.queue.done(queued)
                    queued.give_up(error)
                break
            well, value, seconds = outcome_of(answer)
            self.queue.done(queued, seconds)
            queued.end(well, value)

    def watch(self) -> None:
        """What one more thread does: end workers that take too long, and those that stand still by order, whatever they
        are at. With a timer for each job every job would wait for threads to begin and to end, which takes 5 ms each
        while a page is drawn. Looks are counted: the clock went on where this process was stopped along with them."""
        looks: dict[int, int] = {}  # in how many it was found stopped, by process
        while not self.queue.closed:
            time.sleep(LOOK)
            workers = list(self.alive.values())
            for worker in workers:
                worker.end_late()
            stopped = [worker for worker in workers if is_stopped(worker.pid)]
            looks = {worker.pid: looks.get(worker.pid, 0) + 1 for worker in stopped}
            for worker in stopped:
                if looks[worker.pid] == STOPPED_LOOKS:
                    worker.end()

    def close(self) -> None:
        """End all workers. What waits for them is given up."""
        self.queue.close()
        self.processes.close()
        for worker in list(self.alive.values()):
            if not worker.gone:
                worker.end()
        for thread in self.threads:
            thread.join(5.0)
        while queued := self.queue.take(0.0):
            queued.give_up(WorkerDied())


def outcome_of(answer: bytes) -> tuple[bool, Any, float]:
    """Whether a job went well, its result or exception, and the seconds it took."""
    try:
        return pickle.loads(answer)
    except Exception as error:
        return False, error, 0.0
