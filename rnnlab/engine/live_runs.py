"""Runs that go on by themselves, and all that do: one thread takes results and asks for the next slices.

A page begins a run and hands it over (`LiveRuns.drive`); what goes on then is a `Live`, also a race's.
"""

import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import TypeVar
from weakref import WeakValueDictionary

from rnnlab.engine import Engine
from rnnlab.engine.limits import no_room
from rnnlab.engine.live import Live
from rnnlab.engine.runs import SLICE, Run, early, pause, tick, train_until
from rnnlab.engine.shared import Shared
from rnnlab.i18n import Problem, failure_of

ROUND = 0.8  # seconds within which every run that goes on gets a slice, as far as slices can be made shorter
SHARED = 0.05  # seconds that a slice takes at most where several have runs: a look waits for the slice before it
SHORTEST = 0.03  # seconds: below that more time goes into handing a run over than into training it
LOOK = 1.0  # seconds between two looks for runs that nobody watches

AnyLive = TypeVar("AnyLive", bound=Live)


class LiveRun(Live[Run, Engine]):
    def training(self, value: Run) -> bool:
        return value.going and value.until > 0

    def refused(self, value: Run, problem: Problem) -> Run:
        return replace(pause(value), problems=(problem,))

    def pending(self, value: Run) -> set[Future]:
        return {value.pending} if value.pending is not None else set()

    def early(self, value: Run) -> float:
        return early(value)

    def ticked(self, slice_seconds: float) -> Run:
        return tick(self.engine, self.value, slice_seconds=slice_seconds)

    def paused(self) -> Run:
        return pause(self.value)

    def resumed(self, left: Run) -> Run:
        return train_until(self.engine, self.value, left.until) if self.value.resumable else self.value

    def failed(self, error: Exception) -> Run:
        return replace(self.value, pending=None, until=0, problems=failure_of(error))

    def look(self) -> None:
        if self.value.state is not None:  # opening one takes a moment
            super().look()

    def wait_for(self, epoch: int, seconds: float) -> Run:
        """The run once it is open and at that epoch, or rests, or when so many seconds are over."""
        with self.changed, self.watched(lambda: None):
            self.changed.wait_for(lambda: not self.value.going or self.value.is_at(epoch), seconds)
            return self.value


class LiveRuns:
    """All of this process. `find` gives one by the id of its run, which nobody can guess."""

    def __init__(self) -> None:
        self.by_id: WeakValueDictionary[str, Live] = WeakValueDictionary()
        self.results: SimpleQueue[str | None] = SimpleQueue()  # ids of runs whose result has come; None: the end
        self.early: list[tuple[float, str]] = []  # a heap: when, by the clock, to look again at a run that was early
        self.admitting = threading.Lock()
        self.thread = threading.Thread(target=self.take_results, name="live runs", daemon=True)
        self.thread.start()

    def drive(self, live: AnyLive) -> AnyLive:
        """Let it go on, if it does."""
        id, results = live.value.id, self.results  # not the live one itself: what is under way must not keep it alive
        self.by_id[id] = live
        with live.changed:
            live.hear, live.admit = lambda _: results.put(id), self.admit
            live.put(live.value)
        return live

    def admit(self, live: Live) -> Problem | None:
        """Give it a place, or say why there is none."""
        with self.admitting:
            others = [other.reader for other in list(self.by_id.values()) if other.trains and other is not live]
            problem = no_room(live.reader, others)
            live.trains = problem is None
            return problem

    def find(self, id: str) -> Live | None:
        return self.by_id.get(id)

    def going(self) -> int:
        return sum(live.value.going for live in list(self.by_id.values()))

    def pause_all(self) -> int:
        """Let all of them rest, because this process is to end. How many went on until now."""
        return sum(live.pause() for live in list(self.by_id.values()))

    def slice_seconds(self, workers: int) -> float:
        """How long a slice is now, so that all runs get one in a round."""
        longest = SLICE if len(self.by_id) == 1 else SHARED
        return min(longest, max(SHORTEST, ROUND * workers / max(self.going(), 1)))

    def take_results(self) -> None:
        looked = time.monotonic()
        while True:
            now = time.monotonic()
            while self.early and self.early[0][0] <= now:
                self.advance(heappop(self.early)[1])
            try:
                id = self.results.get(timeout=max(0.0, min(LOOK, self.early[0][0] - now)) if self.early else LOOK)
            except Empty:
                id = ""
            if id is None:
                return
            if id:
                self.advance(id)
            if time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                self.look()

    # Functions of their own: what the thread's loop has at hand would not end while it waits.

    def advance(self, id: str) -> None:
        if (live := self.find(id)) is not None:
            seconds = live.advance(self.slice_seconds(live.engine.count))
            if seconds > 0:
                heappush(self.early, (time.monotonic() + seconds, id))

    def look(self) -> None:
        for live in list(self.by_id.values()):
            live.look()

    def close(self) -> None:
        self.results.put(None)
        self.thread.join(5.0)


shared_runs: Shared[LiveRuns] = Shared(LiveRuns)


def shared() -> LiveRuns:
    """Those of this process."""
    runs = shared_runs.get()
    assert runs is not None
    return runs


def close_shared() -> None:
    shared_runs.close()
