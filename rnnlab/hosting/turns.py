"""Whose page is drawn next. One thread of Python draws the pages of all: those that it draws at once it draws in slices
of milliseconds, and each is done when all are. So they are drawn one after the other, and by turns of their readers."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rnnlab.hosting.readers import Reader
from rnnlab.hosting.shares import Shares

SLICE = 0.02  # seconds of drawing after which it may be another's turn
LONGEST = 1.0  # seconds: who takes longer keeps nobody else from drawing, whatever holds him up


@dataclass(eq=False)
class Turn:
    reader: Reader
    expected: float  # seconds of drawing that are still needed, about
    weight: float  # what each of them counts
    came: threading.Event = field(default_factory=threading.Event)
    since: float = 0.0  # when it came, by the clock
    drawn: float = 0.0  # what its thread had computed by then, in seconds


def after(turn: Turn, shares: Shares, owner: str) -> float:
    """What its owner will have used, in seconds, to the millisecond. While it is drawn that stays as it is, until more
    is drawn than was expected."""
    return round(shares.used[owner] + turn.expected * turn.weight, 3)


class Turns:
    """One draws at a time. It is the turn of the address, and there of the reader, who will have used the least once he
    is done: so what is short is done before what is long, who wants much waits behind himself, and where many come from
    one address at once, a class or somebody who only says that he is many, they wait behind one another. Why that is
    another rule than for computing: docs/decisions/0048."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Turn] = []
        self.drawing: set[Turn] = set()
        self.addresses = Shares()
        self.readers: defaultdict[str, Shares] = defaultdict(Shares)  # address -> by name
        self.seconds = 0.0  # of drawing, since the process began

    @contextmanager
    def turn(self, reader: Reader, expected: float, weight: float = 1.0) -> Iterator[Turn]:
        """Once it is his. `expected`: about how many seconds of drawing he needs, each of which counts `weight`."""
        turn = Turn(reader, expected, weight)
        self.begin(turn)
        try:
            yield turn
        finally:
            self.end(turn)

    @contextmanager
    def put_aside(self, turn: Turn) -> Iterator[None]:
        """While its thread waits for something else. Then it waits until it is its turn again; who does so holds
        nothing that another waits for in his own."""
        self.end(turn)
        try:
            yield
        finally:
            self.begin(turn)

    def give_way(self, turn: Turn) -> None:
        """In the middle of a page, as above: to who has come meanwhile, where it is his turn now."""
        if self.waiting and time.thread_time() - turn.drawn > SLICE:  # without the lock: it is asked again soon
            with self.lock:
                self.leave(turn)
                self.join(turn)
                self.waiting.insert(0, self.waiting.pop())  # of two that want as much, the one that is further
                self.call_next()
            self.wait(turn)

    def begin(self, turn: Turn) -> None:
        with self.lock:
            self.join(turn)
            self.call_next()
        self.wait(turn)

    def end(self, turn: Turn) -> None:
        with self.lock:
            self.leave(turn)
            self.call_next()

    def wait(self, turn: Turn) -> None:
        while not turn.came.wait(LONGEST):
            with self.lock:
                self.call_next()
        turn.drawn = time.thread_time()

    # Under the lock:

    def join(self, turn: Turn) -> None:
        turn.came.clear()
        self.addresses.come(turn.reader.address)
        self.readers[turn.reader.address].come(turn.reader.name)
        self.waiting.append(turn)

    def leave(self, turn: Turn) -> None:
        self.drawing.discard(turn)
        seconds, address = time.thread_time() - turn.drawn, turn.reader.address
        self.seconds += seconds
        turn.expected = max(turn.expected - seconds, 0.0)
        self.addresses.spend(address, seconds * turn.weight)
        self.readers[address].spend(turn.reader.name, seconds * turn.weight)
        here = {one.reader for one in (*self.waiting, *self.drawing)}
        if not here:  # nobody has to be made up to for anything
            self.addresses = Shares()
            self.readers.clear()

    def call_next(self) -> None:
        now = time.monotonic()
        if not self.waiting or any(now - one.since < LONGEST for one in self.drawing):
            return
        address = min(self.waiting, key=lambda one: after(one, self.addresses, one.reader.address)).reader.address
        readers, here = self.readers[address], [one for one in self.waiting if one.reader.address == address]
        turn = min(here, key=lambda one: after(one, readers, one.reader.name))
        self.waiting.remove(turn)
        self.addresses.serve(address)
        readers.serve(turn.reader.name)
        turn.since = now
        self.drawing.add(turn)
        turn.came.set()
