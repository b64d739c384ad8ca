"""The path of a state: points where they are, tokens as typed where there is room, the same plane at every epoch."""

import numpy as np

from rnnlab.figures.path import PathView, path_figure
from rnnlab.i18n import translator

T = translator("en")
LOW, HIGH = np.array([-1.0, -2.0]), np.array([1.0, 2.0])


def test_points_are_joined_in_the_order_of_reading_and_crowded_tokens_left_to_the_pointer():
    path = np.array([[0.0, 0.0], [0.5, 1.0], [0.501, 1.0], [-1.0, -2.0]])
    figure = path_figure(PathView(path, ["", "<b>", "b", "c"], np.ones((3, 2)), LOW, HIGH, ("one", "two")), T)
    others, line, named = figure.data
    assert len(others.x) == 3
    np.testing.assert_array_equal(np.array([line.x, line.y]).T, path)
    assert list(named.text) == ["start", "&lt;b&gt;", "", "c"]
    assert list(named.customdata) == ["start", "1 · &lt;b&gt;", "2 · b", "3 · c"]
    across, down = figure.layout.xaxis, figure.layout.yaxis
    assert (across.title.text, down.title.text, down.scaleanchor) == ("one", "two", "x")
    assert across.range[0] < -1 < 1 < across.range[1]
    assert down.range[0] < -2 < 2 < down.range[1]


def test_without_a_start_steps_are_counted_from_1():
    figure = path_figure(PathView(np.array([LOW, HIGH]), ["a", "b"], np.empty((0, 2)), LOW, HIGH, ("", "")), T)
    assert list(figure.data[-1].customdata) == ["1 · a", "2 · b"]
