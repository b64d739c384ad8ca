"""Weights in less memory: the same to the bit, whatever they are."""

import numpy as np
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
    assert packed == PackedCheckpoints.of(packed)
    assert hash(packed) == hash(PackedCheckpoints.of(kept))


def test_those_of_a_preset_take_half_the_memory():
    kept = run(Experiment()).checkpoints
    assert len(PackedCheckpoints.of(kept).packed) < 0.55 * sum(len(one.weights) for one in kept)
