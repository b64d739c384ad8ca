"""A run as one reader sees it: what is recorded, what is being computed, and how far it is to go.

A value too. Every button is a function from run to run; nothing is ever half done when the page is interrupted,
and a result that nobody waits for any more is simply not used.
"""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakValueDictionary

from rnnlab.engine import Engine, jobs
from rnnlab.engine.limits import FREIGHT, is_of_limit
from rnnlab.engine.speed import Speed, epochs_a_slice, seconds_an_epoch
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import BOUNDS, RATE_CHANGES, WEIGHT_BYTES
from rnnlab.experiment.rate_changes import changes_of, to_text
from rnnlab.i18n import Problem, failure_of
from rnnlab.records.history import Frame, History, State
from rnnlab.records.packed_checkpoints import PackedCheckpoints
from rnnlab.records.short_repr import ShortRepr

T = TypeVar("T")

FIRST_SLICE = 0.04  # seconds of computing: short, so that a click shows at once
SLICE = 0.2

RECORDED: WeakValueDictionary[tuple[Experiment, int], History] = WeakValueDictionary()  # of all readers, by epoch


@dataclass(frozen=True, repr=False)
class Run(ShortRepr):
    id: str
    experiment: Experiment
    pending: Future | None  # the job under way
    until: int = 0  # train while fewer epochs are done
    submitted: float = field(default_factory=time.monotonic)  # when the job under way was asked for
    elapsed: float = 0.0  # seconds by the reader's clock, waiting for a worker included
    speed: Speed = "fast"
    stopped: bool = False  # whether the reader has ended it: then Train begins anew
    state: State | None = None  # None until the run has been opened
    history: History | None = None
    passing: tuple[Frame, ...] = ()  # frames of the newest slice that are not kept, for whoever watches
    problems: tuple[Problem, ...] = ()  # why it can't go on
    drawings: dict[Hashable, Any] = field(init=False, default_factory=dict, repr=False, compare=False)
    paced_from: float = -inf  # since when what is shown now is, where the next is to come no sooner than at its speed
    previous: "Run | None" = None  # the run that is shown until this one has something to show

    @property
    def epoch(self) -> int:
        return self.history.epoch if self.history else 0

    @property
    def batch(self) -> int:
        """Batches done of the epoch under way."""
        if self.history is None or self.state is None or self.state.ended or self.stopped:
            return 0
        return self.state.step - self.state.epoch * self.history.opening.batches

    @property
    def epochs_done(self) -> float:
        """Epochs done, with the share of the one under way."""
        return self.epoch + (self.batch / self.history.opening.batches if self.history else 0)

    @property
    def going(self) -> bool:
        return self.pending is not None

    def is_at(self, epoch: int) -> bool:
        """Whether it is open, and has done so many epochs."""
        return self.history is not None and self.epoch >= epoch

    @property
    def broken(self) -> bool:
        """Whether something is wrong with it that does not pass."""
        return not all(map(is_of_limit, self.problems))

    @property
    def resumable(self) -> bool:
        """Whether there is anything left to train, from where it stands."""
        return self.state is not None and not (self.state.ended or self.stopped or self.broken)

    @property
    def extensible(self) -> bool:
        """Whether it can take an epoch more: also where it has been stopped, or has come to the end it was meant to
        have."""
        if self.state is None or not self.state.blob or self.broken:
            return False
        return not self.state.ended or self.epoch < BOUNDS["epochs"][1]

    @property
    def shown(self) -> "Run":
        """This run, or where it has nothing to show, the one before: input that can't be used costs nobody a result."""
        return self.previous if self.history is None and self.previous else self

    def drawn(self, key: Hashable, draw: Callable[[], T]) -> T:
        """What `draw` makes of this value, made once: a page shows the same run many times."""
        if key not in self.drawings:
            self.drawings[key] = draw()
        return self.drawings[key]


