"""The run at hand: put in another's place, and moved on while it is looked at."""

from pages.shell.reruns import waiting
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import runs
from rnnlab.engine.runs import Run

OPENING = 5.0  # seconds that a page waits for a run to be opened: milliseconds, but workers take turns


def show(run: Run, patience: float, whole: bool = False) -> None:
    """Make it the run at hand. The next page about it waits so many seconds for something new, or for its end if the
    `whole` is wanted, so that this is drawn at once."""
    session["run"], session["patience"], session["whole"] = run, patience, whole


def settle() -> Run:
    """What there is to draw, once the page has waited as long as was asked for."""
    patience, whole = session.pop("patience", 0.0), session.pop("whole", False)
    run = session["run"]
    return wait_for(run.until if whole else run.epoch + 1, patience)


def settle_opening() -> Run:
    """For pages that need no more of the run than what is known when it is opened."""
    session.pop("patience", None), session.pop("whole", None)  # meant for pages that show the run itself
    return wait_for(1, 0.0 if session["run"].history else OPENING)


def wait_for(epoch: int, patience: float) -> Run:
    """Move the run on until it is there, or at its end, or so many seconds are over."""
    for seconds in waiting(patience):
        if not session["run"].going or session["run"].epoch >= epoch:
            break
        session["run"] = runs.tick(workers(), session["run"], seconds)
    return session["run"]


def tick() -> None:
    """One look at a run that goes on."""
    session["run"] = runs.tick(workers(), session["run"], 0.05)
