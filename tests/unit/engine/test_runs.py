"""A run as a reader's buttons move it. The engine here runs a job only when a test says so."""

from concurrent.futures import Future
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlab import Experiment, History, LabError, Problem, engine, run
from rnnlab.engine import jobs, runs
from rnnlab.training import fold
from tests.support.examples import examples

SMALL = Experiment(epochs=12)
CARRIED = Experiment(preset="hello-elloh", epochs=12, layers=2, dropout=0.5)


class Bench:
    """An engine that keeps jobs lying until `work` is called, one epoch a slice, as a slow worker would."""

    def __init__(self):
        self.jobs: list[tuple[Future, object, tuple]] = []
        self.submitted = 0

    def submit(self, job, *args) -> Future:
        self.submitted += 1
        self.jobs.append((Future(), job, args))
        return self.jobs[-1][0]

    def work(self) -> None:
        """Do all that lies here."""
        while self.jobs:
            future, job, args = self.jobs.pop(0)
            if job is jobs.advance:
                args = (args[0], 0.0, *args[2:])
            try:
                future.set_result(job(*args))
            except Exception as error:
                future.set_exception(error)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def to_the_end(bench: Bench, r: runs.Run) -> runs.Run:
    while r.going:
        bench.work()
        r = runs.tick(bench, r)
    return r


def opened(bench: Bench, experiment: Experiment = SMALL) -> runs.Run:
    return to_the_end(bench, runs.begin(bench, experiment, train=False))


def after(bench: Bench, epochs: int, experiment: Experiment = SMALL) -> runs.Run:
    """A run that goes on, with this many epochs done and the next slice under way."""
    r = runs.begin(bench, experiment, train=True)
    while r.epoch < epochs:
        bench.work()
        r = runs.tick(bench, r)
    return r


def assert_identical(one: History, other: History) -> None:
    assert (one.opening, one.snapshots, one.ended) == (other.opening, other.snapshots, other.ended)
    assert [frame.epoch for frame in one.frames] == [frame.epoch for frame in other.frames]
    for mine, its in zip(one.frames, other.frames, strict=True):
        for name in ("hidden", "top_classes", "top_probabilities", "target_probability"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(its, name))


@pytest.fixture(scope="module")
def whole() -> dict[Experiment, History]:
    return {e: run(e) for e in (SMALL, CARRIED)}


def test_opening_shows_the_untrained_network_and_trains_nothing(bench):
    r = opened(bench)
    assert (r.epoch, r.going, bench.submitted) == (0, False, 1)
    assert [frame.epoch for frame in r.history.frames] == [0]


@pytest.mark.parametrize("experiment", [SMALL, CARRIED])
def test_training_to_the_end_is_the_uninterrupted_run(bench, whole, experiment):
    r = to_the_end(bench, runs.begin(bench, experiment, train=True))
    assert_identical(r.history, whole[experiment])
    assert not r.resumable
    assert bench.submitted == 13


BUTTONS = ["pause", "train", "step", "tick", "work", "work and tick"]


@pytest.mark.parametrize("experiment", [SMALL, CARRIED])
@given(buttons=st.lists(st.sampled_from(BUTTONS), max_size=30))
@examples(30)
def test_whatever_is_pressed_in_between_the_run_is_the_same(whole, experiment, buttons):
    """Results that were abandoned never show; no epoch is lost or seen twice."""
    bench = Bench()
    r = runs.begin(bench, experiment, train=True)
    for button in buttons:
        before = r.epoch
        if "work" in button:
            bench.work()
        if "tick" in button:
            r = runs.tick(bench, r)
        if button == "pause":
            r = runs.pause(r)
        if button == "train" and r.resumable:
            r = runs.train_until(bench, r, experiment.epochs)
        if button == "step" and r.resumable:
            r = runs.train_until(bench, r, r.epoch + 1)
        assert r.epoch in (before, before + 1)
    r = to_the_end(bench, r)
    if r.resumable:
        r = to_the_end(bench, runs.train_until(bench, r, experiment.epochs))
    assert_identical(r.history, whole[experiment])


