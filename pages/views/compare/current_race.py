"""The race at hand: begun and changed by buttons, and looked at while it goes on by itself."""

from collections.abc import Callable

from pages.components.playback import Playback
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import live_runs
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.races import race
from rnnlab.races.live_race import LiveRace
from rnnlab.races.race import Race

GROUP = "race"  # what shows the race hears of it together


def look() -> Race | None:
    """The race as it is now."""
    live = session.get("live_race")
    return live.poll() if live else None


def begin(plan: RacePlan) -> None:
    clear()
    session["live_race"] = live_runs.shared().drive(LiveRace(race.begin(workers(), plan), workers()))


def change(function: Callable[[Race], Race]) -> None:
    """Run a button's function on the race as it is now."""
    if live := session.get("live_race"):
        live.change(function)


def go_on() -> None:
    change(lambda one: race.resume(workers(), one))


def clear() -> None:
    change(race.pause)
    session["live_race"] = None


def playback_of(one: Race) -> Playback:
    return Playback(GROUP, one.id, live=one.going)
