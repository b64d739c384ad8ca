"""Counts of right and wrong, against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from rnnlab.analysis import metrics
from rnnlab.records.history import HeldOutResult
from rnnlab.records.opening import Line

CLASSES = 5
ANSWERS = st.lists(st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=60)


def arrays(answers: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    truth, said = zip(*answers, strict=True)
    return np.array(truth), np.array(said)


@given(ANSWERS)
def test_counts_and_rates_are_those_of_scikit_learn(answers):
    truth, said = arrays(answers)
    labels = range(CLASSES)
    counts = metrics.confusion(truth, said, CLASSES)
    assert counts.tolist() == confusion_matrix(truth, said, labels=labels).tolist()
    found = metrics.scores(counts)
    expected = precision_recall_fscore_support(truth, said, labels=labels, zero_division=np.nan)
    for mine, theirs in zip((found.precision, found.recall, found.f1, found.support), expected, strict=True):
        np.testing.assert_allclose(mine, theirs)


def test_what_would_be_divided_by_zero_is_not_a_number():
    # Class 0 is there and never said, class 1 said and never there, class 2 neither.
    found = metrics.scores(metrics.confusion(np.array([0, 0]), np.array([1, 1]), 3))
    assert np.isnan(found.precision).tolist() == [True, False, True]
    assert np.isnan(found.recall).tolist() == [False, True, True]
    assert np.isnan(found.f1).tolist() == [False, False, True]


@given(st.lists(ANSWERS, min_size=1, max_size=6))
def test_lines_are_counted_answer_by_answer(lines):
    """A line with one class for all, or with one for each token."""
    pairs = [arrays(line) for line in lines]
    held = HeldOutResult(0.0, 0.0, np.nan, tuple(said.astype(np.int32) for _, said in pairs))
    counts = metrics.confusion_of([Line((), tuple(truth.tolist())) for truth, _ in pairs], held, CLASSES)
    together = [np.concatenate(side) for side in zip(*pairs, strict=True)]
    assert counts.tolist() == confusion_matrix(*together, labels=range(CLASSES)).tolist()


@given(st.lists(ANSWERS, min_size=1, max_size=4))
def test_classes_occur_that_are_there_or_were_said_in_any_frame(frames):
    counts = np.stack([metrics.confusion(*arrays(answers), CLASSES) for answers in frames])
    assert set(metrics.occurring(counts)) == {label for answers in frames for pair in answers for label in pair}


@given(st.lists(st.integers(0, 2), min_size=1, max_size=12))
def test_an_answer_is_settled_where_it_no_longer_changes(best):
    step = int(metrics.settling_step(np.array(best)))
    assert len(set(best[step:])) == 1
    assert step == 0 or best[step - 1] != best[step]


@pytest.mark.parametrize(("best", "step"), [([7], 0), ([1, 1, 1], 0), ([0, 1, 1], 1), ([1, 0, 1], 2)])
def test_settled_by_hand(best, step):
    assert metrics.settling_step(np.array([best, best])).tolist() == [step, step]
