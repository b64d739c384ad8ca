"""The most frequent answer alone: counted by hand, by pandas and by scikit-learn's dummy classifier."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier

from rnnlab import Experiment, run
from rnnlab.analysis.majority import majority_sequence, majority_token, written
from rnnlab.engine import InProcess
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.figures import race as race_figures
from rnnlab.figures import results as figures
from rnnlab.i18n import translator
from rnnlab.races import race, standings
from rnnlab.training.tasks import data_of

T = translator("en")
RARE = "\n".join(f"neg | {i} bad" for i in range(95)) + "\n" + "\n".join(f"pos | {i} good" for i in range(95, 100))


@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=5), min_size=1, max_size=9))
def test_it_is_what_a_classifier_scores_that_knows_the_answers_only(targets):
    y = [id for line in targets for id in line]
    found = majority_token(targets)
    x = np.zeros((len(y), 1))
    assert found.share == pytest.approx(DummyClassifier(strategy="most_frequent").fit(x, y).score(x, y))
    assert y.count(found.answer[0]) == max(map(y.count, y))
    whole = majority_sequence(targets)
    counts = pd.Series([tuple(line) for line in targets]).value_counts(normalize=True)
    assert whole.share == pytest.approx(counts.max())
    assert counts[whole.answer] == counts.max()


def test_of_no_answers_there_is_none():
    assert majority_token([]) is None
    assert majority_sequence([]) is None


def test_95_of_100_lines_of_one_class_are_no_achievement():
    history = run(Experiment(task="classify", text=RARE, held_out=0.2, epochs=2, hidden=4, embed=4))
    o = history.opening
    held = [o.classes[line.targets[0]] for line in o.held_out]
    assert (written(o.majority.answer, o), o.majority.share) == ("neg", (95 - held.count("neg")) / 80)
    assert (written(o.held_majority.answer, o), o.held_majority.share) == ("neg", held.count("neg") / 20)
    levels = figures.score_levels(history, T)
    assert [level.share for level in levels] == [o.majority.share, o.held_majority.share]
    assert all("neg" in level.name for level in levels)


@pytest.mark.parametrize(
    ("fields", "answer", "share"),
    [
        ({}, "学习", 2 / 4),
        ({"text": "a b b a", "target": "x y y y"}, "y", 3 / 4),
        ({"task": "tag", "text": "a/N b/V c/N\nd/N"}, "N", 3 / 4),
        ({"task": "seq2seq", "text": "a | x x\nb | x\nc | y x x"}, "x", 5 / 9),  # three ends are written too
        ({"text": "a b a b a b", "window": 2}, "b", 4 / 8),  # as often as a, and before it
    ],
)
def test_in_training_it_is_of_what_there_is_to_predict(fields, answer, share):
    o = run(Experiment(**fields, epochs=1)).opening
    assert (written(o.majority.answer, o), o.majority.share) == (answer, pytest.approx(share))
    assert o.held_majority is None


def test_of_what_is_written_it_is_of_whole_sequences_and_of_their_tokens():
    text = "\n".join(f"{letter} | {'p q' if i % 3 else 'q'}" for i, letter in enumerate("abcdefghij"))
    history = run(Experiment(task="seq2seq", text=text, held_out=0.5, epochs=1, hidden=4, embed=4))
    o = history.opening
    targets = [line.targets for line in o.held_out]
    counts = pd.Series(targets).value_counts(normalize=True)
    assert o.held_majority.share == pytest.approx(counts.max())
    tokens = pd.Series([id for line in targets for id in line]).value_counts(normalize=True)
    assert [level.share for level in figures.exact_levels(history, T)] == pytest.approx([counts.max(), tokens.max()])


def test_a_race_has_one_level_the_middle_of_its_seeds():
    base = Experiment(task="classify", text=RARE, held_out=0.2, epochs=2, hidden=3, embed=3, seed=4)
    now = race.begin(InProcess(), RacePlan(base, grid({"cell": ("rnn", "gru")}), 3))
    while now.going:
        now = race.tick(InProcess(), now)
    expected = {"accuracy": [], "score": []}
    for seed in (4, 5, 6):
        data = data_of(base.model_copy(update={"seed": seed}))
        for measure, pairs in (("accuracy", data.pairs), ("score", data.held)):
            expected[measure].append(sum(pair.targets == [0] for pair in pairs) / len(pairs))
    for measure in ("accuracy", "score"):
        low, share, high = np.quantile(expected[measure], [0.25, 0.5, 0.75])
        for variant in (0, 1):
            level = standings.majority(standings.records(now, variant), measure)
            assert (level.low, level.median, level.high) == pytest.approx((low, share, high))
        (drawn,) = race_figures.levels(now, ["a", "b"], measure, T)
        assert drawn.share == pytest.approx(share)
    rows = [row.split(",") for row in standings.to_csv(now).splitlines()]
    column = rows[0].index("held_out_majority")
    assert sorted(float(row[column]) for row in rows[1:]) == pytest.approx(sorted(expected["score"] * 2))


def test_before_a_run_is_opened_nothing_is_known():
    plan = RacePlan(Experiment(), grid({"cell": ("rnn", "gru")}), 1)
    waiting = race.Race("id", plan, tuple(race.Entry(at, one) for at, one in plan.runs()))
    assert standings.records(waiting, 0) is None
    assert standings.majority((), "accuracy") is None
    assert race_figures.levels(waiting, ["a", "b"], "accuracy", T) == []
