"""Histograms by epoch: those that NumPy makes of the weights and gradients of a plain program's loop."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnlab import Experiment, run
from rnnlab.inspection.training import distributions as module
from rnnlab.inspection.training.distributions import distributions

WORDS = [*"abcdacbe"]


def plain(epochs: int) -> tuple[list[str], list[list[np.ndarray]], list[list[np.ndarray]]]:
    """Names, and of every epoch from 0 on the weights, and the gradients that its next pass finds."""
    vocabulary = list(dict.fromkeys(WORDS))
    ids = torch.tensor([[vocabulary.index(word) for word in WORDS]])
    torch.manual_seed(5)
    embedding, rnn = nn.Embedding(len(vocabulary), 4), nn.RNN(4, 6, batch_first=True)
    linear = nn.Linear(6, len(vocabulary))
    named = {
        f"{name}.{own}": p
        for name, one in (("embedding", embedding), ("rnn", rnn), ("linear", linear))
        for own, p in one.named_parameters()
    }
    optimizer = torch.optim.Adam(named.values(), lr=0.01)
    weights, slopes = [], []
    for _ in range(epochs + 1):
        output, _ = rnn(embedding(ids[:, :-1]))
        loss = nn.functional.cross_entropy(linear(output)[0], ids[0, 1:])
        optimizer.zero_grad()
        loss.backward()
        weights.append([p.detach().numpy().copy() for p in named.values()])
        slopes.append([p.grad.numpy().copy() for p in named.values()])
        optimizer.step()
    return list(named), weights, slopes


def test_they_are_numpys_of_a_plain_programs_weights_and_gradients():
    e = Experiment(text=" ".join(WORDS), hidden=6, embed=4, epochs=5, seed=5)
    found = distributions(e, run(e).checkpoints)
    names, weights, slopes = plain(5)
    assert found.epochs == (0, 1, 2, 3, 4, 5)
    assert found.whole
    assert [one.name for one in found.parameters] == names
    for place, one in enumerate(found.parameters):
        own, sizes = [epoch[place] for epoch in weights], [np.abs(epoch[place]).astype(float) for epoch in slopes]
        assert one.shape == own[0].shape
        np.testing.assert_allclose(one.edges[[0, -1]], [np.min(own), np.max(own)], rtol=1e-4)
        edges, log_edges = one.edges.copy(), one.gradient_edges.copy()
        edges[[0, -1]] += [-1e-4, 1e-4]  # rounding must not leave out the outermost
        log_edges[[0, -1]] += [-1e-2, 1e-2]
        for epoch, (values, size) in enumerate(zip(own, sizes, strict=True)):
            assert np.abs(one.counts[epoch] - np.histogram(values, edges)[0]).sum() <= 2  # at a bin's edge
            assert one.zeros[epoch] == (size == 0).sum()
            counts = np.histogram(np.log10(size[size > 0]), log_edges)[0]
            assert np.abs(one.gradient_counts[epoch] - counts).sum() <= 0.1 * size.size + 2
            assert one.medians[epoch] == pytest.approx(np.median(size[size > 0]), rel=1e-3)
    embedding = found.parameters[0]
    assert embedding.zeros.tolist() == [4] * 6  # of "e", which nothing is read after


def test_of_many_epochs_or_a_slow_network_some_are_shown_from_the_first_to_the_last(monkeypatch):
    e = Experiment(text=" ".join(WORDS), hidden=3, embed=2, epochs=150)
    checkpoints = run(e).checkpoints
    found = distributions(e, checkpoints)
    assert len(found.epochs) == module.EPOCHS < len(checkpoints)
    assert (found.epochs[0], found.epochs[-1]) == (0, 150)
    assert all(one.counts.sum(1).tolist() == [np.prod(one.shape)] * module.EPOCHS for one in found.parameters)
    monkeypatch.setattr(module, "SECONDS", 0.0)
    assert distributions(e, checkpoints).epochs == (0, 150)
