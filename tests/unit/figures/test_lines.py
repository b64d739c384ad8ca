"""Curves of a run as a notebook draws them."""

from dataclasses import replace

import numpy as np
import pytest

from rnnlab import Experiment, figures, run
from rnnlab.figures.curves import Level, Mark, Series
from rnnlab.figures.lines import lines_figure
from rnnlab.i18n import translator
from tests.support import plain
from tests.support.plotly import as_browsers_get, decoded

T = translator("en")
NUMBERS = "1 2 3 2 1 2 3 2 1 2 3 2 1"


@pytest.fixture(scope="module")
def history():
    return run(Experiment(epochs=30))


def test_the_loss_curve_is_the_losses(history):
    losses, _, _ = plain.next_words("我 喜欢 学习 深度 学习", epochs=30)
    figure = as_browsers_get(figures.loss_figure(history, T))
    (curve,) = figure["data"]
    np.testing.assert_array_equal(decoded(curve["x"]), range(1, 31))
    np.testing.assert_allclose(decoded(curve["y"]), losses, rtol=1e-6, atol=1e-6)
    assert figure["layout"]["xaxis"]["range"] == [0, 30]


def test_of_summed_losses_a_targets_mean_is_drawn(history):
    (curve,) = as_browsers_get(figures.loss_figure(run(Experiment(epochs=1, loss="sum")), T))["data"]
    assert decoded(curve["y"])[0] == pytest.approx(history.losses[0], rel=1e-6)


def test_where_the_learning_rate_changes_the_curve_has_a_mark():
    e = Experiment(epochs=6, lr_changes="2:0.1 4:0.001 9:1")
    assert figures.rate_marks(e, T) == [Mark(2, "learning rate 0.1"), Mark(4, "learning rate 0.001")]
    drawn = figures.loss_figure(run(e), T).layout
    assert [shape.x0 for shape in drawn.shapes] == [2, 4]
    assert figures.rate_marks(Experiment(), T) == []


def test_where_the_run_diverged_the_curve_has_a_gap(history):
    bad = zip(history.snapshots, [np.nan, np.inf, -np.inf], strict=False)
    broken = [replace(snapshot, loss=loss) for snapshot, loss in bad]
    spoilt = replace(history, snapshots=(*broken, *history.snapshots[3:]))
    y = decoded(as_browsers_get(figures.loss_figure(spoilt, T))["data"][0]["y"])
    assert np.isnan(y[:3]).all()
    assert np.isfinite(y[3:]).all()


def test_a_single_epoch_can_be_seen(history):
    alone = replace(history, snapshots=history.snapshots[:1])
    assert "markers" in as_browsers_get(figures.loss_figure(alone, T))["data"][0]["mode"]


def test_numbers_are_compared_with_saying_the_last_one_again():
    series = run(Experiment(task="series", text=NUMBERS, epochs=2, held_out=0.3))
    training, held, *levels = as_browsers_get(figures.loss_figure(series, T))["data"]
    assert len(decoded(held["y"])) == 3  # the untrained network too
    assert levels[0]["y"] == [series.opening.column.repeat_loss] * 2
    assert training["name"] != held["name"]


def test_a_band_goes_there_and_back_and_names_are_no_markup():
    y = np.array([1.0, np.nan, 3.0])
    one = Series("<b>&", y, low=y - 1, high=y + 1)
    figure = lines_figure([one], [Level("<i>", 0.5)], "share", ("x", "y"), 3)
    band, curve, level = as_browsers_get(figure)["data"]
    assert (decoded(band["x"]).tolist(), decoded(band["y"]).tolist()) == ([1, 3, 3, 1], [2, 4, 2, 0])
    assert (curve["name"], level["name"]) == ("&lt;b&gt;&amp;", "&lt;i&gt;")
