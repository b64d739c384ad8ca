"""Runs that go on by themselves, whoever looks. One thread for all of them takes results and asks for the next slices.

A page begins a run and hands it over (`LiveRuns.drive`); what it gets is a `LiveRun`, whose `run` is the value as it is
now. Every button is a function from value to value, put in by `change`. Who watches is told of every new value. A run
that nobody watches for a while pauses, and goes on when somebody watches again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from weakref import WeakValueDictionary

from rnnlab.engine import Engine
from rnnlab.engine.runs import SLICE, Run, pause, tick, train_until
from rnnlab.engine.shared import Shared

ROUND = 0.8  # seconds within which every run that goes on gets a slice, as far as slices can be made shorter
SHORTEST = 0.03  # seconds: below that more time goes into handing a run over than into training it
AWAY = 8.0  # seconds that a run goes on without anybody who watches: a page may be on its way, or a network back
LOOK = 1.0  # seconds between two looks for runs that nobody watches


class LiveRun:
    """A run that goes on. The page that began it holds it, and every viewer: when none of them does, it ends."""

    def __init__(self, run: Run, engine: Engine, runs: "LiveRuns"):
        self.engine, self.runs = engine, runs
        self.run = run
        self.changed = threading.Condition()
        self.viewers: set[Callable[[], None]] = set()
        self.seen = time.monotonic()  # when somebody watched last
        self.goal = 0  # the epoch to go on to when somebody watches again

    def change(self, function: Callable[[Run], Run]) -> Run:
        """Put another value in the place of this one: what was under way for it is not waited for. Where the function
        gives another run, this one pauses."""
        with self.changed:
            self.goal = 0
            after = function(self.run)
            self.put(after if after.id == self.run.id else pause(self.run))
            return after

    def put(self, run: Run) -> None:
        """Under the lock: make it the value, and hear of its result."""
        self.run = run
        if run.pending is not None:
            id, results = run.id, self.runs.results  # not itself: what is under way must not keep it alive
            run.pending.add_done_callback(lambda _: results.put(id))
        self.changed.notify_all()
        for tell in tuple(self.viewers):
            tell()

    def advance(self, slice_seconds: float) -> None:
        """Take the result that has come, if it is that of the value as it is now, and ask for the next slice."""
        before = self.run
        if before.pending is None or not before.pending.done():
            return
        after = tick(self.engine, before, slice_seconds=slice_seconds)
        with self.changed:
            if self.run is before:
                self.put(after)
            elif after.pending is not None:  # a button was pressed meanwhile: nobody wants this slice
                after.pending.cancel()

    def wait_for(self, epoch: int, seconds: float) -> Run:
        """The run once it is open and at that epoch, or rests, or when so many seconds are over."""
        with self.changed, self.watched(lambda: None):
            self.changed.wait_for(lambda: not self.run.going or self.run.is_at(epoch), seconds)
            return self.run

    @contextmanager
    def watched(self, tell: Callable[[], None]) -> Iterator[None]:
        """Somebody watches: `tell` is called, from any thread and for no longer than a moment, when there is something
        new."""
        with self.changed:
            self.viewers.add(tell)
            if self.goal and self.run.resumable:
                goal, self.goal = self.goal, 0
                self.put(train_until(self.engine, self.run, goal))
        try:
            yield
        finally:
            with self.changed:
                self.viewers.discard(tell)
                self.seen = time.monotonic()

    def pause_if_unwatched(self) -> None:
        with self.changed:
            run = self.run
            if self.viewers or not run.going or run.state is None or time.monotonic() - self.seen < AWAY:
                return
            self.put(pause(run))
            self.goal = run.until


class LiveRuns:
    """All of this process. `find` gives one by the id of its run, which nobody can guess."""

    def __init__(self) -> None:
        self.by_id: WeakValueDictionary[str, LiveRun] = WeakValueDictionary()
        self.results: SimpleQueue[str | None] = SimpleQueue()  # ids of runs whose result has come; None: the end
        self.thread = threading.Thread(target=self.take_results, name="live runs", daemon=True)
        self.thread.start()

    def drive(self, run: Run, engine: Engine) -> LiveRun:
        """Let it go on, if it does."""
        live = self.by_id[run.id] = LiveRun(run, engine, self)
        with live.changed:
            live.put(run)
        return live

    def find(self, id: str) -> LiveRun | None:
        return self.by_id.get(id)

    def going(self) -> int:
        return sum(live.run.going for live in list(self.by_id.values()))

    def slice_seconds(self, workers: int) -> float:
        """How long a slice is now, so that all runs get one in a round."""
        return min(SLICE, max(SHORTEST, ROUND * workers / max(self.going(), 1)))

    def take_results(self) -> None:
        looked = time.monotonic()
        while True:
            try:
                id = self.results.get(timeout=LOOK)
            except Empty:
                id = ""
            if id is None:
                return
            if id:
                self.advance(id)
            if time.monotonic() - looked > LOOK:
                looked = time.monotonic()
                self.pause_unwatched()

    # Functions of their own: what the thread's loop has at hand would not end while it waits.

    def advance(self, id: str) -> None:
        if (live := self.find(id)) is not None:
            live.advance(self.slice_seconds(live.engine.count))

    def pause_unwatched(self) -> None:
        for live in list(self.by_id.values()):
            live.pause_if_unwatched()

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
