"""Texts that a run's network writes, asked of a worker without waiting for them: the page, and while a run goes on the
stream, looks again and again, and shows each when it is there. One job at a time, so that other readers get their turn;
and while a run goes on a pause after each as long as it took, so that the training gets its turn too."""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

import streamlit as st

from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import ReaderEngine, jobs
from rnnlab.engine.runs import Run
from rnnlab.i18n import Problem, failure_of
from rnnlab.records.generation import Generation, Settings
from rnnlab.records.history import Checkpoint
from rnnlab.records.opening import Opening

KEPT = 60  # texts, a session
PATIENCE = 0.15  # seconds that a change waits for its text, which most take less than, so that it is drawn at once
AT_ONCE = 4  # texts a job, at most: the table grows by so many
AGAIN = 0.2  # seconds between two looks at a job, where no run brings the page back anyway


@dataclass(frozen=True)
class Request:
    """What a text depends on, but for the epoch."""

    run: str
    prompt: str
    settings: Settings


@dataclass(eq=False)
class RequestQueue:
    """What a reader has asked for and got. The page and the stream ask, one at a time."""

    engine: ReaderEngine
    texts: OrderedDict[tuple[Request, int], Generation] = field(default_factory=OrderedDict)
    job: tuple[Request, tuple[int, ...], Future] | None = None
    submitted_at: float = 0.0  # when, by the clock
    rest_until: float = 0.0  # when the pause after the last job is over
    failed: tuple[Request, tuple[Problem, ...]] | None = None  # the last request that can't be met, and why
    shown: tuple[Opening, int, Generation] | None = None  # the text that is shown, and its epoch
    asking: Lock = field(default_factory=Lock)

    def texts_of(self, run: Run, request: Request, groups: Sequence[Sequence[Checkpoint]]) -> dict[int, Generation]:
        """All texts that are there, by epoch. Those of the `groups` that are not are asked for, the first group
        first."""
        with self.asking:
            self.collect()
            if self.failed and self.failed[0] != request:
                self.failed = None  # tried again when it is asked for again: a lost worker is no answer
            if run.going and monotonic() < self.rest_until:
                groups = []
            for patience, group in zip((PATIENCE, 0.0), groups, strict=False):
                while self.job is None and not self.problems(request) and (missing := self.lacking(request, group)):
                    job = self.engine.submit(jobs.samples, run.experiment, missing, request.prompt, request.settings)
                    self.job, self.submitted_at = (request, tuple(one.epoch for one in missing), job), monotonic()
                    self.collect(0.0 if run.going else patience)
            for one in (one for group in groups for one in group):
                if (request, one.epoch) in self.texts:
                    self.texts.move_to_end((request, one.epoch))  # what is shown is not what is dropped
            return {epoch: found for (asked_for, epoch), found in self.texts.items() if asked_for == request}

    def collect(self, patience: float = 0.0) -> None:
        """Keep what has come, or comes within `patience` seconds."""
        if self.job is None:
            return
        request, epochs, future = self.job
        try:
            found = future.result(patience)
        except TimeoutError:
            return
        except Exception as error:
            self.failed = request, failure_of(error)
        else:
            self.texts.update({(request, epoch): text for epoch, text in zip(epochs, found, strict=False)})
            while len(self.texts) > KEPT:
                self.texts.popitem(last=False)
        self.job, now = None, monotonic()
        self.rest_until = now + (now - self.submitted_at)

    def lacking(self, request: Request, group: Sequence[Checkpoint]) -> tuple[Checkpoint, ...]:
        """What of a group has no text yet: of many the newest, and the first few."""
        missing = tuple(one for one in group if (request, one.epoch) not in self.texts)
        return missing if len(missing) <= AT_ONCE else (*missing[: AT_ONCE - 1], missing[-1])

    def problems(self, request: Request) -> tuple[Problem, ...]:
        """Why this request can't be met, as far as that is known."""
        return self.failed[1] if self.failed and self.failed[0] == request else ()


def queue() -> RequestQueue:
    """This reader's."""
    if "generate_requests" not in session:
        session["generate_requests"] = RequestQueue(workers())
    return session["generate_requests"]


def come_back(run: Run) -> None:
    """See to it that the page is drawn again when the job under way is done. A run that goes on does so anyway."""

    def looking() -> None:
        job = queue().job
        if job is None or job[2].done():
            st.rerun()  # the whole page: the timer must end with it

    if queue().job is not None and not run.going:
        st.fragment(looking, run_every=AGAIN)()
