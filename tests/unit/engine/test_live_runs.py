"""Runs that go on by themselves. The engine here is one thread, as one worker would be."""

import gc
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from rnnlab import Experiment, Problem, run
from rnnlab.engine import jobs, live_runs, runs, speed
from rnnlab.engine.live import AWAY
from rnnlab.engine.live_runs import LiveRun, LiveRuns
from tests.support.eventually import eventually

SMALL = Experiment(epochs=40)


class OneWorker:
    """Does one job after another, and notes whose they are."""

    count = 1

    def __init__(self):
        self.pool = ThreadPoolExecutor(1)
        self.slices: list[tuple[str, float]] = []  # run, budget

    def submit(self, job, *args) -> Future:
        if job is jobs.advance:
            self.slices.append((args[0].run, args[1]))
            args = (args[0], 0.0, *args[2:])  # an epoch a slice
        return self.pool.submit(job, *args)


@pytest.fixture
def worker():
    worker = OneWorker()
    yield worker
    worker.pool.shutdown(cancel_futures=True)


@pytest.fixture
def driver(worker):  # noqa: ARG001 - which outlives it
    driver = LiveRuns()
    yield driver
    driver.close()


def begun(driver, worker, experiment: Experiment = SMALL):
    return driver.drive(LiveRun(runs.begin(worker, experiment, train=True), worker))


def test_a_run_goes_to_its_end_though_nobody_asks_for_slices(driver, worker):
    live = begun(driver, worker)
    ended = live.wait_for(40, 60)
    assert ended.history.losses == run(SMALL).losses
    assert ended.history.ended == "epochs"


def test_who_watches_is_told_of_every_value(driver, worker):
    told, live = [], begun(driver, worker, Experiment(epochs=5000))
    with live.watched(lambda: told.append(live.value.epoch)):
        eventually(lambda: len(told) >= 10, "ten values")
    assert told == sorted(told)
    after = len(told)
    live.wait_for(live.value.epoch + 3, 10)
    assert len(told) <= after + 1  # no more than was on its way
    live.change(runs.stop)


def test_slices_are_long_only_for_who_is_alone(driver, worker):
    first = begun(driver, worker, Experiment(epochs=5000))
    assert driver.slice_seconds(worker.count) == runs.SLICE
    second = begun(driver, worker)
    second.wait_for(40, 60)
    assert driver.slice_seconds(worker.count) == live_runs.SHARED  # its looks would wait behind the first one's slices
    for live in (first, second):
        live.change(runs.stop)
    del second, live
    gc.collect()
    eventually(lambda: driver.slice_seconds(worker.count) == runs.SLICE, "the other is gone")


def test_buttons_change_what_goes_on_and_cost_no_numbers(driver, worker):
    live = begun(driver, worker)
    live.wait_for(5, 10)
    paused = live.change(runs.pause)
    assert not paused.going
    assert 5 <= paused.epoch < 40
    slices = len(worker.slices)
    eventually(lambda: worker.pool._work_queue.empty(), "what was under way is done")
    assert live.value is paused
    assert len(worker.slices) == slices
    live.change(lambda r: runs.train_until(worker, r, 40))
    ended = live.wait_for(40, 20)
    assert ended.history.losses == run(SMALL).losses


def test_thirty_go_on_together_in_short_slices(driver, worker):
    lives = [begun(driver, worker, Experiment(epochs=200, seed=seed)) for seed in range(30)]
    eventually(lambda: all(live.value.epoch >= 3 for live in lives), "all get on", 60)
    budgets = [budget for _, budget in worker.slices if budget != runs.FIRST_SLICE]
    assert min(budgets) < 2 * live_runs.SHORTEST
    epochs = [live.value.epoch for live in lives]
    assert max(epochs) - min(epochs) <= 3
    for live in lives:
        live.change(runs.stop)