def begin(engine: Engine, experiment: Experiment, train: bool, before: Run | None = None, until: int = 0) -> Run:
    """A new run: to its end, or to the epoch `until`, or only up to what the untrained network does. `before` is the
    one it takes over from."""
    until = min(until or experiment.epochs, experiment.epochs) if train else 0
    id, pending = uuid4().hex, engine.submit(jobs.start, experiment)
    if before is None:
        return Run(id, experiment, pending, until)
    return Run(id, experiment, pending, until, speed=before.speed, previous=replace(stop(before.shown), state=None))


def brought(history: History, before: Run) -> Run:
    """A run whose weights were brought from elsewhere: it can be looked at, as one that the reader has ended, and not
    gone on with, for what an optimizer knew is not among them."""
    opening, id = history.opening, uuid4().hex
    state = State(opening.experiment, id, history.epoch * opening.batches, history.epoch, 0.0, history.ended, b"")
    run = Run(id, opening.experiment, None, state=state, history=history, stopped=True)
    return replace(rest(run), speed=before.speed)


def train_until(engine: Engine, run: Run, epoch: int) -> Run:
    """Go on until this epoch. What comes first is seen at once."""
    return submit(engine, replace(run, until=epoch, paced_from=-inf, problems=()))


def one_epoch_more(engine: Engine, run: Run) -> Run:
    """Go on for an epoch from where it is, however it came to stand there. One that is at its end becomes a run of one
    epoch more, whose numbers it has: no epoch knows how many are to follow."""
    if run.state is not None and run.state.ended:
        run = become(run, Experiment(**{**run.experiment.model_dump(), "epochs": run.epoch + 1}))
    return train_until(engine, replace(run, stopped=False), run.epoch + 1)


def become(run: Run, experiment: Experiment) -> Run:
    """The same as a run of another experiment, of which all that was trained so far is the beginning too."""
    assert run.state is not None
    assert run.history is not None
    history = replace(run.history, opening=replace(run.history.opening, experiment=experiment), ended="")
    state = replace(run.state, experiment=experiment, ended="")
    return replace(run, experiment=experiment, state=state, history=history, stopped=False)


def epochs_begun(run: Run) -> int:
    """Epochs done, and the one under way."""
    if run.state is None or run.history is None:
        return 0
    return run.epoch + (run.state.step > run.epoch * run.history.opening.batches)


def begins_alike(run: Run, experiment: Experiment) -> bool:
    """Whether what is trained so far is the beginning of this experiment too, which only changes the learning rate
    later on."""
    mine, begun = run.experiment, epochs_begun(run)
    same = {"lr_changes": "", "epochs": 1}
    if mine.lr_changes == experiment.lr_changes or mine.model_copy(update=same) != experiment.model_copy(update=same):
        return False
    rates = ({since: rate for since, rate in e.rates.items() if since < begun} for e in (mine, experiment))
    return run.extensible and experiment.epochs > run.epoch > 0 and next(rates) == next(rates)


def at_rate(run: Run, experiment: Experiment) -> Experiment | None:
    """The experiment that goes on from where the run stands, at the learning rate of one that differs in this alone, or
    in its epochs; at the end of a run it takes as many again. None where there is no such."""
    mine, begun, most = run.experiment, epochs_begun(run), int(BOUNDS["epochs"][1])
    alike = mine.model_copy(update={"lr": experiment.lr, "epochs": experiment.epochs})
    if experiment.lr == mine.lr or alike != experiment or not (run.extensible and run.epoch) or begun >= most:
        return None
    changes = {since: rate for since, rate in changes_of(mine.lr_changes).items() if since < begun}
    epochs = experiment.epochs if experiment.epochs > begun else min(begun + experiment.epochs, most)
    if len(changes) >= RATE_CHANGES:
        return None
    said = to_text(changes | {begun: experiment.lr})
    return Experiment(**{**mine.model_dump(), "lr_changes": said, "epochs": epochs})


def go_on(engine: Engine, run: Run, experiment: Experiment) -> Run:
    """To the end of an experiment that begins alike, from the weights as they are."""
    return train_until(engine, become(pause(run), experiment), experiment.epochs)


def at_speed(engine: Engine, run: Run, speed: Speed) -> Run:
    """What is under way is asked for anew, for it may be a slice of another length."""
    run = replace(run, speed=speed)
    return train_until(engine, pause(run), run.until) if run.going and run.state is not None else run


