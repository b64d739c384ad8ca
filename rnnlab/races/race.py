"""A race as a value: runs that train in turns, slice by slice, and what is kept of each to be compared.

A run in a race is the same fold as a run alone, so it ends with the same numbers. It keeps no frames and no weights:
two dozen of them would not fit a session.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from rnnlab.engine import jobs
from rnnlab.engine.limits import FREIGHT, is_of_limit
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import LabError, Problem, failure_of
from rnnlab.races.record import Record
from rnnlab.records.history import State
from rnnlab.records.race import RaceOpening
from rnnlab.records.short_repr import ShortRepr

SLICE = 0.25  # seconds of computing: as long as a page takes to look again
FIRST_SLICE = 0.05  # and each slice of a run is twice as long as the one before: a short race is seen to be run as well
START = 0.05  # about what it takes to open a run: 0.002 to 0.09
AHEAD = 1.0  # seconds of computing asked for at a time, for each worker: more than passes between two looks of a page
PARAMETERS = 12_000_000  # of all runs together: between two slices a session holds their states, 12 bytes for each


class Runner(Protocol):
    """Where slices are computed."""

    @property
    def count(self) -> int: ...  # jobs at a time

    def submit(self, job, /, *args) -> Future: ...


@dataclass(frozen=True, repr=False)
class Entry(ShortRepr):
    """One run of the race."""

    variant: int  # its place among the plan's variants
    experiment: Experiment  # as it was asked for
    slices: int = 0  # slices it was given
    slice_seconds: float = SLICE  # seconds of computing of the newest
    pending: Future | None = None
    state: State | None = None
    record: Record | None = None
    problems: tuple[Problem, ...] = ()  # why it can't run

    @property
    def done(self) -> bool:
        return self.failed or (self.record is not None and bool(self.record.ended))

    @property
    def failed(self) -> bool:
        """Whether something keeps it from running; what it has computed before may still be there."""
        return bool(self.problems)

    @property
    def finished(self) -> bool:
        """Whether it has run all of its epochs."""
        return not self.failed and self.record is not None and self.record.ended == "epochs"

    @property
    def ended_early(self) -> bool:
        """Whether its time was up or it diverged."""
        return self.done and not self.failed and not self.finished

    @property
    def expected(self) -> float:
        """About how many seconds its next slice takes, or the one under way: one that ends with an epoch, or with the
        run, is shorter than it may be."""
        turn = self.slices - (self.pending is not None)
        return min(slice_length(turn), 2 * self.slice_seconds)

    @property
    def retriable(self) -> bool:
        """Whether nothing is wrong with the run itself."""
        return all(is_of_limit(problem) or problem.code == "worker_lost" for problem in self.problems)


@dataclass(frozen=True, repr=False)
class Race(ShortRepr):
    id: str
    plan: RacePlan
    entries: tuple[Entry, ...]
    going: bool = True
    stopped: bool = False  # ended before its end
    problems: tuple[Problem, ...] = ()  # why all of it stands still

    @property
    def done(self) -> bool:
        return all(entry.done for entry in self.entries)

    @property
    def progress(self) -> float:
        """The share of epochs that are computed, 0 to 1, of all that the runs which have not failed are to have."""
        running = [entry for entry in self.entries if not entry.failed]
        done = sum(entry.record.epoch for entry in running if entry.record)
        left = sum(entry.experiment.epochs for entry in running if not entry.done)
        left -= sum(entry.record.epoch for entry in running if entry.record and not entry.done)
        return done / (done + left) if done else 0.0

    @property
    def resumable(self) -> bool:
        open_ends = any(not entry.done or (entry.problems and entry.retriable) for entry in self.entries)
        return open_ends and not self.going and not self.stopped


def begin(runner: Runner, plan: RacePlan) -> Race:
    entries = tuple(Entry(variant, experiment) for variant, experiment in plan.runs())
    return submit_slices(runner, Race(uuid4().hex, plan, entries))


def finished(runner: Runner, plan: RacePlan, told: Callable[[Race], None] = lambda _: None) -> Race:
    """The whole race, here and now; `told` of every step of it. Raises LabError as soon as one of its runs fails."""
    race = begin(runner, plan)
    while race.going:
        wait([entry.pending for entry in race.entries if entry.pending is not None], return_when=FIRST_COMPLETED)
        race = tick(runner, race)
        told(race)
        if problems := [*race.problems, *(problem for entry in race.entries for problem in entry.problems)]:
            raise LabError(*(problem for place, problem in enumerate(problems) if problem not in problems[:place]))
    return race


def pause(race: Race) -> Race:
    """Stop asking. What is done is kept; what is under way is not waited for, and can be asked for again."""
    race = with_results(race)
    idle = tuple(
        replace(entry, pending=None, slices=entry.slices - 1) if entry.pending else entry for entry in race.entries
    )
    return replace(race, going=False, entries=idle)


def stop(race: Race) -> Race:
    """End the race where it is. What it has shown stays to be looked at; the runs can't go on."""
    race = pause(race)
    return replace(race, stopped=True, problems=(), entries=tuple(replace(entry, state=None) for entry in race.entries))


