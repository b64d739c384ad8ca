"""What the Results page draws: that a curve says what its axis does."""

from collections import Counter

import numpy as np
import pytest

from rnnlab import Experiment
from rnnlab.figures.results import loss_lines
from rnnlab.i18n import translator
from rnnlab.records.history import History
from rnnlab.training import advance, start

LINES = [f"{a} {b} {c} {a} {b} {c} {b}" for a in "abc" for b in "def" for c in "ghi"]  # six targets each


def stepped(seed: int) -> tuple[History, Counter[int]]:
    """A run, a step at a time, and how many targets each epoch has had."""
    fields = {"loss": "sum", "optimizer": "sgd", "lr": 0.15, "nonlinearity": "relu", "batch": 2, "epochs": 40}
    state, history = start(Experiment(text="\n".join(LINES), seed=seed, **fields))
    counted = Counter()
    while not state.ended:
        epoch, step = state.epoch, state.step
        state, chunk = advance(state, budget=0.0)
        counted[epoch] += 6 * sum(min(2, len(LINES) - 2 * (at % 14)) for at in range(step, state.step))
        history = history.extended(chunk)
    return history, counted


@pytest.mark.parametrize("later", [False, True])  # in the first epoch, or after a whole one
def test_a_summed_loss_is_drawn_as_the_mean_of_the_targets_it_is_about(later):
    """Also of the epoch that a divergence cuts short, which has fewer. Of which seeds it cuts one short depends on how
    the processor rounds."""

    def is_cut_short(history: History, counted: Counter[int]) -> bool:
        return history.ended == "diverged" and counted[history.epoch - 1] < 6 * len(LINES)

    runs = map(stepped, range(40))
    history, counted = next(run for run in runs if is_cut_short(*run) and (run[0].epoch > 1) == later)
    drawn = loss_lines(history, translator("en"))[0].y
    expected = np.array(history.losses) / [counted[epoch] for epoch in range(history.epoch)]
    np.testing.assert_allclose(drawn, expected)
