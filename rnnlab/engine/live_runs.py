"""Runs, and races, that go on by themselves, whoever looks. One thread for all of them takes results and asks for the
next slices.

A page begins a run and hands it over (`LiveRuns.drive`); the `value` of what it holds from then on is the run as it is
now. Every button is a function from value to value, put in by `change`. Who watches is told of every new value. A run
that nobody watches for a while pauses, and goes on when somebody watches again.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from rnnlab.engine import Engine
from rnnlab.engine.limits import no_room
from rnnlab.engine.runs import SLICE, Run, early, pause, tick, train_until
from rnnlab.engine.shared import Shared
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import Problem, failure_of

ROUND = 0.8  # seconds within which every run that goes on gets a slice, as far as slices can be made shorter
SHORTEST = 0.03  # seconds: below that more time goes into handing a run over than into training it
AWAY = 8.0  # seconds that a run goes on without anybody who watches: a page may be on its way, or a network back
LOOK = 1.0  # seconds between two looks for runs that nobody watches


class Going(Protocol):
    """A run or a race, as a value."""

    @property
    def id(self) -> str: ...

    @property
    def going(self) -> bool: ...


class HasWorkers(Protocol):
    @property
    def count(self) -> int: ...  # jobs at a time


Value = TypeVar("Value", bound=Going)
AnyEngine = TypeVar("AnyEngine", bound=HasWorkers)
AnyLive = TypeVar("AnyLive", bound="Live")


class Live(ABC, Generic[Value, AnyEngine]):
    """What goes on by itself. The page that began it holds it, and every viewer: when none of them does, it ends."""

    def __init__(self, value: Value, engine: AnyEngine):
        self.value = value
        self.engine = engine
        self.changed = threading.Condition()
        self.viewers: set[Callable[[], None]] = set()
        self.seen = time.monotonic()  # when somebody was there last
        self.left: Value | None = None  # what it was when nobody watched any more, and it paused
        self.listened: set[Future] = set()  # the jobs under way that `hear` will be told of
        self.trains = False  # whether it takes one of the places that there are for runs
        # Both are set by who drives it.
        self.hear: Callable[[Future], None] = lambda _: None
        self.admit: Callable[[Live], Problem | None] = lambda _: None  # why it gets no place; else it has one

    @property
    def reader(self) -> Reader | None:
        """Whose it is; None where that is not known, as in a notebook."""
        return getattr(self.engine, "reader", None)

    @abstractmethod
    def pending(self, value: Value) -> set[Future]:
        """Its jobs under way."""

    @abstractmethod
    def training(self, value: Value) -> bool:
        """Whether it goes on, and not only to be opened."""

    @abstractmethod
    def refused(self, value: Value, problem: Problem) -> Value:
        """The value that does not train, and says why."""

    @abstractmethod
    def ticked(self, slice_seconds: float) -> Value:
        """The value with the results that have come, and the next slices asked for."""

    def early(self, value: Value) -> float:  # noqa: ARG002
        """For how many seconds the results that have come are not to be taken yet."""
        return 0.0

    @abstractmethod
    def paused(self) -> Value: ...

    @abstractmethod
    def resumed(self, left: Value) -> Value:
        """The value going on to where it was going when it was `left`."""

    @abstractmethod
    def failed(self, error: Exception) -> Value:
        """The value at a standstill, which says why."""

    def change(self, function: Callable[[Value], Value]) -> Value:
        """Put another value in the place of this one: what was under way for it is not waited for. Where the function
        gives another run, this one pauses."""
        with self.changed:
            self.seen = time.monotonic()  # whoever presses a button is there: it goes on, unless the button says not to
            self.go_on()
            after = function(self.value)
            if after.id != self.value.id:
                self.put(self.paused())
                return after
            self.put(after)
            return self.value

    def put(self, value: Value) -> None:
        """Under the lock: make it the value, and hear of its results."""
        wanted = self.training(value)
        if wanted and not self.trains and (problem := self.admit(self)):
            value, wanted = self.refused(value, problem), False
        self.value, self.trains = value, wanted
        before, self.listened = self.listened, self.pending(value)
        for one in self.listened - before:
            one.add_done_callback(self.hear)
        self.changed.notify_all()
        for tell in tuple(self.viewers):
            tell()

    def advance(self, slice_seconds: float) -> float:
        """Take the results that have come, if they are those of the value as it is now, and ask for the next slices.
        Where it is too early for that: how many seconds from now it is not."""
        before = self.value
        if not any(one.done() for one in self.pending(before)):
            return 0.0
        if (seconds := self.early(before)) > 0:
            return seconds
        try:
            after = self.ticked(slice_seconds)
        except Exception as error:  # whatever it is, the runs of others go on
            after = self.failed(error)
        with self.changed:
            if self.value is before:
                self.put(after)
                return 0.0
            now = self.pending(self.value)  # a button was pressed meanwhile
            for one in self.pending(after) - now:  # nobody wants these
                one.cancel()
            for one in now & self.pending(before):
                one.add_done_callback(self.hear)
        return 0.0

    @contextmanager
    def watched(self, tell: Callable[[], None]) -> Iterator[None]:
        """Somebody watches: `tell` is called, from any thread and for no longer than a moment, when there is something
        new."""
        with self.changed:
            self.viewers.add(tell)
            self.go_on()
        try:
            yield
        finally:
            with self.changed:
                self.viewers.discard(tell)
                self.seen = time.monotonic()

    def poll(self) -> Value:
        """The value as it is now, for a page that asks now and then: this, too, is watching, for a while."""
        with self.changed:
            self.seen = time.monotonic()
            self.go_on()
            return self.value

    def pause(self) -> bool:
        """Let it rest, whoever watches. Whether it went on until now."""
        with self.changed:
            going, self.left = self.value.going, None
            if going:
                self.put(self.paused())
            return going

    def go_on(self) -> None:
        """Under the lock: somebody is there again."""
        if self.left is not None:
            left, self.left = self.left, None
            self.put(self.resumed(left))

    def look(self) -> None:
        """Now and then: pause where nobody watches."""
        with self.changed:
            before = self.value
            if self.viewers or not before.going or time.monotonic() - self.seen < AWAY:
                return
            self.put(self.paused())
            self.left = before


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
        self.early: list[
            tuple[float, str]
        ] = []  # a heap: when to look again, by the clock, at a run whose has come early
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
        return min(SLICE, max(SHORTEST, ROUND * workers / max(self.going(), 1)))

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
