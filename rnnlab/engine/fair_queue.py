"""Jobs that wait for a worker, and whose turn it is."""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from rnnlab.hosting.readers import Reader
from rnnlab.hosting.shares import Shares
from rnnlab.i18n import LabError, Problem

DEBT = 0.1  # seconds by which whoever has just used more than the others waits longer than they, at most


@dataclass
class Tally:
    """What has been computed since the process began, for whoever watches over it. What was lost with its worker does
    not count."""

    jobs: Counter[str] = field(default_factory=Counter)  # by name; what ended with an exception, too
    seconds: float = 0.0  # of computing

    def add(self, name: str, seconds: float, owner: Hashable) -> None:
        self.jobs[name] += 1
        self.seconds += seconds
        if isinstance(owner, Reader):
            owner.spend(seconds)


@dataclass(eq=False)
class QueuedJob:
    """A job on its way: what it is, pickled, and what the caller holds."""

    payload: bytes
    outcome: Future
    owner: Hashable
    name: str = ""  # the job's
    losses: Counter[type[Exception]] = field(default_factory=Counter)  # of workers that had begun it

    def begin(self) -> bool:
        """Whether it is still wanted. From now on it can't be cancelled."""
        return self.outcome.running() or self.outcome.set_running_or_notify_cancel()

    def end(self, well: bool, value: Any) -> None:
        """Tell the caller what came of it: a result, or an exception."""
        if well:
            self.outcome.set_result(value)
        else:
            self.outcome.set_exception(value)

    def give_up(self, error: Exception) -> None:
        if self.begin():
            self.outcome.set_exception(LabError(Problem("worker_lost", "", {"reason": type(error).__name__})))


class FairQueue:
    """Jobs that wait for a worker. Of their owners the one is served that has the fewest workers, of several the one
    that has used the least of their time, and of these the one whose turn it is: who asks for much waits behind
    himself. Who comes after a while, or for the first time, is taken to have used a little less than the others, so
    that something short is done at once, and something long takes turns with theirs."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.waiting: OrderedDict[Hashable, deque[QueuedJob]] = OrderedDict()  # owners in the order of their turns
        self.at_work: Counter[Hashable] = Counter()  # owner -> jobs that were taken and are not done
        self.shares = Shares()  # of workers' time
        self.closed = False
        self.tally = Tally()

    def put(self, queued: QueuedJob) -> None:
        with self.changed:
            if self.closed:
                raise RuntimeError("the engine is closed")
            self.waiting.setdefault(queued.owner, deque()).append(queued)
            self.shares.come(queued.owner)
            self.changed.notify()

    def put_back(self, queued: QueuedJob) -> None:
        """It was taken already, and is the next again."""
        with self.changed:
            self.leave(queued)
            self.waiting.setdefault(queued.owner, deque()).appendleft(queued)
            self.waiting.move_to_end(queued.owner, last=False)
            self.changed.notify()

    def take(self, seconds: float) -> QueuedJob | None:
        """The job whose turn it is, or None when there is none within so many seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or self.closed, seconds)
            if not self.waiting:
                return None
            owner = min(self.waiting, key=self.rank)
            jobs = self.waiting.pop(owner)
            queued = jobs.popleft()
            if jobs:
                self.waiting[owner] = jobs  # behind all others
            self.at_work[owner] += 1
            self.shares.serve(owner)
            return queued

    def rank(self, owner: Hashable) -> tuple[int, float]:
        """The lowest is served first."""
        return self.at_work[owner], self.shares.used[owner]

    def place(self, outcome: Future) -> int:
        """Where a job stands in the queue as it is now: 1 for the next; 0 where it doesn't wait. As many of each other
        owner's jobs are before it as of its own owner's, and one more of those whose turn is before his."""
        with self.changed:
            owners = sorted(self.waiting, key=self.rank)
            for index, owner in enumerate(owners):
                for before, queued in enumerate(self.waiting[owner]):
                    if queued.outcome is outcome:
                        turns = [before + (place <= index) for place in range(len(owners))]
                        return sum(
                            min(turn, len(self.waiting[other])) for turn, other in zip(turns, owners, strict=True)
                        )
        return 0

    def done(self, queued: QueuedJob, seconds: float | None = None) -> None:
        """It was taken, so much was computed (None where it came to nothing), and nobody is at it any more. Who has
        come meanwhile is served before its owner is again."""
        with self.changed:
            self.leave(queued)
            if seconds is not None:
                self.tally.add(queued.name, seconds, queued.owner)
            self.shares.spend(queued.owner, seconds or 0.0, DEBT)
            if queued.owner in self.waiting:
                self.waiting.move_to_end(queued.owner)
            self.shares.keep(self.waiting.keys() | self.at_work.keys())

    @property
    def length(self) -> int:
        """How many jobs wait."""
        with self.changed:
            return sum(map(len, self.waiting.values()))

    def leave(self, queued: QueuedJob) -> None:
        self.at_work[queued.owner] -= 1
        if not self.at_work[queued.owner]:
            del self.at_work[queued.owner]

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()
