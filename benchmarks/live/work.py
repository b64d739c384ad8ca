"""The work itself: a run against the plain program that computes the same, and two workers against one."""

from collections.abc import Iterator
from contextlib import closing
from statistics import median

import torch

from benchmarks import sweep
from benchmarks.live.goal import Goal, at_least, at_most
from benchmarks.overhead import ATTENTION, CASES, compare, plain_attention
from rnnlab import run
from rnnlab.engine import Workers


def measure() -> Iterator[Goal]:
    torch.set_num_threads(1)
    for name, experiment, plain, goal, repeats in CASES:
        yield at_most(
            f"computing time against the plain program's: {name}", compare(experiment, plain, repeats)[2], goal
        )
    apart = max(abs(ours - theirs) for ours, theirs in zip(run(ATTENTION).losses, plain_attention(), strict=True))
    yield at_most("attention, 3 epochs: losses apart from the plain program's, millionths", 1e6 * apart, 1.0)
    yield at_least("a sweep of 24 runs on two workers, times as quick as on one", two_workers(), 1.85)


def two_workers() -> float:
    with closing(Workers(1)) as one, closing(Workers(2)) as two:
        for runner in (one, two):
            sweep.warmed(runner)
        return median(sweep.sweep(one) / sweep.sweep(two) for _ in range(sweep.REPEATS))