def pause(run: Run) -> Run:
    """Stop asking. What is under way is not waited for: the same slice can be asked for again."""
    if run.state is None:  # not yet open: let it, but no further
        return replace(run, until=0)
    return replace(run, until=run.epoch, pending=None)


def stop(run: Run) -> Run:
    """End the run where it is. Its history stays to be looked at, and it can take an epoch more."""
    return pause(run) if run.state is None else replace(run, until=0, pending=None, stopped=True)


def submit(engine: Engine, run: Run, slice_seconds: float = SLICE) -> Run:
    """Ask for the next slice, of so many seconds of computing, if one is wanted and none is under way."""
    if run.pending or run.state is None or run.state.ended or run.stopped or run.state.epoch >= run.until:
        return run
    most = epochs_a_slice(run.speed, run.epoch, run.experiment.epochs)
    budget = slice_seconds + len(run.state.blob) / FREIGHT if run.state.step else FIRST_SLICE
    pending = engine.submit(jobs.advance, run.state, budget, min(run.until - run.state.epoch, most))
    return replace(run, pending=pending, submitted=time.monotonic())


def early(run: Run) -> float:
    """For how many seconds the result that is there is not to be taken yet, at the speed of the run."""
    if run.pending is None or run.history is None or run.state is None or run.pending.cancelled():
        return 0.0
    if run.pending.exception() is not None:
        return 0.0
    batches = run.pending.result()[0].step - run.state.step
    an_epoch = seconds_an_epoch(run.speed, run.epoch, run.experiment.epochs)
    return run.paced_from + an_epoch * batches / run.history.opening.batches - time.monotonic()


def tick(engine: Engine, run: Run, patience: float = 0.0, slice_seconds: float = SLICE) -> Run:
    """Take the result that is there, or comes within `patience` seconds, and ask for the next slice."""
    if run.pending is None:
        return run
    try:
        result = run.pending.result(patience)
    except TimeoutError:
        return run
    except Exception as error:  # the page lives on, and says so
        return replace(run, pending=None, until=0, problems=failure_of(error))
    state, second = result
    history, elapsed, passing, now = second, run.elapsed, (), time.monotonic()
    if run.history is not None:
        history, elapsed = run.history.extended(second), elapsed + now - run.submitted
        passing = second.passing
    news = {"state": state, "history": history, "elapsed": elapsed, "passing": passing, "paced_from": now}
    run = submit(engine, replace(run, **news, pending=None, previous=None), slice_seconds)
    return run if run.going else rest(run)


def rest(run: Run) -> Run:
    """The same, in less memory, now that nothing is computed. Where nothing more can come nothing is needed to go on
    from; at the end that was meant an epoch more can, where what it takes is not too much to be kept. And what
    another reader's run of the same experiment has recorded stands in the place of its own: a class opens one link, and
    the same seed gives the same numbers."""
    state, history = run.state, run.history
    assert state is not None
    assert history is not None
    if state.ended in ("time", "diverged") or (state.ended and len(state.blob) > WEIGHT_BYTES):
        state = replace(state, blob=b"")
    history = replace(history, checkpoints=PackedCheckpoints.of(history.checkpoints))
    key = history.experiment, history.epoch
    twin = RECORDED.get(key)
    if twin and (twin.snapshots, twin.checkpoints) == (history.snapshots, history.checkpoints):
        same = {name: getattr(twin, name) for name in ("opening", "snapshots", "frames", "checkpoints")}
        history = replace(history, **same)
    RECORDED[key] = history
    return replace(run, state=state, history=history)


def laid_aside(run: Run) -> Run:
    """The same, to be kept beside another. What is too large for that can be looked at, and not trained on."""
    run = rest(pause(run))
    if run.state is not None and len(run.state.blob) > WEIGHT_BYTES:
        run = replace(run, stopped=True, state=replace(run.state, blob=b""))
    return run


def closed(run: Run) -> Run:
    """A run that has come to its end, without what an epoch more would take."""
    assert run.state is not None
    return replace(run, state=replace(run.state, blob=b""))
