"""The run at hand: put in another's place, changed by buttons, and looked at while it goes on by itself."""

import time
from collections.abc import Callable
from dataclasses import replace

from pages.shell.reruns import waiting
from pages.shell.run import cursor
from pages.shell.server import message_hold
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import live_runs, runs
from rnnlab.engine.live_runs import LiveRun
from rnnlab.engine.runs import Run
from rnnlab.experiment import preset_experiment
from rnnlab.records.history import History

AHEAD = 0.03  # seconds that the stream's first picture is ahead of the page's, which keeps a browser busy for longer
OPENING = 5.0  # seconds that a page waits for a run to be opened: milliseconds, but workers take turns


def show(run: Run, patience: float, whole: bool = False) -> None:
    """Make it the run at hand. The next page about it waits so many seconds for something new, or for its end if the
    `whole` is wanted, so that this is drawn at once."""
    session["run"], session["patience"], session["whole"] = run, patience, whole
    live = session.get("live_run")
    if live is None or live.value.id != run.id:
        if live is not None:
            lay_aside(live.value)
        session["live_run"] = cursor.sight().live = live_runs.shared().drive(LiveRun(run, workers()))


def change(function: Callable[[Run], Run], patience: float) -> None:
    """Run a button's function on the run as it is now. Where it gives another run, this one pauses. Where the browser
    watches it go on, this is seen before the page is drawn."""
    live = session.get("live_run")
    if live and live.viewers:
        message_hold.hold()
    before = session["run"].id
    show(live.change(function) if live else function(session["run"]), patience)
    if session["run"].id != before:
        message_hold.release()


def lay_aside(before: Run) -> None:
    """The run that was at hand so far can be brought back, if anything was trained."""
    if before.epoch > 0 and before.state is not None:
        session["last_run"] = runs.laid_aside(before)


def open_brought(history: History) -> None:
    """A run that was trained elsewhere becomes the run at hand, in the place of this one."""
    cursor.forget()
    change(lambda before: runs.brought(history, before), 0.0)


def bring_back() -> None:
    """The last run becomes the run at hand again. What it takes the place of can be brought back likewise."""
    last = session.pop("last_run")
    change(lambda run: replace(last, speed=run.speed), 0.0)


def look() -> Run:
    """The run as it is now."""
    if live := session.get("live_run"):
        session["run"] = live.poll()
    return session["run"]


def settle() -> Run:
    """What there is to draw, once the page has waited as long as was asked for. Who opens a page gets something to look
    at, however many open one with him."""
    patience, whole = session.pop("patience", 0.0), session.pop("whole", False)
    run = look()
    if not whole and run.pending is not None and workers().place(run.pending):
        patience = 0.0  # no worker has begun it: what a click changes is to be seen before that
    run = wait_for(run.until if whole else run.epoch + 1, patience)
    if patience and run.going and session["live_run"].viewers:
        for seconds in waiting(AHEAD):
            time.sleep(seconds)
    message_hold.release()
    return wait_for(0, OPENING) if whole and run.history is None else run


def stand_in(lang: str) -> Run:
    """The run at hand can't be begun, and there is none before it that could be seen in its place: now its preset's
    is."""
    refused = session["run"]
    show(runs.begin(workers(), preset_experiment(refused.experiment.preset, lang), train=False), 0.0, whole=True)
    settle()
    change(lambda before: runs.begin(workers(), refused.experiment, False, before), 0.0)
    return wait_for(0, OPENING)


def settle_opening() -> Run:
    """For pages that need no more of the run than what is known when it is opened."""
    session.pop("patience", None), session.pop("whole", None)  # meant for pages that show the run itself
    return wait_for(1, 0.0 if session["run"].history else OPENING)


def wait_for(epoch: int, patience: float) -> Run:
    """The run once it is there, or at its end, or when so many seconds are over."""
    run = look()
    if run.going and not run.is_at(epoch):
        for seconds in waiting(patience):
            session["live_run"].wait_for(epoch, seconds)
            run = look()
            if not run.going or run.is_at(epoch):
                break
    return run
