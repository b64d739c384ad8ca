"""What the Results page draws: that a curve says what its axis does."""

from collections import Counter

import numpy as np
import pytest

from rnnlab import Experiment
from rnnlab.figures.results import loss_lines
from rnnlab.i18n import translator
from rnnlab.training import advance, start

LINES = [f"{a} {b} {c} {a} {b} {c} {b}" for a in "abc" for b in "def" for c in "ghi"]  # six targets each


@pytest.mark.parametrize(("seed", "lr"), [(1, 0.3), (6, 0.1)])  # in the first epoch, and after many whole ones
def test_a_summed_loss_is_drawn_as_the_mean_of_the_targets_it_is_about(seed, lr):
    """Also of the epoch that a divergence cuts short, which has fewer."""
    fields = {"loss": "sum", "optimizer": "sgd", "lr": lr, "nonlinearity": "relu", "batch": 2, "epochs": 40}
    state, history = start(Experiment(text="\n".join(LINES), seed=seed, **fields))
    counted = Counter()
    while not state.ended:
        epoch, step = state.epoch, state.step
        state, chunk = advance(state, budget=0.0)  # a step at a time
        counted[epoch] += 6 * sum(min(2, len(LINES) - 2 * (at % 14)) for at in range(step, state.step))
        history = history.extended(chunk)
    assert history.ended == "diverged"
    drawn = loss_lines(history, translator("en"))[0].y
    expected = np.array(history.losses) / [counted[epoch] for epoch in range(history.epoch)]
    np.testing.assert_allclose(drawn, expected)
    assert counted[history.epoch - 1] < 6 * len(LINES)
