"""The Text page's figures: what is drawn is what was given, and labels are what was typed."""

import json

import numpy as np
import plotly.io as pio
import pytest

from rnnlab import Experiment
from rnnlab.figures.text import LABELS, WAYS, plane_figure, rows_figure, states_figure
from rnnlab.i18n import translator
from rnnlab.inspection.packing import packing
from rnnlab.records.text import Plane
from rnnlab.training.trainer import Trainer

T = translator("en")


def test_rows_are_drawn_from_the_first_id_on_and_labelled_as_typed():
    table = np.array([[1.0, -2.0], [0.5, 0.0]])
    figure = rows_figure(table, ["<b>", "$x$"], 7, 3.0, T)
    (heat,) = figure.data
    assert (np.array(heat.z) == table).all()
    assert (heat.zmin, heat.zmax) == (-3, 3)  # centred at 0
    assert figure.layout.yaxis.ticktext == ("7 · &lt;b&gt;", "8 · $x$")
    assert list(figure.layout.yaxis.tickvals) == [0, 1]


def test_a_one_hot_row_has_its_one_at_its_id():
    figure = rows_figure(np.eye(3), ["a", "b", "c"], 5, None, T)
    (heat,) = figure.data
    assert (heat.zmin, heat.zmax, heat.x0) == (0, 1, 5)
    assert [heat.x0 + int(np.argmax(row)) for row in heat.z] == [5, 6, 7]


def plane_of(types: int) -> Plane:
    points = np.random.default_rng(types).normal(size=(types, 2)).astype(np.float32)
    return Plane(points, 0.5, 0.6, float(np.abs(points).max()))


@pytest.mark.parametrize("specials", [0, 1])
def test_every_word_of_a_few_carries_its_name_and_the_chosen_one_a_ring(specials):
    tokens = ["<pad>"] * specials + ["<i>", "b", "c", "d"]
    plane = plane_of(4)
    figure = plane_figure(plane, tokens, specials + 2, [], T)
    named, ring = figure.data
    assert list(named.text) == ["&lt;i&gt;", "b", "c", "d"]
    np.testing.assert_array_equal(np.array([named.x, named.y]).T, plane.points)
    assert [ring.x[0], ring.y[0]] == pytest.approx(plane.points[2])


def test_of_many_words_only_the_chosen_and_the_near_are_named():
    types = LABELS + 1
    tokens = [f"w{id}" for id in range(types)]
    cloud, named, _ = plane_figure(plane_of(types), tokens, 9, [3, 40], T).data
    assert len(cloud.x) == types
    assert cloud.text is None
    assert list(named.text) == ["w3", "w9", "w40"]


def test_both_axes_of_the_plane_have_one_scale_and_hold_every_point():
    plane = plane_of(12)
    layout = plane_figure(plane, list("abcdefghijkl"), 0, [], T).layout
    assert layout.xaxis.range == layout.yaxis.range
    assert layout.yaxis.scaleanchor == "x"
    assert layout.xaxis.range[0] < -plane.limit < plane.limit < layout.xaxis.range[1]


def test_the_three_states_share_one_scale():
    e = Experiment(preset="packed", bidirectional=True)
    seen = packing(e, Trainer(e).weight_bytes(), 1)
    figure = states_figure(seen, T)
    assert [trace.coloraxis for trace in figure.data] == ["coloraxis"] * 3
    for way, trace in zip(WAYS, figure.data, strict=True):
        assert (np.array(trace.z) == seen.hidden[way]).all()
        assert np.array(trace.z).shape == (4, 2 * e.hidden)
    scale = figure.layout.coloraxis
    assert scale.cmax == -scale.cmin == pytest.approx(max(np.abs(state).max() for state in seen.hidden.values()))
    assert json.loads(pio.to_json(figure))
