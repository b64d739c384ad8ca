"""What the line of a run says: how far it is within an epoch that is long, who else is there, how long it will take."""

import time
from concurrent.futures import Future
from dataclasses import replace

import pytest

from pages.shell.run.status import share_done, status_text
from rnnlab import Experiment, run
from rnnlab.engine import live_runs, runs
from rnnlab.i18n import LANGUAGES, translator
from rnnlab.training.fold import advance, start

PAIRS = Experiment(preset="attention", pairs=40, held_out=0.2, hidden=4, embed=4, batch=4, epochs=20)  # of 8 batches


class TwoWorkers:
    """Both at others' jobs; that of the run at hand is the twelfth that waits."""

    count, starting = 2, False

    def place(self, _: Future) -> int:
        return 12


@pytest.fixture
def within_an_epoch() -> runs.Run:
    """A run after 3 of 8 batches of its first epoch, which goes on, and has just had news."""
    state, history = start(PAIRS)
    for _ in range(3):
        state, chunk = advance(state, budget=0.0)
        history = history.extended(chunk)
    assert history.opening.batches == 8
    in_a_while = time.monotonic() + 60  # however slow this machine is
    return runs.Run("run", PAIRS, Future(), 20, state=state, history=history, submitted=in_a_while)


@pytest.fixture(params=LANGUAGES)
def t(request):
    return translator(request.param)


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(live_runs, "shared", Runs(1))


@pytest.fixture
def crowd(monkeypatch):
    monkeypatch.setattr(live_runs, "shared", Runs(30))


class Runs:
    def __init__(self, count: int):
        self.count = count

    def __call__(self) -> "Runs":
        return self

    def going(self) -> int:
        return self.count


@pytest.mark.usefixtures("alone")
def test_within_a_long_epoch_it_says_which_batch_it_is_at_and_when_all_is_done(within_an_epoch, t):
    run = replace(within_an_epoch, elapsed=12.0)  # 32 s an epoch, so that 20 take 640, of which 628 are left
    parts = status_text(run, t, TwoWorkers()).split("  ·  ")
    assert parts == [
        t("status.epoch", epoch=0, epochs=20),
        t("status.batch", batch=3, batches=8),
        t("status.training"),
        t("status.left_minutes", minutes=11),
    ]
    assert share_done(run) == pytest.approx(3 / 160)
    cut = replace(run, state=replace(run.state, seconds=6.0))  # of two minutes; half of the time it waited
    assert t("status.left_minutes", minutes=4) in status_text(cut, t, TwoWorkers())


@pytest.mark.usefixtures("crowd")
def test_where_epochs_are_short_the_line_stays_calm(within_an_epoch, t):
    run = replace(within_an_epoch, elapsed=0.3)  # 0.8 s an epoch
    assert status_text(run, t, TwoWorkers()) == "  ·  ".join(
        [t("status.epoch", epoch=0, epochs=20), t("status.training")]
    )


@pytest.mark.usefixtures("crowd")
def test_who_waits_for_others_is_told_so_and_at_which_place(within_an_epoch, t):
    a_while_ago = time.monotonic() - 1.2
    run = replace(within_an_epoch, elapsed=0.3, submitted=a_while_ago)
    first, last = t("status.before", before=11, seconds=1), t("status.turns", runs=30, workers=2)
    parts = status_text(run, t, TwoWorkers()).split("  ·  ")
    assert parts[0] == first  # in a phone's sight
    assert parts[3:] == [t("status.left_minutes", minutes=2), last]  # 1.5 s for 3 batches of 160
    opening = runs.Run("run", PAIRS, Future(), 20, submitted=a_while_ago)
    assert status_text(opening, t, TwoWorkers()).split("  ·  ") == [first, t("status.opening"), last]


@pytest.mark.usefixtures("alone")
def test_a_pause_within_an_epoch_says_where(within_an_epoch, t):
    run = runs.pause(replace(within_an_epoch, elapsed=12.0))
    assert status_text(run, t, TwoWorkers()).split("  ·  ")[1:] == [
        t("status.batch", batch=3, batches=8),
        t("status.ready"),
    ]
    assert "8" not in status_text(runs.stop(run), t, TwoWorkers())


def test_the_pace_of_long_epochs_counts_the_one_under_way(within_an_epoch):
    state, history = within_an_epoch.state, within_an_epoch.history
    for _ in range(5 + 4):
        state, chunk = advance(state, budget=0.0)
        history = history.extended(chunk)
    run = replace(within_an_epoch, state=state, history=history, elapsed=30.0)
    assert (run.epoch, run.batch, run.epochs_done) == (1, 4, 1.5)
    assert "20 s an epoch" in status_text(run, translator("en"), TwoWorkers())


def after(e: Experiment) -> runs.Run:
    return runs.Run("run", e, None, 0, history=run(e))


@pytest.mark.usefixtures("alone")
def test_the_share_right_is_that_of_the_ticks_or_is_said_to_be_another(t):
    """After its first epoch `words-next` has another share right than in the passes of that epoch."""
    one = after(Experiment(epochs=1, lr=0.02))
    ticked, asked = one.history.marks
    assert one.history.snapshots[0].accuracy != ticked / asked
    assert t("status.accuracy", share=f"{100 * ticked / asked:g}%", level="50%") in status_text(one, t, TwoWorkers())
    more = after(Experiment(text="a b c\nd e f", epochs=3))
    ticked, asked = more.history.marks
    assert asked == 2
    assert t("status.line", right=ticked, asked=asked) in status_text(more, t, TwoWorkers())
