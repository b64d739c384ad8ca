"""Histograms by epoch as heatmaps: shares of all entries, a row of its own for gradients that are zero."""

import numpy as np

from rnnlab.figures.distributions import gradients_figure, weights_figure
from rnnlab.i18n import translator
from rnnlab.records.training.distributions import BINS, Distribution

T = translator("en")
EPOCHS = (0, 5)


def one(zeros: list[int]) -> Distribution:
    counts = np.zeros((2, BINS), int)
    counts[:, 3], counts[1, 5] = 8, 2
    edges = np.linspace(-1, 1, BINS + 1)
    return Distribution("rnn.w", (2, 5), edges, counts, edges * 2 - 4, counts, np.array(zeros), np.ones(2))


def test_a_column_adds_up_to_all_entries():
    (heat,) = weights_figure(one([0, 0]), EPOCHS, 5, T).data
    z = np.array(heat.z)
    assert z.shape == (BINS, 2)
    np.testing.assert_allclose(z.sum(0), 1)
    assert z[3].tolist() == [1.0, 0.8]
    assert heat.zmax == 1.0
    assert heat.text[5][1] == "20%"


def test_gradients_that_are_zero_have_a_row_of_their_own_and_count_among_all():
    figure = gradients_figure(one([2, 0]), EPOCHS, 5, T)
    (heat,) = figure.data
    z = np.array(heat.z)
    assert z[0].tolist() == [0.2, 0.0]
    assert not z[1].any()
    assert z[5].tolist() == [0.8, 0.8]
    assert heat.zmax == 0.8  # of the others: the row of zeros may have nearly all
    assert heat.customdata[0][0] == figure.layout.yaxis.ticktext[0] == "0"
    assert figure.layout.yaxis.tickvals[0] == heat.y[0] < heat.y[2]
    assert figure.layout.shapes[0].x0 == 5
    assert "0" not in gradients_figure(one([0, 0]), EPOCHS, 5, T).layout.yaxis.ticktext