def test_what_nobody_watches_pauses_and_goes_on_when_somebody_does(driver, worker, monkeypatch):
    monkeypatch.setattr("rnnlab.engine.live.AWAY", 0.05)
    monkeypatch.setattr(live_runs, "LOOK", 0.02)
    live = begun(driver, worker, Experiment(epochs=5000))
    eventually(lambda: live.value.state is not None and not live.value.going, "it pauses", 20)
    at = live.value.epoch
    with live.watched(lambda: None):
        assert live.wait_for(at + 5, 10).epoch >= at + 5
    live.change(runs.stop)


def test_who_polls_watches_too(driver, worker, monkeypatch):
    monkeypatch.setattr("rnnlab.engine.live.AWAY", 0.3)
    monkeypatch.setattr(live_runs, "LOOK", 0.02)
    live = begun(driver, worker, Experiment(epochs=5000))
    polled = [live.poll() for _ in range(100) if not threading.Event().wait(0.01)]
    assert all(value.going for value in polled)
    eventually(lambda: not live.value.going, "nobody polls any more", 20)
    at = live.poll().epoch
    eventually(lambda: live.value.epoch > at, "it goes on for who asks again")
    live.change(runs.stop)
    assert not live.poll().going


def test_a_button_that_is_pressed_after_a_long_while_is_not_undone(driver, worker):
    live = driver.drive(LiveRun(runs.begin(worker, Experiment(epochs=5000), train=False), worker))
    live.wait_for(0, 10)
    live.seen -= 2 * AWAY  # nobody has watched since: nothing moved
    live.change(lambda r: runs.train_until(worker, r, 5000))
    live.look()  # before the browser watches again
    assert live.value.going
    live.change(runs.stop)


@pytest.mark.parametrize("button", ["speed", "pause", "another"])
def test_who_comes_back_by_a_button_finds_it_going_on_unless_that_says_otherwise(driver, worker, monkeypatch, button):
    monkeypatch.setattr("rnnlab.engine.live.AWAY", 0.05)
    monkeypatch.setattr(live_runs, "LOOK", 0.02)
    live = begun(driver, worker, Experiment(epochs=5000))
    eventually(lambda: live.value.state is not None and not live.value.going, "it pauses", 20)
    monkeypatch.setattr("rnnlab.engine.live.AWAY", 60.0)
    press = {
        "speed": lambda r: runs.at_speed(worker, r, "slow"),
        "pause": runs.pause,
        "another": lambda r: runs.begin(worker, SMALL, train=False, before=r),
    }
    live.change(press[button])
    assert live.value.going == (button == "speed")
    assert (live.value.speed == "slow") == (button == "speed")
    live.change(runs.stop)


def test_a_pause_of_the_readers_own_is_not_ended_by_watching(driver, worker):
    live = begun(driver, worker)
    live.wait_for(3, 10)
    live.change(runs.pause)
    with live.watched(lambda: None):
        assert not live.value.going


def test_what_nobody_holds_computes_nothing(driver, worker):
    live = begun(driver, worker, Experiment(epochs=5000))
    id = live.value.id
    live.wait_for(3, 10)
    del live
    gc.collect()
    eventually(lambda: driver.find(id) is None, "it is gone")
    eventually(lambda: worker.pool._work_queue.empty(), "what was under way is done")
    slices = len(worker.slices)
    assert not threading.Event().wait(0.2)
    assert len(worker.slices) == slices


def test_what_fails_says_why(driver, worker):
    live = begun(driver, worker, Experiment(text="a"))
    failed = eventually(lambda: live.value.problems and live.value, "it fails")
    assert not failed.going
    assert all(isinstance(problem, Problem) for problem in failed.problems)


def test_a_fault_in_driving_one_run_stands_still_with_it_alone(driver, worker):
    class Broken(OneWorker):
        def submit(self, job, *args) -> Future:
            if job is jobs.advance:
                raise OSError("no more **pipes**")
            return super().submit(job, *args)

    broken = driver.drive(LiveRun(runs.begin(Broken(), SMALL, train=True), Broken()))
    other = begun(driver, worker)
    assert other.wait_for(40, 60).history.ended == "epochs"
    assert not broken.value.going
    assert broken.value.problems[0].values["reason"] == "OSError"


