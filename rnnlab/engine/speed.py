"""How fast a reader wants to see a run: no faster than that its results are taken. What is computed waits then, and no
worker does; the numbers are the same at every speed."""

import math
from typing import Literal, get_args

Speed = Literal["slow", "normal", "fast"]  # "fast": as fast as it goes
SPEEDS: tuple[Speed, ...] = get_args(Speed)

TALKED_OVER = 10  # epochs at the beginning, of a slow run
SLOW_FIRST, SLOW_LATER = 0.5, 0.1  # seconds each of these takes, and each of the others
NORMAL = 4.0  # seconds all epochs of a normal run take
STRETCH = 0.1  # seconds from one slice to the next, so that a run moves evenly


def seconds_an_epoch(speed: Speed, epoch: int, epochs: int) -> float:
    """How long the one behind `epoch` is to take at least, of a run of so many."""
    if speed == "slow":
        return SLOW_FIRST if epoch < TALKED_OVER else SLOW_LATER
    return NORMAL / epochs if speed == "normal" else 0.0


def epochs_a_slice(speed: Speed, epoch: int, epochs: int) -> float:
    """How many epochs a slice has at most."""
    if speed == "slow":  # a slice records its last one: each is seen
        return 1
    seconds = seconds_an_epoch(speed, epoch, epochs)
    return max(1, int(STRETCH / seconds)) if seconds else math.inf
