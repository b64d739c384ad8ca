"""What whoever runs the lab lets its readers have, read from the environment once. What an experiment may be is another
table, `rnnlab.experiment.limits`, which is the same everywhere."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rnnlab.experiment.limits import HISTORY_BYTES, RUN_SECONDS
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import LabError, Problem, numeral, shorten

VARIABLES = {  # field -> variable, the least, the most
    "sessions": ("RNNLAB_SESSIONS", 1, 100_000),
    "reader_sessions": ("RNNLAB_READER_SESSIONS", 1, 100_000),
    "runs": ("RNNLAB_RUNS", 1, 100_000),
    "reader_runs": ("RNNLAB_READER_RUNS", 1, 100_000),
    "run_seconds": ("RNNLAB_RUN_SECONDS", 1, 86_400),
    "reader_seconds": ("RNNLAB_READER_SECONDS", 1, 1_000_000),
    "address_seconds": ("RNNLAB_ADDRESS_SECONDS", 1, 10_000_000),
    "history_bytes": ("RNNLAB_HISTORY_BYTES", 100_000, 1_000_000_000),
    "idle_seconds": ("RNNLAB_IDLE_SECONDS", 0, 1_000_000),
}
Whose = Literal["all", "reader", "address"]


@dataclass(frozen=True)
class HostLimits:
    """Those of this process. Why they are what they are: docs/decisions/0046."""

    sessions: int = 200  # tabs that are connected
    reader_sessions: int = 20  # of one reader
    runs: int = 80  # runs and races that train at once
    reader_runs: int = 6
    run_seconds: int = int(RUN_SECONDS)  # of computing, a run
    reader_seconds: int = 1_200  # of computing within an hour, all jobs of a reader
    address_seconds: int = 7_200  # of an address
    history_bytes: int = HISTORY_BYTES  # of recorded frames, and as much of weights, a run
    idle_seconds: int = 7_200  # in which a tab asks for nothing, until its run is let go of; 0: never

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "HostLimits":
        """Raises LabError where a variable is no number within its bounds."""
        found, problems = {}, []
        for field, (variable, low, high) in VARIABLES.items():
            given = environment.get(variable, "").strip()
            if given.isascii() and given.isdecimal() and len(given) < 16 and low <= int(given) <= high:
                found[field] = int(given)
            elif given:
                values = {"name": variable, "value": shorten(given), "low": numeral(low), "high": numeral(high)}
                problems.append(Problem("setting", "", values))
        if problems:
            raise LabError(*problems)
        return cls(**found)


@cache
def host_limits() -> HostLimits:
    return HostLimits.read(os.environ)


def crowded(reader: Reader | None, others: Iterable[Reader | None], most: int, his: int) -> tuple[Whose, int] | None:
    """Whose room is used up, and how many it holds, where there is none for one thing more of this reader beside those
    that `others` have, one each. Of `most` that there may be one address has at most half, lest it keep all out."""
    there = list(others)
    if len(there) >= most:
        return "all", most
    if reader is None or not reader.address:
        return None
    if sum(other is reader for other in there) >= his:
        return "reader", his
    half = max(most // 2, 1)
    if sum(other is not None and other.address == reader.address for other in there) >= half:
        return "address", half
    return None
