"""Races from Python: the numbers of each run alone, compared."""

import numpy as np
import pytest

from rnnlab import Experiment, LabError, race, run
from tests.support.plotly import as_browsers_get, decoded

TEXT = "a b c d a\nb c d e\nd e a b\na a b c\ne d c b a"
BASE = Experiment(text=TEXT, epochs=5, hidden=5, embed=4, held_out=0.4)
GRU = Experiment(text=TEXT, epochs=5, hidden=5, embed=4, held_out=0.4, cell="gru", lr=0.03)


@pytest.fixture(scope="module")
def finished():
    return race([BASE, GRU], seeds=2)


def test_every_run_is_what_it_is_alone(finished):
    frame = finished.to_frame()
    assert frame[["variant", "cell", "lr", "seed"]].to_numpy().tolist() == [
        *([1, "rnn", 0.01, 0], [2, "gru", 0.03, 0], [1, "rnn", 0.01, 1], [2, "gru", 0.03, 1])
    ]
    for (_, row), entry in zip(frame.iterrows(), finished.race.entries, strict=True):
        alone = run(entry.experiment)
        assert list(entry.record.losses) == alone.losses
        assert row.loss == alone.losses[-1]
        assert row.held_out_score == alone.frames[-1].held_out.score
        assert row.parameters == alone.opening.parameters


def test_curves_are_medians_within_quartiles(finished):
    band, curve, *_ = as_browsers_get(finished.plot(lang="en"))["data"]
    losses = np.array([one.record.losses for one in finished.race.entries if one.variant == 0])
    np.testing.assert_allclose(decoded(curve["y"]), np.median(losses, axis=0))
    low, high = np.percentile(losses, (25, 75), axis=0)
    np.testing.assert_allclose(decoded(band["y"]), [*high, *low[::-1]])
    assert curve["name"] == "cell=rnn, lr=0.01"
    assert finished.plot("score").data


def test_the_best_one_stands_first(finished):
    said = str(finished).split("\n")
    best = finished.standings[0].variant
    assert said[0].startswith("1. cell=" + ("rnn", "gru")[best])
    assert finished.best in [one.experiment for one in finished.race.entries if one.variant == best]
    assert "cell=gru, lr=0.03" in finished._repr_html_()


@pytest.mark.parametrize(
    ("experiments", "options", "named"),
    [
        ([], {}, ["2", "6", "0"]),
        ([BASE], {}, ["2", "6", "1"]),
        ([BASE, Experiment(epochs=5)], {}, ["text", "cell"]),
        ([BASE, BASE], {}, ["1", "2", "same"]),
        ([BASE, GRU], {"seeds": 99}, ["99", "12"]),
    ],
)
def test_what_can_not_be_raced_is_told(experiments, options, named):
    with pytest.raises(LabError) as caught:
        race(experiments, **options)
    assert all(part in str(caught.value) for part in named)


def test_a_run_that_can_not_be_trained_ends_the_race():
    with pytest.raises(LabError, match="Output layer"):
        race([BASE, BASE.model_copy(update={"head": "none", "hidden": 9})], seeds=1)


def test_where_there_are_no_test_lines_there_is_no_score():
    finished = race([Experiment(epochs=2), Experiment(epochs=2, cell="gru")], seeds=1, equal=True)
    assert abs(np.diff(finished.to_frame().parameters)[0]) < 150  # nearly as many
    with pytest.raises(LabError, match="loss, accuracy"):
        finished.plot("score")
