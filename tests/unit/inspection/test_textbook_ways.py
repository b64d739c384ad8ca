"""How far a cell as textbooks write it is from torch's own: what plain modules with other biases give."""

import pytest
import torch
from torch import nn

from rnnlab import Experiment
from rnnlab.inspection.implementations import textbook_ways
from tests.support import modules
from tests.support.small_tasks import weights_of

CELLS = pytest.mark.parametrize("cell", modules.NAMES)
BOTH = {"text": "a b c d a\nb c d e\nd e a b", "hidden": 4, "embed": 3, "layers": 2, "bidirectional": True}


@CELLS
def test_one_bias_is_as_good_as_two_but_for_the_grus_candidate(cell):
    e = Experiment(cell=cell, **BOTH)
    found = textbook_ways(e, weights_of(e), "network")
    assert 0 <= found.one_bias < 1e-5
    assert 0 < found.one_matrix < 1e-4
    assert (found.every_bias is None) == (cell != "gru")


@torch.no_grad()
def test_adding_up_the_biases_of_the_candidate_changes_what_a_plain_gru_gives():
    e = Experiment(cell="gru", text="a b c d a b e", hidden=4, embed=3)
    weights = weights_of(e)
    torch.manual_seed(0)
    parts = nn.ModuleList([nn.Embedding(5, 3), nn.GRU(3, 4), nn.Linear(4, 5)])
    nn.utils.vector_to_parameters(torch.frombuffer(bytearray(weights), dtype=torch.float32), parts.parameters())
    embedding, gru, _ = parts
    x = embedding(torch.tensor([0, 1, 2, 3, 0, 1]))
    before = gru(x)[0]
    gru.bias_ih_l0 += gru.bias_hh_l0
    gru.bias_hh_l0.zero_()
    expected = float((gru(x)[0] - before).abs().max())
    found = textbook_ways(e, weights, "network")
    assert expected > 1e-3
    assert found.every_bias == pytest.approx(expected, rel=1e-3)
    assert found.largest == pytest.approx(float(before.abs().max()), rel=1e-5)


@CELLS
def test_both_biases_have_one_gradient_where_they_are_added(cell):
    """As the page says of training; but for the candidate of a GRU."""
    torch.manual_seed(1)
    layer = modules.LAYERS[cell](3, 4)
    layer(torch.randn(5, 1, 3))[0].square().sum().backward()
    _, _, b_ih, b_hh = layer.parameters()
    shared = slice(0, 8) if cell == "gru" else slice(None)
    torch.testing.assert_close(b_ih.grad[shared], b_hh.grad[shared])
    assert (cell == "gru") == (not torch.allclose(b_ih.grad, b_hh.grad))