def test_pause_does_not_wait_for_what_is_under_way_and_does_not_use_it(bench):
    r = runs.pause(after(bench, 3))
    assert (r.going, r.epoch, r.resumable) == (False, 3, True)
    bench.work()  # the worker finishes what nobody waits for
    assert runs.tick(bench, r) == r


def test_what_was_abandoned_is_computed_again(bench, whole):
    r = runs.pause(after(bench, 3))
    bench.work()
    r = runs.train_until(bench, r, 5)
    r = to_the_end(bench, r)
    assert r.history.losses == whole[SMALL].losses[:5]


def test_one_step_is_one_epoch(bench, whole):
    r = opened(bench)
    for epoch in (1, 2, 3):
        r = to_the_end(bench, runs.train_until(bench, r, r.epoch + 1))
        assert r.history.losses == whole[SMALL].losses[:epoch]
        assert r.history.frames[-1].epoch == epoch


@pytest.mark.parametrize(
    "experiment", [SMALL, CARRIED, Experiment(text="a b c\nd e\nf g h", batch=2, shuffle=True, epochs=12)]
)
def test_a_finished_run_goes_on_as_one_that_was_meant_to_be_longer(bench, experiment):
    """The losses are those of a run that had so many epochs from the beginning, to the bit."""
    r = to_the_end(bench, runs.begin(bench, experiment, train=True))
    for epoch in (13, 14):
        r = to_the_end(bench, runs.one_epoch_more(bench, r))
        assert (r.epoch, r.experiment.epochs, r.history.ended) == (epoch, epoch, "epochs")
        longer = run(Experiment(**{**experiment.model_dump(), "epochs": epoch}))
        assert r.history.snapshots == longer.snapshots
        assert r.history.experiment == longer.experiment
        np.testing.assert_array_equal(r.history.frames[-1].hidden, longer.frames[-1].hidden)
        assert r.history.checkpoints[-1] == longer.checkpoints[-1]


def test_a_finished_run_goes_on_on_a_worker_that_never_saw_it(bench, whole):
    r = to_the_end(bench, runs.begin(bench, SMALL, train=True))
    fold.live_trainers.clear()
    r = to_the_end(bench, runs.one_epoch_more(bench, r))
    assert r.history.losses[:12] == whole[SMALL].losses
    assert r.history.losses == run(Experiment(epochs=13)).losses


def test_a_stopped_run_takes_an_epoch_more_and_can_then_be_continued(bench, whole):
    r = to_the_end(bench, runs.one_epoch_more(bench, runs.stop(after(bench, 3))))
    assert (r.epoch, r.experiment.epochs, r.resumable) == (4, 12, True)
    assert r.history.losses == whole[SMALL].losses[:4]
    assert to_the_end(bench, runs.train_until(bench, r, 12)).history.losses == whole[SMALL].losses


def test_where_nothing_can_come_nothing_more_is_asked_for(bench):
    diverges = Experiment(optimizer="sgd", lr=10.0, nonlinearity="relu", epochs=200, loss="sum", seed=1)
    r = to_the_end(bench, runs.begin(bench, diverges, train=True))
    assert r.history.ended == "diverged"
    assert not r.extensible
    assert not r.state.blob
    longest = to_the_end(bench, runs.begin(bench, Experiment(epochs=5), train=True))
    assert longest.extensible
    with mock.patch.dict(runs.BOUNDS, epochs=(1, 5)):
        assert not longest.extensible


def test_pause_while_opening_opens_and_goes_no_further(bench):
    r = to_the_end(bench, runs.pause(runs.begin(bench, SMALL, train=True)))
    assert (r.epoch, bench.submitted, r.resumable) == (0, 1, True)


def test_stop_keeps_what_was_recorded_and_ends_the_run(bench):
    r = runs.stop(after(bench, 3))
    assert (r.going, r.epoch, r.resumable) == (False, 3, False)
    assert runs.train_until(bench, r, 12) == runs.tick(bench, runs.train_until(bench, r, 12))
    assert runs.train_until(bench, r, 12).going is False


@pytest.mark.parametrize("end", [runs.pause, runs.stop])
def test_after_pause_and_stop_nothing_more_is_asked_for(bench, end):
    r = end(after(bench, 2))
    bench.work()
    before = bench.submitted
    for _ in range(5):
        r = runs.tick(bench, r)
        bench.work()
    assert bench.submitted == before


