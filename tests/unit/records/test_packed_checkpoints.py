"""Weights in less memory: the same to the bit, whatever they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, run
from rnnlab.records.history import Checkpoint
from rnnlab.records.packed_checkpoints import PackedCheckpoints

BITS = st.integers(0, 2**32 - 1)  # of any float32, not a number and infinity among them


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(BITS, min_size=n, max_size=n), min_size=1, max_size=6)))
def test_any_weights_come_back_to_the_bit(rows):
    kept = tuple(Checkpoint(3 * i, np.array(row, np.uint32).tobytes()) for i, row in enumerate(rows))
    packed = PackedCheckpoints.of(kept)
    assert tuple(packed) == kept
    assert (len(packed), packed[-1], packed[:2]) == (len(kept), kept[-1], kept[:2])
    assert PackedCheckpoints.of(packed) is packed
    assert hash(packed) == hash(PackedCheckpoints.of(kept))


def test_those_of_a_preset_take_two_fifths_of_the_memory():
    kept = run(Experiment()).checkpoints
    assert len(PackedCheckpoints.of(kept).packed) < 0.4 * sum(len(one.weights) for one in kept)


@pytest.mark.parametrize(("moves", "bound"), [("smoothly", 0.17), ("at random", 0.56)])
def test_differences_are_taken_as_often_as_pays(moves, bound):
    """Of what moves smoothly a second and a third time halves what is kept; each makes more of a random walk, whose
    changes are noise."""
    start, times = np.linspace(0.5, 1.0, 300), np.linspace(0.0, 1.0, 100)[:, None]
    walk = np.random.default_rng(0).normal(0.0, 1e-3, (100, 300)).cumsum(0)
    rows = start + (np.sin(times + start) if moves == "smoothly" else walk)
    kept = tuple(Checkpoint(i, row.astype("<f4").tobytes()) for i, row in enumerate(rows))
    assert len(PackedCheckpoints.of(kept).packed) < bound * sum(len(one.weights) for one in kept)
