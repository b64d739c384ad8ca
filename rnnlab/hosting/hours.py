"""Who has had how much computing within the last hour."""

import threading
import time
from collections import deque
from collections.abc import Callable

HOUR = 3600.0
STEP = 60.0  # seconds that are taken together: an hour may be that much longer


class Hours:
    """Seconds by name. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.by_name: dict[str, deque[tuple[float, float]]] = {}  # when a step began, and seconds in it, in this order
        self.lock = threading.Lock()
        self.swept = clock()

    def add(self, name: str, seconds: float) -> None:
        now = self.clock()
        with self.lock:
            steps = self.by_name.setdefault(name, deque())
            if steps and now - steps[-1][0] < STEP:
                steps[-1] = steps[-1][0], steps[-1][1] + seconds
            else:
                steps.append((now, seconds))
            if now - self.swept > STEP:
                self.swept = now
                for other in [*self.by_name]:
                    self.drop_old(other, now)

    def drop_old(self, name: str, now: float) -> None:
        """Under the lock: what is over an hour ago is forgotten, with who has had nothing since."""
        steps = self.by_name[name]
        while steps and now - steps[0][0] >= HOUR:
            steps.popleft()
        if not steps:
            del self.by_name[name]

    def within(self, name: str) -> float:
        """Seconds within the last hour."""
        now = self.clock()
        with self.lock:
            return sum(seconds for at, seconds in self.by_name.get(name, ()) if now - at < HOUR)

    def room_in(self, name: str, most: float) -> float:
        """How many seconds from now he has had less than so much within an hour; 0 where he has."""
        now = self.clock()
        with self.lock:
            steps = [(at, seconds) for at, seconds in self.by_name.get(name, ()) if now - at < HOUR]
        left = sum(seconds for _, seconds in steps)
        for at, seconds in steps:
            if left < most:
                return 0.0
            left -= seconds
            if left < most:
                return at + HOUR - now
        return 0.0
