"""A run, or a race, that goes on by itself, whoever looks. `live_runs` drives all of them.

The page that begins one holds it, and its `value` is the run as it is now. Every button is a function from value to
value, put in by `change`. Who watches is told of every new value. A run that nobody watches for a while pauses, and
goes on when somebody watches again.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from rnnlab.hosting.readers import Reader
from rnnlab.i18n import Problem

AWAY = 8.0  # seconds that a run goes on without anybody who watches: a page may be on its way, or a network back


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
