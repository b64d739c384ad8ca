"""Where a race stands, against pandas over the same numbers; and the table that is taken away."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, Problem
from rnnlab.engine import InProcess
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.figures import race as figures
from rnnlab.figures.curves import Series
from rnnlab.i18n import translator
from rnnlab.races import race, standings
from rnnlab.races.race import Entry, Race
from rnnlab.races.record import Record
from rnnlab.races.standings import curve, ranked, standing, to_csv
from rnnlab.records.history import Score

BASE = Experiment(epochs=6)
CELLS = grid({"cell": ("rnn", "lstm", "gru")})
T = translator("en")


def record(
    losses: list[float], seed: int = 0, scores: dict[int, float] | None = None, level: float = 0.1, **more
) -> Record:
    clock = tuple(0.5 * (k + 1) * (seed + 1) for k in range(len(losses)))
    return Record(
        BASE.model_copy(update={"seed": seed}), 100 + seed, 2, 4, tuple(losses), tuple(1 / (1 + one) for one in losses),
        tuple(Score(epoch, 0.7, score) for epoch, score in (scores or {}).items()),
        clock[-1] if clock else 0.0, clock, held_majority=level if scores else math.nan, **more,
    )  # fmt: skip


def a_race(*variants: list[Record | None]) -> Race:
    plan = RacePlan(BASE, CELLS[: len(variants)], len(variants[0]))
    runs = iter(plan.runs())
    entries = []
    for seed in range(plan.seeds):
        for variant, records in enumerate(variants):
            entries.append(Entry(variant, next(runs)[1], record=records[seed]))
    return Race("id", plan, tuple(entries))


@pytest.fixture(scope="module")
def real() -> Race:
    text = "a b c d a\nb c d e\nd e a b\na a b c\ne d c b a"
    base = Experiment(text=text, epochs=9, hidden=5, embed=4, held_out=0.4)
    now = race.begin(InProcess(), RacePlan(base, CELLS, 4))
    while now.going:
        now = race.tick(InProcess(), now)
    return now


def frame(now: Race) -> pd.DataFrame:
    return pd.DataFrame([
        {"variant": entry.variant, "epoch": place + 1, "loss": loss}
        | {"accuracy": entry.record.accuracies[place], "seconds": entry.record.clock[place]}
        for entry in now.entries
        for place, loss in enumerate(entry.record.losses)
    ])  # fmt: skip


@pytest.mark.parametrize("measure", ["loss", "accuracy"])
def test_curves_are_pandas_quartiles_over_the_seeds(real, measure):
    grouped = frame(real).groupby(["variant", "epoch"])
    for variant in range(3):
        found = curve(standings.records(real, variant), measure)
        for name, quantile in (("low", 0.25), ("median", 0.5), ("high", 0.75)):
            wanted = grouped[measure].quantile(quantile).loc[variant]
            assert list(found.epochs) == list(wanted.index)
            np.testing.assert_allclose(getattr(found, name), wanted.to_numpy())
        np.testing.assert_allclose(found.seconds, grouped["seconds"].median().loc[variant].to_numpy())


def test_held_out_scores_are_those_of_epochs_that_all_seeds_were_tested_at(real):
    for variant in range(3):
        runs = standings.records(real, variant)
        found = curve(runs, "score")
        assert found.epochs[0] == 0
        assert found.epochs[-1] == 9
        for place, epoch in enumerate(found.epochs):
            scores = pd.Series([next(s.score for s in run.scores if s.epoch == epoch) for run in runs])
            assert found.median[place] == pytest.approx(scores.median())
            assert found.low[place] == pytest.approx(scores.quantile(0.25))


@given(st.lists(st.lists(st.floats(0, 10), max_size=6), min_size=1, max_size=8))
def test_a_curve_goes_as_far_as_all_seeds_have_come(losses):
    found = curve([record(one, seed) for seed, one in enumerate(losses)], "loss")
    common = min(map(len, losses))
    assert list(found.epochs) == list(range(1, common + 1))
    table = pd.DataFrame([one[:common] for one in losses])
    for name, quantile in (("low", 0.25), ("median", 0.5), ("high", 0.75)):
        np.testing.assert_allclose(getattr(found, name), table.quantile(quantile).to_numpy() if common else [])
    assert (found.low <= found.median + 1e-12).all()
    assert (found.median <= found.high + 1e-12).all()


def test_a_standing_sums_up_its_runs(real):
    for variant in range(3):
        runs, one = standings.records(real, variant), standing(real, variant)
        last = frame(real).query("variant == @variant and epoch == 9")
        assert (one.loss.low, one.loss.median, one.loss.high) == pytest.approx(
            tuple(last["loss"].quantile([0.25, 0.5, 0.75]))
        )
        assert one.accuracy.median == pytest.approx(last["accuracy"].median())
        assert one.score.median == pytest.approx(np.median([run.scores[-1].score for run in runs]))
        assert one.per_epoch == pytest.approx(pd.Series([run.optimizer_seconds / 9 for run in runs]).median())
        assert one.seconds == pytest.approx(sum(run.optimizer_seconds for run in runs))
        assert one.epochs == (9, 9)
        assert (one.hidden, one.parameters) == (5, runs[0].parameters)
        above = [run.scores[-1].score - run.held_majority for run in runs]
        assert one.margin.median == pytest.approx(np.median(above))
        order = sorted(range(4), key=lambda place: (-round(above[place], 12), runs[place].losses[-1]))
        assert one.best is runs[order[0]]


def test_what_is_compared_is_the_epoch_that_all_seeds_have_reached():
    now = a_race([record([4.0, 2.0, 1.0], 0), record([3.0, 2.5], 1)], [record([5.0], 0), record([6.0, 0.1], 1)])
    one, two = (standing(now, variant) for variant in range(2))
    assert (one.epochs, two.epochs) == ((2, 3), (1, 2))
    assert one.loss.median == 2.25
    assert two.loss.median == 5.5, "not the 0.1 that only one of them has reached"


def test_the_rank_goes_by_held_out_score_and_then_by_loss():
    better = [record([0.9], 0, {0: 0.1, 1: 0.8}), record([0.9], 1, {0: 0.1, 1: 0.8})]
    lower = [record([0.1], 0, {0: 0.1, 1: 0.5}), record([0.1], 1, {0: 0.1, 1: 0.5})]
    even = [record([0.2], 0, {0: 0.1, 1: 0.8}), record([0.2], 1, {0: 0.1, 1: 0.8})]
    assert [one.variant for one in ranked(a_race(lower, better, even))] == [2, 1, 0]
    without = [[record([loss], 0), record([loss], 1)] for loss in (0.3, math.nan, 0.1)]
    assert [one.variant for one in ranked(a_race(*without))] == [2, 0, 1], "what diverged comes last"
    unopened = a_race([None, None], [record([0.3]), record([0.3], 1)], [record([]), record([], 1)])
    assert [one.variant for one in ranked(unopened)] == [1, 0, 2]


# Seeds hold out different lines. Each score with the level of its own lines: the share of their most frequent answer.
JUDGED = {
    "all of one class": (1.0, 1.0),
    "as good as its level": (0.9, 0.9),
    "well above a low level": (0.7, 0.4),
    "a little above a high one": (0.95, 0.9),
}


def test_the_best_seed_is_the_one_most_above_its_own_level():
    runs = [record([0.5], seed, {1: score}, level) for seed, (score, level) in enumerate(JUDGED.values())]
    one = standing(a_race(runs, runs), 0)
    assert one.best.experiment.seed == 2, "not the one with 100 % of lines that all ask for one answer"
    assert one.margin.median == pytest.approx(0.05), "of 0, 0.3 and 0.05: lines of one class judge nobody"
    assert one.score.median == pytest.approx(0.925)


def test_variants_that_are_seeds_are_ranked_so_too():
    now = a_race(*[[record([0.5], 0, {1: score}, level)] for score, level in list(JUDGED.values())[:3]])
    assert [one.variant for one in ranked(now)] == [2, 1, 0]
    assert standings.majority_range(now) == (0.4, 1.0)
    levels = {level.name: level.share for level in figures.levels(now, ["one", "two", "three"], "score", T)}
    assert levels == {
        T("race.majority.of", name="one"): 1.0,
        T("race.majority.of", name="two"): 0.9,
        T("race.majority.of", name="three"): 0.4,
    }, "each against its own"


def test_margins_that_differ_by_rounding_are_even():
    runs = [record([0.5], 0, {1: 0.9}, 0.4), record([0.4], 1, {1: 0.7}, 0.2)]
    assert runs[0].margin(0.9) != runs[1].margin(0.7)
    assert standing(a_race(runs, runs), 0).best.experiment.seed == 1, "by loss"


def test_where_no_line_judges_the_loss_does():
    now = a_race([record([0.9], 0, {1: 1.0}, 1.0), record([0.2], 1, {1: 0.5}, 1.0)], [record([0.1]), record([0.1], 1)])
    assert standing(now, 0).margin is None
    assert standing(now, 0).best.experiment.seed == 1
    assert [row["held_out_above_majority"] for row in read(now)] == [""] * 4


def test_a_level_that_differs_between_seeds_is_a_band():
    runs = [record([0.5], seed, {1: 0.9}, level) for seed, level in enumerate((0.5, 0.6, 1.0))]
    (level,) = figures.levels(a_race(runs, runs), NAMES, "score", T)
    assert (level.low, level.share, level.high) == pytest.approx((0.55, 0.6, 0.8))
    alike = [record([0.5], seed, {1: 0.9}, 0.6) for seed in range(3)]
    assert standings.majority_range(a_race(alike, alike)) is None


def test_a_run_that_cannot_run_is_none_of_its_variants_seeds():
    now = a_race([record([0.5], 0), record([0.7], 1)], [record([0.1], 0), None])
    entries = list(now.entries)
    entries[3] = Entry(1, entries[3].experiment, problems=(Problem("one_token", "text", {"value": "a"}),))
    now = Race("id", now.plan, tuple(entries))
    assert standing(now, 1).loss.median == 0.1
    assert standings.reason_ended(now.entries[3]) == "one_token"


# The table that is taken away


def read(now: Race) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(now))))


def test_the_table_has_a_row_a_run_with_exact_numbers(real):
    rows = read(real)
    assert len(rows) == len(real.entries) == 12
    for row, entry in zip(rows, real.entries, strict=True):
        record = entry.record
        assert int(row["variant"]) == entry.variant + 1
        assert row["cell"] == entry.experiment.cell
        assert (int(row["seed"]), int(row["hidden"])) == (entry.experiment.seed, 5)
        assert (int(row["parameters"]), int(row["epochs"])) == (record.parameters, 9)
        assert (float(row["loss"]), float(row["accuracy"])) == (record.losses[-1], record.accuracies[-1])
        assert (float(row["held_out_score"]), float(row["held_out_loss"])) == (
            record.scores[-1].score,
            record.scores[-1].loss,
        )
        assert float(row["held_out_above_majority"]) == record.scores[-1].score - float(row["held_out_majority"])
        assert (float(row["seconds"]), float(row["seconds_per_epoch"])) == (
            record.optimizer_seconds,
            record.optimizer_seconds / 9,
        )
        assert row["ended"] == "epochs"
    assert len(pd.read_csv(io.StringIO(to_csv(real)))) == 12


def test_the_table_names_all_that_varies_once():
    for axes, names in (
        ({"cell": ("rnn", "gru"), "hidden": (4, 8)}, ["cell", "hidden", "seed"]),
        ({"lr": (0.1, 1e-6), "packed": (True, False)}, ["lr", "packed", "hidden", "seed"]),
        ({"seed": (3, 4)}, ["hidden", "seed"]),
    ):
        plan = RacePlan(BASE, grid(axes), 1)
        now = Race("id", plan, tuple(Entry(at, e) for at, e in plan.runs()))
        header = to_csv(now).splitlines()[0].split(",")
        assert header == ["variant", *names, *standings.COLUMNS, "ended"]
        for row, (_, e) in zip(read(now), plan.runs(), strict=True):
            for name in names:
                assert row[name] == str(getattr(e, name))


def test_no_cell_of_the_table_is_a_formula():
    """Whatever the reader typed, none of it is in there."""
    evil = "=1+1 @x +2\n-3 =cmd|' /C calc'!A0 b"
    plan = RacePlan(Experiment(text=evil, words="=x", epochs=1, held_out=0.0), CELLS, 2)
    now = race.begin(InProcess(), plan)
    while now.going:
        now = race.tick(InProcess(), now)
    broken = Entry(0, plan.base, problems=(Problem("job_failed", "", {"reason": "=1+1"}),))
    now = Race(now.id, plan, (*now.entries, broken))
    cells = [cell for row in csv.reader(io.StringIO(to_csv(now))) for cell in row]
    assert len(cells) == (1 + 7) * 16
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert not any("1+1" in cell for cell in cells)


# Figures


NAMES = ["RNN", "LSTM", "GRU"]


def lines(now: Race, measure: standings.Measure = "loss") -> list[Series]:
    return list(figures.bands(now, NAMES, measure))


@pytest.mark.parametrize("measure", ["loss", "accuracy", "score"])
def test_a_line_is_the_median_within_the_quartiles_of_each_variant(real, measure):
    drawn = lines(real, measure)
    assert [one.name for one in drawn] == NAMES
    for variant, one in enumerate(drawn):
        runs = standings.records(real, variant)
        if measure == "score":
            epochs = [score.epoch for score in runs[0].scores]
            values = np.array([[score.score for score in run.scores] for run in runs])
        else:
            epochs = list(range(1, 10))
            values = np.array([run.losses if measure == "loss" else run.accuracies for run in runs])
        assert one.x.tolist() == epochs
        np.testing.assert_allclose([one.low, one.y, one.high], np.quantile(values, [0.25, 0.5, 0.75], axis=0))
        clocks = np.median([run.clock for run in runs], axis=0)
        assert one.seconds.tolist() == [clocks[epoch - 1] if epoch else 0.0 for epoch in epochs]
    assert len({one.hue for one in drawn}) == len({one.dash for one in drawn}) == 3


def test_one_seed_has_a_line_and_no_band():
    assert [one.low for one in lines(a_race([record([3.0, 2.0])], [record([4.0, 1.0])]))] == [None, None]


def test_long_curves_are_thinned_to_their_ends():
    losses = list(np.linspace(5, 1, 5000))
    long, short = lines(a_race([record(losses)], [record(losses[:3])]))
    assert len(long.x) <= figures.POINTS
    assert (long.x[0], long.x[-1]) == (1, 5000)
    assert len(short.x) == 3


def test_what_comes_after_an_epoch_is_all_of_it():
    losses = list(np.linspace(5, 1, 5000))
    newest = {"loss.0": 4000, "loss.1": 3}
    long, short = figures.bands(a_race([record(losses)], [record(losses[:3])]), NAMES, "loss", None, newest.__getitem__)
    assert long.x.tolist() == list(range(4001, 5001))
    assert long.y.tolist() == losses[4000:]
    assert len(short.y) == 0


def test_a_loss_that_is_no_number_leaves_a_gap():
    now = a_race([record([3.0, math.inf]), record([2.0, 1.0], 1)], [record([1.0]), record([2.0], 1)])
    y = lines(now)[0].y
    assert y[0] == 2.5
    assert math.isnan(y[1])


def test_nothing_to_draw_yet_is_lines_without_a_point():
    now = a_race([None, None], [record([]), record([], 1)])
    assert [len(one.y) for one in lines(now)] == [0, 0]
    assert figures.levels(a_race([None], [None]), NAMES, "accuracy", T) == []
