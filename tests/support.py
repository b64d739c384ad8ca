"""What several test files need. Imports no torch: workers import this module for the jobs below."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).parents[1]


def eventually(condition: Callable[[], T], what: str, seconds: float = 10.0) -> T:
    """What `condition` returns as soon as that is true. Fails, saying `what` did not happen, after so many seconds."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        pause.wait(0.02)
    return value


# Jobs for worker processes


def loaded() -> tuple[int, set[str]]:
    """Which process this is, and what it had imported before anybody asked it to."""
    return os.getpid(), {"torch", "jieba", "rnnlab.training"} & set(sys.modules)


def note(path: str) -> None:
    with Path(path).open("a") as file:
        file.write("x")


def hold(began: str, end: str) -> int:
    """Keeps a worker waiting, without a load, until there is a file `end`."""
    note(began)
    while not Path(end).exists():
        time.sleep(0.02)
    return os.getpid()


def hang(path: str) -> None:
    note(path)
    while True:
        pass


def train_and_die_once(path: str, state, epochs: int):
    """A slice whose worker is killed when half of it is done; the second worker that gets it is spared."""
    from rnnlab import training

    half = training.advance(state, epochs=epochs // 2)
    if not Path(path).exists():
        note(path)
        os.kill(os.getpid(), signal.SIGKILL)
    assert half
    return training.advance(state, epochs=epochs)


def race_and_die_once(path: str, state, budget: float):
    """A slice of a race whose worker is killed when it is done; the second worker that gets it is spared."""
    from rnnlab.training import race_slices

    done = race_slices.advance(state, budget)
    if not Path(path).exists():
        note(path)
        os.kill(os.getpid(), signal.SIGKILL)
    return done


def die(path: str) -> None:
    note(path)
    os.kill(os.getpid(), signal.SIGKILL)


def die_with_the_lock(path: str) -> str:
    """Ends as a worker does that is killed while it sends a result. The second time it lives, and returns."""
    from pebble.pool.channel import ChannelMutex

    if Path(path).exists():
        return Path(path).read_text()
    note(path)
    gc.unfreeze()
    mutex = next(found for found in gc.get_objects() if isinstance(found, ChannelMutex))
    mutex.acquire(timeout=5)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")
