"""A race that goes on by itself, as a run does: see `rnnlab.engine.live`."""

from concurrent.futures import Future

from rnnlab.engine.live import Live
from rnnlab.i18n import Problem, failure_of
from rnnlab.races.race import Race, Runner, halted, pause, resume, tick


class LiveRace(Live[Race, Runner]):
    def pending(self, value: Race) -> set[Future]:
        return {entry.pending for entry in value.entries if entry.pending is not None}

    def training(self, value: Race) -> bool:
        return value.going

    def refused(self, value: Race, problem: Problem) -> Race:
        return halted(value, (problem,))

    def ticked(self, slice_seconds: float) -> Race:  # noqa: ARG002 - the turns of its runs are its own
        return tick(self.engine, self.value)

    def paused(self) -> Race:
        return pause(self.value)

    def resumed(self, left: Race) -> Race:  # noqa: ARG002
        return resume(self.engine, self.value)

    def failed(self, error: Exception) -> Race:
        return halted(self.value, failure_of(error))
