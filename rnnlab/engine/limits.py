"""What a reader may have of the workers, and what travelling to them costs."""

from collections.abc import Iterable
from math import ceil

from rnnlab.hosting.limits import crowded, host_limits
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import Problem, numeral

FREIGHT = 50e6  # bytes a second: a large state, sent there and back, gets a longer slice to be worth it
TRAINING = ("advance", "start_race_run", "advance_race_run")  # the jobs of which training consists
LOOKS = 1.25  # times what may be trained: the rest is for opening and looking inside


def used_up(reader: Reader, trains: bool) -> Problem | None:
    """Why nothing more is computed for him now, where that is so: his hour's seconds, or those of his address, are
    used up. `trains`: whether it is training that he asks for."""
    if not reader.address:
        return None
    limits, times = host_limits(), 1.0 if trains else LOOKS
    if wait := reader.hours.room_in(reader.name, limits.reader_seconds * times):
        had = numeral(round(reader.hours.within(reader.name)))
        values = {"value": had, "limit": numeral(limits.reader_seconds), "minutes": ceil(wait / 60)}
        return Problem("limit_reader_seconds", "", values)
    if wait := reader.hours.room_in(reader.address, limits.address_seconds * times):
        had = numeral(round(reader.hours.within(reader.address)))
        values = {"value": had, "limit": numeral(limits.address_seconds), "minutes": ceil(wait / 60)}
        return Problem("limit_address_seconds", "", values)
    return None


def no_room(reader: Reader | None, others: Iterable[Reader | None]) -> Problem | None:
    """Why a run of his may not begin to train beside those of `others`, one each, where that is so."""
    limits = host_limits()
    match crowded(reader, others, limits.runs, limits.reader_runs):
        case "all", limit:
            return Problem("limit_runs", "", {"limit": numeral(limit)})
        case "reader", limit:
            return Problem("limit_reader_runs", "", {"limit": numeral(limit)})
        case "address", limit:
            return Problem("limit_address_runs", "", {"limit": numeral(limit)})
    return None


def is_of_limit(problem: Problem) -> bool:
    """Whether what was asked for is none the worse, and may be asked for again later."""
    return problem.code.startswith("limit_")
