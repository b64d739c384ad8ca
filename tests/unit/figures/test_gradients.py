"""Gradients drawn: absolute, logarithmic, with a place for zero, and nothing scaled to itself."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnnlab import Experiment, run
from rnnlab.cells import CELLS
from rnnlab.figures import gradients as figures
from rnnlab.figures.style import DASHES, LINE_HUES
from rnnlab.i18n import translator
from rnnlab.records.history import Snapshot
from tests.support.plotly import as_browsers_get, decoded, points

T = translator("en")
norms = st.one_of(st.just(0.0), st.floats(1e-45, 1e30))


@given(arrays(np.float64, st.integers(1, 12), elements=norms))
def test_every_value_is_on_the_axis_where_it_belongs_and_zeros_on_the_line_marked_0(values):
    tokens = [f"w{i}" for i in range(len(values))]
    figure = as_browsers_get(figures.curve_figure({"h": values}, values, tokens, T))
    axis, (trace,) = figure["layout"]["yaxis"], figure["data"]
    low, high = axis["range"]
    ticks = dict(zip(axis["ticktext"], axis["tickvals"], strict=True))
    found = points(trace)
    assert sorted(found) == list(range(len(values)))
    for k, value in enumerate(values):
        assert low <= np.log10(found[k]) <= high
        assert found[k] == (ticks["0"] if value == 0 else value)
    assert all(np.log10(value) > np.log10(ticks["0"]) for value in values if value > 0)
    symbols = trace["marker"].get("symbol", ["circle"] * len(trace["customdata"]))
    marks = [s for s, y in zip(symbols, decoded(trace["y"]), strict=True) if np.isfinite(y)]
    assert [mark == "x" for mark in marks] == (values == 0).tolist()


@given(arrays(np.float64, st.integers(2, 12), elements=norms))
def test_no_line_leads_from_a_value_to_a_zero(values):
    figure = as_browsers_get(figures.curve_figure({"h": values}, values, ["w"] * len(values), T))
    y = decoded(figure["data"][0]["y"])
    zero = min(figure["layout"]["yaxis"]["tickvals"])
    for left, right in pairwise(y):
        assert np.isnan(left + right) or (left == zero) == (right == zero)
    x = decoded(figure["data"][0]["x"])
    assert (np.diff(x) >= 0).all()


def test_the_axis_stands_still_from_target_to_target_and_nothing_is_normalised():
    matrix = np.array([[1.0, np.nan], [1e-9, 1e-3]])
    low, high = (figures.curve_figure({"h": row}, matrix, ["a", "b"], T) for row in matrix)
    assert low.layout.yaxis.range == high.layout.yaxis.range
    assert points(as_browsers_get(high)["data"][0]) == {0: 1e-9, 1: 1e-3}


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=norms))
def test_the_heatmap_shows_logarithms_and_says_the_values(values):
    epochs = [3 * i for i in range(len(values))]
    tokens = ["甲"] * values.shape[1]
    figure = as_browsers_get(figures.epochs_figure(values, epochs, 0, tokens, T))
    trace = figure["data"][0]
    z = decoded(trace["z"])
    assert decoded(trace["y"]).tolist() == epochs
    assert ("0" in trace["colorbar"]["ticktext"]) == bool((values == 0).any())
    for place, value in np.ndenumerate(values):
        if value == 0:
            assert z[place] == trace["zmin"] == trace["colorbar"]["tickvals"][0]
            assert z[place] < trace["colorbar"]["tickvals"][1], "a line of its own, below all others"
            assert trace["text"][place[0]][place[1]] == "0"
        else:
            assert z[place] == pytest.approx(np.log10(value))
            assert float(trace["text"][place[0]][place[1]]) == pytest.approx(value, rel=0.01)
    below, above = figures.beyond(values)
    assert (below == ((values > 0) & (z < trace["zmin"] + bool((values == 0).any())))).all()
    assert (above == (z > trace["zmax"])).all()
    assert figure["layout"]["yaxis"]["range"] == [epochs[0] - 0.5, epochs[-1] + 0.5]  # no epoch below 0


def test_one_epoch_in_which_all_vanishes_takes_no_shade_from_the_others_and_is_marked():
    usual = 10.0 ** np.linspace(-6, -0.5, 20)
    values = np.tile(usual, (100, 1))
    values[1] = usual * 1e-9
    values[2, 0] = 5e3
    trace, low, high = as_browsers_get(figures.epochs_figure(values, range(100), 0, ["a"] * 20, T))["data"]
    assert (trace["zmin"], trace["zmax"]) == (-6, 0)
    assert trace["colorbar"]["ticktext"][0].startswith("≤")
    assert trace["colorbar"]["ticktext"][-1].startswith("≥")
    assert set(decoded(low["y"])) == {1}
    assert sorted(decoded(low["x"])) == [step for step in range(20) if values[1, step] < 1e-6]
    assert (decoded(high["x"]).tolist(), decoded(high["y"]).tolist()) == ([0], [2])
    assert decoded(trace["z"])[1, 0] == pytest.approx(-15), "its number stays"


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_what_is_no_finite_number_is_left_out_and_breaks_nothing(odd):
    values = np.array([[1.0, odd, 1e-3]])
    figure = as_browsers_get(figures.curve_figure({"h": values[0]}, values, ["a", "b", "c"], T))
    assert points(figure["data"][0]) == {0: 1.0, 2: 1e-3}
    assert as_browsers_get(figures.epochs_figure(values, [0], 0, ["a", "b", "c"], T))["data"][0]["zmax"] == 0
    nothing = np.full(3, odd)
    assert points(as_browsers_get(figures.curve_figure({"h": nothing}, nothing, ["a"] * 3, T))["data"][0]) == {}


@given(arrays(np.float64, 5, elements=norms), arrays(bool, 5))
def test_steps_that_are_not_read_before_the_target_are_no_zeros(values, unread):
    found = figures.reachable(values, unread)
    for k in range(5):
        assert np.isnan(found[k]) if unread[k] and values[k] == 0 else found[k] == values[k]


def test_what_was_typed_is_no_markup():
    odd = ["<b>x</b>", "$x$", "a&b"]
    figure = as_browsers_get(figures.curve_figure({"h": np.ones(3)}, np.ones(3), odd, T))
    text = json.dumps([figure["data"][0]["customdata"], figure["layout"]["xaxis"]["ticktext"]])
    assert "<b>" not in text
    assert "a&b" not in text


@pytest.mark.parametrize(("last", "step"), [(1, 1), (3, 1), (100, None)])
def test_a_few_epochs_are_marked_at_whole_numbers(last, step):
    axis = figures.epochs_figure(np.ones((2, 1)), [0, last], 0, ["a"], T).layout.yaxis
    assert axis.dtick == step


# Norms and clipping


@given(arrays(np.float64, st.integers(0, 20), elements=st.floats(0, 1e6)), st.floats(0, 1e3))
def test_clipping_leaves_the_smaller_of_norm_and_limit(values, level):
    after = figures.clipped(values, level)
    for before, now in zip(values, after, strict=True):
        assert now == (min(before, level) if level else before)


def with_norms(history, values):
    snapshots = tuple(Snapshot(i, 1.0, 0.0, value, 4) for i, value in enumerate(values, start=1))
    return replace(history, snapshots=snapshots)


@pytest.fixture(scope="module")
def history():
    return run(Experiment(epochs=3, clip=0.5))


def test_norms_are_drawn_before_and_after_and_the_limit_where_it_is_another(history):
    values = [2.0, 0.25, 0.5, np.inf]
    figure = as_browsers_get(figures.norms_figure(with_norms(history, values), 0.3, T))
    before, after, level = figure["data"]
    assert points(before) == {1: 2.0, 2: 0.25, 3: 0.5}
    assert points(after) == {1: 0.5, 2: 0.25, 3: 0.5, 4: 0.5}
    assert set(decoded(level["y"])) == {0.3}
    same = as_browsers_get(figures.norms_figure(with_norms(history, values), 0.5, T))
    assert len(same["data"]) == 2


def test_without_clipping_there_is_no_after():
    history = run(Experiment(epochs=3))
    figure = as_browsers_get(figures.norms_figure(history, 0.1, T))
    assert [trace["name"] for trace in figure["data"]] == [T("norm.before"), T("norm.level")]
    assert list(points(figure["data"][0]).values()) == [s.norm for s in history.snapshots]


def test_what_training_really_stepped_by_is_the_clipped_norm():
    """Plain SGD with one batch: the step, divided by the rate, is the gradient as clipped."""
    e = Experiment(preset="clipping", epochs=2, lr=0.5)
    history = run(e)
    first, second = (np.frombuffer(c.weights, np.float32).astype(np.float64) for c in history.checkpoints[:2])
    taken = np.linalg.norm(second - first) / e.lr
    assert history.snapshots[0].norm > 1
    assert taken == pytest.approx(figures.clipped(np.array([history.snapshots[0].norm]), e.clip)[0], rel=1e-3)


def test_losses_are_those_of_each_run(history):
    other = run(Experiment(epochs=3, cell="gru"))
    ours, theirs = figures.loss_lines({"RNN": history, "GRU": other}, [0, 2])
    assert (ours.name, ours.y.tolist()) == ("RNN", list(history.losses))
    assert (theirs.name, theirs.y.tolist()) == ("GRU", list(other.losses))
    assert (ours.hue, ours.dash) != (theirs.hue, theirs.dash)


def test_five_thousand_epochs_are_a_small_figure():
    """It is sent four times a second while a run goes on."""
    snapshots = tuple(Snapshot(i, 1 / i, 0.0, 1 / i, 4) for i in range(1, 5001))
    history = replace(run(Experiment(epochs=2, clip=0.5)), snapshots=snapshots)
    assert len(figures.norms_figure(history, 0.3, T).to_json()) < 250_000


def test_a_cell_keeps_its_colour_whichever_others_are_drawn():
    """Also where one still trains and has no gradient yet; and it is the colour that it has in a race of all."""
    norms = {"LSTM": np.ones(3), "MGU": np.ones(3)}
    figure = figures.curve_figure(norms, np.ones((2, 3)), ["a", "b", "c"], T, [1, 3])
    assert [(one.line.color, one.line.dash) for one in figure.data] == [
        (LINE_HUES[1], DASHES[1]),
        (LINE_HUES[3], DASHES[3]),
    ]
    assert len(set(LINE_HUES)) == len(LINE_HUES) >= len(CELLS)
