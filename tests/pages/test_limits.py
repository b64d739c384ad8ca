"""What a reader is told who is over a limit, and that he goes on from there. Jobs run in this process."""

import pytest

from pages.shell import workers
from pages.shell.page_names import PAGES
from rnnlab import Experiment, run
from rnnlab.engine import live_runs
from rnnlab.engine.limits import LOOKS
from rnnlab.experiment.links import to_link
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.hosting.hours import HOUR, Hours
from rnnlab.hosting.limits import HostLimits
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.races import race
from tests.support.reader import looked, press, said, until_trained, visit

pytestmark = pytest.mark.usefixtures("in_this_process")
E = Experiment(epochs=30)
ABOUT_NO_RUN = {"compare", "course", "room"}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reader(monkeypatch, clock) -> Reader:
    """Who opens the lab, at another machine than the lab's."""
    reader = Reader("his", "203.0.113.7", Hours(clock))
    monkeypatch.setattr(workers, "this_reader", lambda: reader)
    monkeypatch.setattr("rnnlab.engine.limits.host_limits", lambda: HostLimits(reader_seconds=100, reader_runs=1))
    return reader


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_has_used_his_hour_is_told_so_and_trains_when_it_is_over(reader, clock, lang):
    app = visit(to_link(E, lang, run=False))
    reader.spend(100.0)
    press(app, "train")
    had = f"{reader.hours.within(reader.name):.0f}"
    sentence = translator(lang)("problem.limit_reader_seconds", value=had, limit="100", minutes="60")
    assert sentence in said(app).replace("`", "")
    assert (app.session_state.run.epoch, app.session_state.run.resumable) == (0, True)
    clock.now += HOUR
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(E).losses
    assert not app.error


def test_a_run_that_uses_the_hour_up_stands_where_it_is_and_goes_on_to_the_same_end(reader, clock):
    long = Experiment(epochs=1_000)
    app = visit(to_link(long, "en", run=False))
    spend = reader.spend
    reader.spend = lambda seconds: spend(seconds + 40.0)  # a slice of a very slow machine
    press(app, "train")
    while app.session_state.run.going:
        looked(app.run())
    stands = app.session_state.run
    assert 0 < stands.epoch < long.epochs
    assert [problem.code for problem in stands.problems] == ["limit_reader_seconds"]
    assert "All that was recorded is kept" in said(app)
    clock.now += HOUR
    reader.spend = spend
    until_trained(press(app, "train"))
    assert app.session_state.run.id == stands.id
    assert app.session_state.run.history.losses == run(long).losses


@pytest.mark.parametrize("page", PAGES)
def test_who_may_not_even_look_has_a_page_that_says_so(reader, page):
    reader.spend(100 * LOOKS)
    app = visit(to_link(E, "en", run=True), page=page)
    assert ("You have used" in said(app)) == (page not in ABOUT_NO_RUN)
    assert looked(app.run()).session_state.run.history is None


def test_a_second_run_of_a_reader_waits_for_a_click_until_the_first_rests(reader):
    there = live_runs.shared()
    busy = live_runs.LiveRun(visit(to_link(E, "en", run=False)).session_state.run, workers.shared_by(reader))
    busy.trains = True
    there.by_id["busy"] = busy
    app = visit(to_link(E, "en", run=True))
    assert translator("en")("problem.limit_reader_runs", limit="1") in said(app).replace("`", "")
    assert (app.session_state.run.history.epoch, app.session_state.run.going) == (0, False)
    busy.trains = False
    until_trained(press(app, "train"))
    assert app.session_state.run.history.losses == run(E).losses


def test_a_race_stands_still_over_a_limit_and_goes_on(reader, clock):
    engine, plan = workers.shared_by(reader), RacePlan(E, ((("hidden", 4),), (("hidden", 8),)), seeds=1)
    reader.spend(100.0)
    stands = race.begin(engine, plan)
    while stands.going:
        stands = race.tick(engine, stands)
    assert [problem.code for problem in stands.problems] == ["limit_reader_seconds"]
    assert stands.resumable
    clock.now += HOUR
    going = race.resume(engine, stands)
    while going.going:
        going = race.tick(engine, going)
    assert all(entry.finished for entry in going.entries)
