"""What each readout depends on, against full Jacobians of plain torch layers and against what must be so."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab import Experiment, LabError, Problem, run
from rnnlab.engine import jobs
from rnnlab.experiment import choices
from rnnlab.inspection import readouts
from rnnlab.inspection.readouts import PADDING, reach
from rnnlab.training.tasks import TASKS
from tests.support import modules

TEXT = """good | a fine film
bad | a dull film with a silly end
good | we loved it
bad | we hated the film"""
LONGEST = 7
FIELDS = {"task": "classify", "text": TEXT, "hidden": 5, "embed": 4, "epochs": 3, "batch": 2}


def found(**fields):
    e = Experiment(**FIELDS | fields)
    weights = run(e).checkpoints[-1].weights
    return e, weights, reach(e, weights)


def row(reached, kind: str, half: int = 0, padded: bool = False) -> np.ndarray:
    norms = reached.padded if padded else reached.alone
    return norms[reached.rows.index((kind, half))]


def jacobians(e: Experiment, weights: bytes, padding: int) -> dict[tuple[str, int], np.ndarray]:
    """The same norms from `torch.autograd.functional.jacobian`, on a layer of torch's with the recorded weights."""
    data = TASKS["classify"].data(e)
    numbers = torch.from_numpy(np.frombuffer(weights, np.float32).copy())
    types = len(data.vocabulary)
    table, numbers = numbers[: types * e.embed].view(types, e.embed), numbers[types * e.embed :]
    layer = modules.LAYERS[e.cell](e.embed, e.hidden, e.layers, batch_first=True, bidirectional=e.bidirectional)
    nn.utils.vector_to_parameters(numbers[: sum(p.numel() for p in layer.parameters())], layer.parameters())
    ids = [*data.probe.inputs, *[0] * padding]
    own = len(data.probe.inputs)

    def vectors(x):
        if e.packed:
            output, state = layer(pack_padded_sequence(x, torch.tensor([own]), batch_first=True))
            output = pad_packed_sequence(output, batch_first=True, total_length=len(ids))[0]
        else:
            output, state = layer(x)
        h_n = state[0] if e.cell == "lstm" else state
        final = torch.cat((h_n[-2], h_n[-1]), 1) if e.bidirectional else h_n[-1]
        return final, output[:, -1], output[:, own - 1], output[:, :own].mean(1)

    parts = torch.autograd.functional.jacobian(vectors, table[ids].unsqueeze(0))
    halves = 2 if e.bidirectional else 1
    named = zip(choices("readout"), parts, strict=True)  # each [1, unit, 1, step, embed]
    return {
        (kind, half): part[0, half * e.hidden : (half + 1) * e.hidden, 0].pow(2).sum((0, 2)).sqrt().numpy()
        for kind, part in named
        for half in range(halves)
    }


@pytest.mark.parametrize("cell", choices("cell"))
@pytest.mark.parametrize(("both", "layers", "packed"), [(True, 1, False), (True, 2, True), (False, 2, False)])
def test_norms_are_those_of_the_whole_jacobian(cell, both, layers, packed):
    e, weights, reached = found(cell=cell, bidirectional=both, layers=layers, packed=packed)
    assert reached.padded.shape[1] == LONGEST == reached.longest
    for padded, norms in ((False, reached.alone), (True, reached.padded)):
        expected = jacobians(e, weights, LONGEST - 3 if padded else 0)
        for place, norm in zip(reached.rows, norms, strict=True):
            np.testing.assert_allclose(norm, expected[place], rtol=1e-4, atol=1e-7, err_msg=str((place, padded)))


@pytest.mark.parametrize("impl", choices("impl"))
@pytest.mark.parametrize("cell", choices("cell"))
def test_in_one_layer_the_backward_half_at_the_last_step_has_read_one_token(cell, impl):
    _, _, reached = found(cell=cell, impl=impl, bidirectional=True)
    for kind in ("last", "valid"):
        assert (row(reached, kind, 1)[:-1] == 0).all()
        assert row(reached, kind, 1)[-1] > 0
    assert (row(reached, "final", 1) > 0).all()
    assert (row(reached, "mean", 1) > 0).all()


def test_a_layer_below_tells_it_of_the_others():
    _, _, reached = found(cell="lstm", bidirectional=True, layers=2)
    assert (row(reached, "last", 1) > 0).all()


def test_with_one_direction_and_no_padding_three_readouts_are_one():
    _, _, reached = found(cell="gru")
    assert reached.halves == 1
    for kind in ("last", "valid"):
        np.testing.assert_allclose(row(reached, kind), row(reached, "final"), rtol=1e-6)


def test_padding_stands_between_the_last_step_and_the_sentence():
    _, _, reached = found(cell="rnn", bidirectional=True)
    for kind in ("last", "final"):
        assert (row(reached, kind, 0, padded=True)[3:] > 0).all(), "the padding is read"
    assert (row(reached, "last", 1, padded=True)[:-1] == 0).all(), "one token of padding, and no other, is read"
    np.testing.assert_allclose(row(reached, "valid", 0, padded=True)[:3], row(reached, "valid", 0), rtol=1e-6)
    assert (row(reached, "valid", 0, padded=True)[3:] == 0).all()


def test_packed_nothing_is_read_beyond_the_sentence():
    _, _, reached = found(cell="lstm", bidirectional=True, packed=True)
    for half in (0, 1):
        assert (row(reached, "last", half, padded=True) == 0).all(), "where last looks there is nothing"
        for kind in ("final", "valid", "mean"):
            np.testing.assert_allclose(row(reached, kind, half, padded=True)[:3], row(reached, kind, half), rtol=1e-5)
            assert (row(reached, kind, half, padded=True)[3:] == 0).all()


def test_the_longest_line_needs_no_padding_and_a_very_long_one_is_shown_in_part():
    assert found(probe=2)[2].padded is None
    words = " ".join(["so"] * (PADDING + 20))
    reached = found(text=f"{TEXT}\nbad | it was {words} dull")[2]
    assert reached.padded.shape[1] == 3 + PADDING
    assert reached.longest == PADDING + 23


def test_dropout_has_no_part_in_it_and_a_worker_answers_the_same():
    e, weights, reached = found(dropout_embed=0.5, dropout_head=0.5)
    again = jobs.reach(e, weights)
    np.testing.assert_array_equal(again.alone, reached.alone)
    sentence = found(sentence="we loved a dull film")[2]
    assert sentence.alone.shape[1] == 5


def test_a_network_too_large_to_be_followed_back_is_refused_with_what_would_do(monkeypatch):
    e, weights, _ = found(hidden=5)
    each_step = 5 * 4 + 5 * 5 + 2 * 5  # weights and biases of an RNN that reads vectors of four
    monkeypatch.setattr(readouts, "WORK", each_step * LONGEST * 3.5)
    with pytest.raises(LabError) as refused:
        reach(e, weights)
    assert refused.value.problems == (Problem("readouts_work", "hidden", {"value": 5, "steps": LONGEST, "limit": 3}),)
    monkeypatch.setattr(readouts, "WORK", each_step * LONGEST * 5.0)
    assert reach(e, weights)