def seen(live: LiveRun, epochs: int, seconds: float = 20.0) -> list[tuple[float, int]]:
    """When which epoch is there for somebody who watches, until so many are."""
    values: list[tuple[float, int]] = []
    with live.watched(lambda: values.append((time.monotonic(), live.value.epoch))):
        live.wait_for(epochs, seconds)
    return values


@pytest.fixture
def eager(worker):
    """A worker that makes use of its whole budget."""
    worker.submit = lambda job, *args: worker.pool.submit(job, *args)
    return worker


def test_a_slow_run_shows_each_of_its_epochs_evenly_with_the_same_numbers(driver, eager, monkeypatch):
    monkeypatch.setattr(speed, "TALKED_OVER", 6)
    monkeypatch.setattr(speed, "SLOW_FIRST", 0.1)
    monkeypatch.setattr(speed, "SLOW_LATER", 0.02)
    short = Experiment(epochs=30)
    live = driver.drive(LiveRun(replace(runs.begin(eager, short, train=True), speed="slow"), eager))
    live.wait_for(0, 20)
    values = seen(live, 30)
    assert live.value.history.losses == run(short).losses
    assert [epoch for _, epoch in values if epoch] == list(range(1, 31))
    times = {epoch: at for at, epoch in values}
    assert 0.09 <= (times[6] - times[1]) / 5 <= 0.15
    assert 0.019 <= (times[30] - times[6]) / 24 <= 0.05


def test_waiting_costs_no_computing_and_holds_no_worker(driver, eager):
    slow = driver.drive(LiveRun(replace(runs.begin(eager, Experiment(), train=True), speed="slow"), eager))
    slow.wait_for(1, 20)
    fast = begun(driver, eager, Experiment(seed=1, epochs=300))  # with the same single worker
    assert fast.wait_for(300, 20).history.ended == "epochs"
    assert 1 <= slow.value.epoch < 20
    assert slow.value.elapsed > 2 * slow.value.history.seconds
    slow.change(runs.stop)


def test_the_speed_is_changed_in_mid_run(driver, eager):
    live = driver.drive(LiveRun(replace(runs.begin(eager, Experiment(), train=True), speed="slow"), eager))
    live.wait_for(2, 20)
    live.change(lambda r: runs.at_speed(eager, r, "fast"))
    began = time.monotonic()
    assert live.wait_for(100, 20).history.losses == run(Experiment()).losses
    assert time.monotonic() - began < 2

    long = begun(driver, eager, Experiment(epochs=5000))
    long.wait_for(20, 20)
    at = long.change(lambda r: runs.at_speed(eager, r, "slow")).epoch
    assert long.wait_for(at + 3, 10).epoch == at + 3
    long.change(runs.stop)


def test_a_normal_run_takes_a_while_however_short_and_a_long_one_no_longer():
    for epochs in (1, 40, 100, 5000):
        assert epochs * speed.seconds_an_epoch("normal", 0, epochs) == pytest.approx(speed.NORMAL)
        assert speed.seconds_an_epoch("fast", 0, epochs) == 0
    ten = sum(speed.seconds_an_epoch("slow", epoch, 100) for epoch in range(10))
    assert ten == pytest.approx(5)


def test_what_fails_while_it_waits_is_said(driver, eager):
    live = driver.drive(LiveRun(replace(runs.begin(eager, Experiment(), train=True), speed="slow"), eager))
    live.wait_for(1, 20)

    def broken(*_):
        raise OSError("gone")

    eager.submit = lambda *_: eager.pool.submit(broken)
    failed = eventually(lambda: live.value.problems and live.value, "it fails")
    assert not failed.going


def test_all_rest_when_the_process_is_to_end_whoever_watches(driver, worker):
    live, done = begun(driver, worker, Experiment(epochs=5000)), begun(driver, worker, Experiment(epochs=1))
    done.wait_for(1, 30)
    with live.watched(lambda: None):
        live.wait_for(1, 30)
        assert driver.pause_all() == 1
        assert not live.value.going
        assert live.value.resumable
    with live.watched(lambda: None):
        assert not live.value.going
