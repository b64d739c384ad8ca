"""A race that goes on by itself: to the numbers of its runs alone, watched or not, here or elsewhere."""

from concurrent.futures import Future

import pytest

from rnnlab import Experiment, run
from rnnlab.engine import InProcess
from rnnlab.engine.live import AWAY
from rnnlab.engine.live_runs import LiveRuns
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.races import race
from rnnlab.races.live_race import LiveRace
from tests.support.eventually import eventually

PLAN = RacePlan(Experiment(epochs=12, hidden=5), grid({"cell": ("rnn", "gru")}), 2)
LONG = RacePlan(Experiment(epochs=5000, hidden=5), grid({"cell": ("rnn", "gru")}), 2)


class OneEpoch(InProcess):
    """An epoch a slice."""

    def submit(self, job, /, *args) -> Future:
        return super().submit(job, *(args if job.__name__ == "start_race_run" else (args[0], 0.0)))


@pytest.fixture
def driver():
    driver = LiveRuns()
    yield driver
    driver.close()


def begun(driver, plan: RacePlan, engine) -> LiveRace:
    return driver.drive(LiveRace(race.begin(engine, plan), engine))


def epochs(one: LiveRace) -> list[int]:
    return [entry.record.epoch if entry.record else 0 for entry in one.value.entries]


def test_it_ends_with_the_losses_of_its_runs_alone(driver):
    one = begun(driver, PLAN, OneEpoch())
    with one.changed:
        assert one.changed.wait_for(lambda: not one.value.going, 60)
    assert one.value.done
    for entry, (_, experiment) in zip(one.value.entries, PLAN.runs(), strict=True):
        assert list(entry.record.losses) == list(run(experiment).losses)


def test_it_rests_when_nobody_watches_and_goes_on_when_somebody_does(driver):
    one = begun(driver, LONG, OneEpoch())
    eventually(lambda: min(epochs(one)) > 1, "all are under way")
    one.seen -= 2 * AWAY
    eventually(lambda: not one.value.going, "it rests")
    at = epochs(one)
    with one.watched(lambda: None):
        assert one.value.going
        eventually(lambda: min(epochs(one)) > max(at), "it goes on from there")
        one.change(race.pause)
    with one.watched(lambda: None):
        assert not one.value.going, "the reader's own pause stays one"