def test_nobody_ticks_nothing_is_asked_for(bench):
    """A closed tab ticks no more, and with that its computing ends."""
    after(bench, 2)
    before = bench.submitted
    bench.work()
    assert bench.submitted == before
    assert not bench.jobs


def test_at_most_one_job_of_a_run_is_under_way(bench):
    r = after(bench, 1)
    for _ in range(3):
        r = runs.tick(bench, runs.train_until(bench, r, 12))
        assert len(bench.jobs) == 1


def test_a_tick_before_the_result_is_there_changes_nothing(bench):
    r = runs.begin(bench, SMALL, train=True)
    assert runs.tick(bench, r) is r


def test_unusable_text_becomes_the_runs_problem(bench):
    r = to_the_end(bench, runs.begin(bench, Experiment(text=" "), train=True))
    assert (r.problems, r.resumable, r.history) == ((Problem("text_empty", "text"),), False, None)
    assert bench.submitted == 1


def test_problems_in_mid_run_keep_what_was_recorded(bench):
    r = after(bench, 3)
    (future, _, _) = bench.jobs.pop()
    lost = Problem("worker_lost", "", {"reason": "WorkerHung"})
    future.set_exception(LabError(lost))
    r = runs.tick(bench, r)
    assert (r.problems, r.going, r.epoch) == ((lost,), False, 3)


@pytest.mark.parametrize("error", [MemoryError("no memory"), RuntimeError("torch"), KeyError("x")])
def test_any_failure_of_a_job_is_said_and_ends_the_run(bench, error, caplog):
    """The reader is told its kind and a number; under that the log has the rest."""
    r = after(bench, 3)
    (future, _, _) = bench.jobs.pop()
    future.set_exception(error)
    r = runs.tick(bench, r)
    assert (r.going, r.epoch) == (False, 3)
    (problem,) = r.problems
    assert problem.code == "job_failed"
    assert problem.values["reason"] == type(error).__name__
    assert f"error {problem.values['number']}" in caplog.text
    assert error.args[0] in caplog.text


def test_a_picture_is_made_once_for_a_run_and_anew_when_the_run_has_moved():
    made = []
    first = runs.begin(engine.InProcess(), Experiment(epochs=1), train=False)
    for _ in range(3):
        assert first.drawn("loss", lambda: made.append("first") or "picture") == "picture"
    runs.tick(engine.InProcess(), first).drawn("loss", lambda: made.append("second"))
    assert made == ["first", "second"]


def test_two_readers_of_one_experiment_hold_its_record_once_however_it_was_sliced(bench, whole):
    one, other = (to_the_end(bench, runs.begin(bench, SMALL, train=True)) for _ in range(2))
    by_steps = opened(bench)
    for epoch in range(1, SMALL.epochs + 1):
        by_steps = to_the_end(bench, runs.train_until(bench, by_steps, epoch))
    for r in (other, by_steps):
        assert r.history.checkpoints is one.history.checkpoints
        assert r.history.frames is one.history.frames
        assert r.history.snapshots is one.history.snapshots
        assert_identical(r.history, whole[SMALL])
    another = to_the_end(bench, runs.begin(bench, Experiment(epochs=12, seed=1), train=True))
    assert another.history.checkpoints is not one.history.checkpoints
    assert_identical(another.history, run(Experiment(epochs=12, seed=1)))
    del one, other, by_steps, r
    assert (SMALL, 12) not in runs.RECORDED  # and when they have left, not at all


# Another learning rate

BATCHES = Experiment(text="a b c\nb c a\nc a b\na c b", batch=1, shuffle=True, epochs=6, dropout_head=0.2)


def stood_at(bench: Bench, experiment: Experiment, steps: int) -> runs.Run:
    """A run of its own that pauses after so many updates, perhaps within an epoch."""
    r = opened(bench, experiment)
    assert r.state is not None
    state, history = r.state, r.history
    while state.step < steps:
        state, chunk = fold.advance(state, budget=0.0, epochs=1)
        history = history.extended(chunk)
    return replace(r, state=state, history=history, until=history.epoch)


