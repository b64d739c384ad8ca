"""Jobs that tests hand to worker processes. Imports no torch: a worker imports this module to find them."""

import gc
import os
import signal
import struct
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path


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


def compute_too_much(path: str) -> None:
    """Goes over its budget, of which it leaves little."""
    note(path)
    signal.setitimer(signal.ITIMER_PROF, 0.05)
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

    done = race_slices.advance_race_run(state, budget)
    if not Path(path).exists():
        note(path)
        os.kill(os.getpid(), signal.SIGKILL)
    return done


def die(path: str) -> None:
    note(path)
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_sending(path: str) -> str:
    """Ends as a worker does that is killed while it sends a result. The second time it lives, and returns."""
    if Path(path).exists():
        return Path(path).read_text()
    note(path)
    connection = next(found for found in gc.get_objects() if isinstance(found, Connection))
    os.write(connection.fileno(), struct.pack("!i", 1000) + b"the beginning of a thousand bytes")
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")