def resume(runner: Runner, race: Race) -> Race:
    """Go on: a state is all that a run needs."""
    if not race.resumable:
        return race
    entries = tuple(replace(entry, problems=()) if entry.retriable else entry for entry in race.entries)
    return submit_slices(runner, replace(race, going=True, problems=(), entries=entries))


def tick(runner: Runner, race: Race) -> Race:
    """Take the results that are there, and give the next slices out in turn."""
    race = with_results(race)
    return halted(race, race.problems) if race.problems else submit_slices(runner, race)


def halted(race: Race, problems: tuple[Problem, ...]) -> Race:
    """The race at a standstill, which says why."""
    return replace(pause(race), problems=problems)


def with_results(race: Race) -> Race:
    """The race with the results that are there, and with what has gone wrong."""
    entries, faults = [], list(race.problems)
    room = PARAMETERS - sum(entry.record.parameters for entry in race.entries if entry.record)
    for entry in race.entries:
        if entry.pending is not None and entry.pending.done():
            opening = entry.record is None
            entry, fault = with_result(entry, room)
            faults += [one for one in fault if one not in faults]
            room -= entry.record.parameters if opening and entry.record else 0
        entries.append(entry)
    race = replace(race, entries=tuple(entries), problems=tuple(faults))
    return replace(race, going=race.going and not race.done)


def with_result(entry: Entry, room: int) -> tuple[Entry, tuple[Problem, ...]]:
    """The entry with the result that was under way, as a new run no larger than there is room for; and what is wrong
    with where all are computed."""
    assert entry.pending is not None
    idle = replace(entry, pending=None)
    try:
        state, result = entry.pending.result()
    except Exception as error:
        problems = failure_of(error)
        if faults := tuple(problem for problem in problems if is_of_limit(problem)):
            return replace(idle, slices=entry.slices - 1), faults
        return replace(idle, problems=problems), ()
    if isinstance(result, RaceOpening) and result.parameters > room:
        values = {"value": f"{result.parameters:,}", "limit": f"{PARAMETERS:,}"}
        return replace(idle, problems=(Problem("race_large", "hidden", values),)), ()
    if isinstance(result, RaceOpening):
        scores = (result.score,) if result.score else ()
        record = Record(
            state.experiment,
            result.parameters,
            result.score_interval,
            result.held_out_count,
            scores=scores,
            majority=result.majority,
            held_majority=result.held_majority,
            notes=result.notes,
        )
    else:
        assert entry.record is not None
        record = entry.record.extended(result)
        idle = replace(idle, slice_seconds=state.seconds - (entry.state.seconds if entry.state else 0.0))
    return replace(idle, state=None if record.ended else state, record=record), ()


def submit_slices(runner: Runner, race: Race) -> Race:
    """Ask for slices in turn, as many as keep the workers busy until the next look: no run is given a slice while
    another has had fewer."""
    if not race.going:
        return race
    entries = list(race.entries)
    undone = sum(not entry.done for entry in entries)
    longest = min(AHEAD, max(SLICE, AHEAD * runner.count / max(undone, 1)))  # the last runs keep workers busy alone
    fewest = min((entry.slices for entry in entries if not entry.done), default=0)
    free = AHEAD * runner.count - sum(entry.expected for entry in entries if entry.pending)
    for place, entry in enumerate(entries):
        if free > 0 and entry.pending is None and not entry.done and entry.slices == fewest:
            free -= entry.expected
            entries[place] = submit_slice(runner, entry, race.plan, longest)
    return replace(race, entries=tuple(entries))


def slice_length(turn: int, longest: float = SLICE) -> float:
    """Seconds of computing of a run's slices, from its opening, turn 0, on."""
    return min(longest, FIRST_SLICE * 2.0 ** min(turn - 1, 10)) if turn else START


def submit_slice(runner: Runner, entry: Entry, plan: RacePlan, longest: float) -> Entry:
    if entry.record is None:
        pending = runner.submit(jobs.start_race_run, entry.experiment, plan.base if plan.equal else None)
    else:
        assert entry.state is not None
        budget = slice_length(entry.slices, longest) + len(entry.state.blob) / FREIGHT
        pending = runner.submit(jobs.advance_race_run, entry.state, budget)
    return replace(entry, pending=pending, slices=entry.slices + 1)
