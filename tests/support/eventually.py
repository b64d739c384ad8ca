"""Where the project lies, and waiting for a condition instead of for a time."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


def eventually(condition: Callable[[], T], what: str, seconds: float = 10.0) -> T:
    """What `condition` returns as soon as that is true. Fails, saying `what` did not happen, after so many seconds."""
    deadline, pause, clock = time.monotonic() + seconds, 0.01, threading.Event()
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        clock.wait(pause)
        pause = min(1.5 * pause, 0.2)  # a look costs what is looked at time that it needs to get there
    return value
