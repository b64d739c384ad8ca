"""A race as a value: runs that train in turns, slice by slice, and what is kept of each to be compared.

A run in a race is the same fold as a run alone, so it ends with the same numbers. It keeps no frames and no weights:
two dozen of them would not fit a session.
"""

import logging
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from rnnlab import jobs
from rnnlab.experiment import Experiment
from rnnlab.history import Ended, Score, State, joined
from rnnlab.problems import LabError, Problem
from rnnlab.session import FREIGHT
from rnnlab.variants import Plan

SLICE = 0.25  # seconds of computing: as long as a page takes to look again
AHEAD = 2  # slices asked for at a time, for each worker: it has the next at hand when it has done one

# A run that meets one of these is none the worse: it is where the work is done that failed.
WITHOUT_FAULT = ("worker_lost", "cluster_none", "cluster_gone", "cluster_version", "cluster_empty", "cluster_library")


class Runner(Protocol):
    """Where slices are computed: this machine's workers, or a cluster."""

    count: int  # jobs at a time

    def submit(self, job, /, *args) -> Future: ...


@dataclass(frozen=True)
class Start:
    """What is known of a run before its first epoch."""

    parameters: int
    every: int  # epochs from one score on held-out lines to the next
    held: int  # lines that are only tested on
    score: Score | None  # of the untrained network


@dataclass(frozen=True)
class Leg:
    """What one slice brings, of what is compared."""

    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    scores: tuple[Score, ...]
    stepping: float
    ended: Ended


@dataclass(frozen=True)
class Record:
    """What is kept of a run."""

    experiment: Experiment  # as it is run: its hidden size may have been fitted to a number of parameters
    parameters: int
    every: int
    held: int
    losses: tuple[float, ...] = ()  # by epoch
    accuracies: tuple[float, ...] = ()  # by epoch: share of targets predicted right in training, 0 to 1
    scores: tuple[Score, ...] = ()  # on held-out lines: of epoch 0, every so many epochs, and the newest
    stepping: float = 0.0  # seconds of computing in optimizer steps, in the worker: no waiting, no recording
    ended: Ended = ""

    @property
    def epoch(self) -> int:
        return len(self.losses)

    @property
    def seconds_per_epoch(self) -> float | None:
        """Of computing; None before the first."""
        return self.stepping / self.epoch if self.epoch else None

    def extended(self, leg: Leg) -> "Record":
        return replace(
            self,
            losses=self.losses + leg.losses,
            accuracies=self.accuracies + leg.accuracies,
            scores=joined(self.scores, leg.scores, self.every) if self.scores else leg.scores,
            stepping=self.stepping + leg.stepping,
            ended=leg.ended,
        )


@dataclass(frozen=True)
class Entry:
    """One run of the race."""

    variant: int  # its place among the plan's variants
    experiment: Experiment  # as it was asked for
    turns: int = 0  # slices it was given
    pending: Future | None = None
    state: State | None = None
    record: Record | None = None
    problems: tuple[Problem, ...] = ()  # why it can't run

    @property
    def done(self) -> bool:
        return bool(self.problems) or (self.state is not None and bool(self.state.ended))


@dataclass(frozen=True)
class Race:
    id: str
    plan: Plan
    entries: tuple[Entry, ...]
    going: bool = True
    problems: tuple[Problem, ...] = ()  # why all of it stands still: where it is computed

    @property
    def done(self) -> bool:
        return all(entry.done for entry in self.entries)


def begin(runner: Runner, plan: Plan) -> Race:
    entries = tuple(Entry(variant, experiment) for variant, experiment in plan.runs())
    return hand_out(runner, Race(uuid4().hex, plan, entries))


def pause(race: Race) -> Race:
    """Stop asking. What is done is kept; what is under way is not waited for, and can be asked for again."""
    return replace(race, going=False, entries=tuple(replace(entry, pending=None) for entry in race.entries))


def resume(runner: Runner, race: Race) -> Race:
    """Go on, here or elsewhere: a state is all that a run needs."""
    return hand_out(runner, replace(pause(race), going=not race.done, problems=()))


def tick(runner: Runner, race: Race) -> Race:
    """Take the results that are there, and give the next slices out in turn."""
    entries: list[Entry] = []
    faults: list[Problem] = []
    for entry in race.entries:
        if entry.pending is not None and entry.pending.done():
            entry, fault = taken(entry)
            faults += [one for one in fault if one not in faults]
        entries.append(entry)
    race = replace(race, entries=tuple(entries))
    if faults:
        return replace(pause(race), problems=tuple(faults))
    return replace(hand_out(runner, race), going=race.going and not race.done)


def taken(entry: Entry) -> tuple[Entry, tuple[Problem, ...]]:
    """The entry with the result that was under way; and what is wrong with where it was computed."""
    assert entry.pending is not None
    idle = replace(entry, pending=None)
    try:
        state, result = entry.pending.result()
    except LabError as error:
        faults = tuple(problem for problem in error.problems if problem.code in WITHOUT_FAULT)
        return (idle, faults) if faults else (replace(idle, problems=error.problems), ())
    except Exception as error:
        logging.getLogger(__name__).exception("a job failed")
        return replace(idle, problems=(Problem("job_failed", "", {"reason": repr(error)[:200]}),)), ()
    if isinstance(result, Start):
        scores = (result.score,) if result.score else ()
        record = Record(state.experiment, result.parameters, result.every, result.held, scores=scores)
    else:
        assert entry.record is not None
        record = entry.record.extended(result)
    return replace(idle, state=state, record=record), ()


def hand_out(runner: Runner, race: Race) -> Race:
    """Ask for slices, first of the runs that had the fewest, as many as keep the workers busy until the next look."""
    if not race.going:
        return race
    entries = list(race.entries)
    under_way = sum(entry.pending is not None for entry in entries)
    free = max(0, AHEAD * runner.count - under_way)
    waiting = [place for place, entry in enumerate(entries) if entry.pending is None and not entry.done]
    for place in sorted(waiting, key=lambda place: entries[place].turns)[:free]:
        entries[place] = asked(runner, entries[place], race.plan)
    return replace(race, entries=tuple(entries))


def asked(runner: Runner, entry: Entry, plan: Plan) -> Entry:
    if entry.state is None:
        pending = runner.submit(jobs.race_start, entry.experiment, plan.base if plan.equal else None)
    else:
        pending = runner.submit(jobs.race_on, entry.state, SLICE + len(entry.state.blob) / FREIGHT)
    return replace(entry, pending=pending, turns=entry.turns + 1)