@pytest.mark.parametrize("epochs", [1, 5])
def test_a_run_goes_on_at_another_rate_as_if_that_had_been_meant(bench, epochs):
    r = stood_at(bench, BATCHES, 4 * epochs)
    other = runs.at_rate(r, Experiment(**{**BATCHES.model_dump(), "lr": 0.1}))
    assert other == Experiment(**{**BATCHES.model_dump(), "lr_changes": f"{epochs}:0.1"})
    assert runs.begins_alike(r, other)
    after = to_the_end(bench, runs.go_on(bench, r, other))
    assert_identical(after.history, run(other))
    assert after.id == r.id


def test_within_an_epoch_the_rate_changes_with_the_next(bench, monkeypatch):
    r = stood_at(bench, BATCHES, 8)
    state = r.state
    with monkeypatch.context() as patch:
        patch.setattr(fold.time, "perf_counter", iter(range(1000)).__next__)  # a second a look: one update a slice
        while state.step % 4 != 1:
            state, chunk = fold.advance(state, budget=0.5)
            r = replace(r, state=state, history=r.history.extended(chunk))
    assert runs.epochs_begun(r) == r.epoch + 1
    other = runs.at_rate(r, Experiment(**{**BATCHES.model_dump(), "lr": 0.1}))
    assert other.lr_changes == f"{r.epoch + 1}:0.1"
    assert_same_numbers(to_the_end(bench, runs.go_on(bench, r, other)).history, run(other))


def assert_same_numbers(one: History, other: History) -> None:
    assert one.snapshots == other.snapshots
    assert one.checkpoints[-1] == other.checkpoints[-1]


def test_at_the_end_a_run_goes_on_for_as_many_epochs_again_or_for_as_many_as_are_said(bench):
    r = to_the_end(bench, runs.begin(bench, SMALL, train=True))
    other = runs.at_rate(r, SMALL.model_copy(update={"lr": 0.1}))
    assert (other.epochs, other.lr_changes) == (24, "12:0.1")
    assert runs.at_rate(r, SMALL.model_copy(update={"lr": 0.1, "epochs": 15})).epochs == 15
    assert_same_numbers(to_the_end(bench, runs.go_on(bench, r, other)).history, run(other))


def test_only_what_began_alike_is_gone_on_with(bench):
    e = SMALL.model_copy(update={"lr_changes": "3:0.1"})
    r = stood_at(bench, e, 5)
    alike = {"5:0.2 3:0.1", "3:0.1 9:1.0", "3:0.1 5:0.1"}
    for said in (*alike, "5:0.2", "3:0.2", "4:0.1", "3:0.1 4:0.2", ""):
        other = Experiment(**{**e.model_dump(), "lr_changes": said})
        assert runs.begins_alike(r, other) == (said in alike), said
    assert not runs.begins_alike(r, Experiment(**{**e.model_dump(), "lr_changes": "3:0.1 5:0.2", "hidden": 8}))
    assert not runs.begins_alike(r, Experiment(**{**e.model_dump(), "lr_changes": "3:0.1 5:0.2", "epochs": 5}))
    assert runs.at_rate(r, Experiment(**{**e.model_dump(), "lr": 0.02, "hidden": 8})) is None
    assert runs.at_rate(r, e) is None
    assert runs.at_rate(opened(bench), SMALL.model_copy(update={"lr": 0.1})) is None, "nothing is trained yet"


def test_what_is_recorded_of_a_run_that_goes_on_and_on_stays_bounded(bench):
    e = Experiment(text="a b a", hidden=2, embed=2, epochs=200)
    r = stood_at(bench, e, 200)
    for _ in range(2):  # to 400 epochs, to 800
        other = runs.at_rate(r, Experiment(**{**r.experiment.model_dump(), "lr": r.experiment.lr / 2}))
        r = to_the_end(bench, runs.go_on(bench, r, other))
    epochs = [frame.epoch for frame in r.history.frames]
    assert (r.epoch, epochs[-1]) == (800, 800)
    assert len(epochs) <= 401
    assert {epoch % r.history.opening.frame_interval for epoch in epochs} == {0}
    assert {checkpoint.epoch for checkpoint in r.history.checkpoints} <= {*epochs}
