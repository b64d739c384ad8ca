"""Training as a fold: `advance(state, budget) -> (state, chunk)`. No callbacks, no globals that matter.

A state is a value, so pause is not asking for the next slice, stop is forgetting the state, and a slice whose
worker died is asked for again and gives the same numbers.
"""

import math
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import torch

from rnnlab.analysis.majority import majority_sequence, majority_token
from rnnlab.data.assembly import class_counts
from rnnlab.experiment import Experiment
from rnnlab.explain.first_batch import FirstBatch, beginning_of
from rnnlab.hosting.limits import host_limits
from rnnlab.models import Pass, stage_shapes
from rnnlab.records.history import Chunk, History, State
from rnnlab.records.opening import Line, Opening, TensorShape
from rnnlab.training.device import for_one_run, training_device
from rnnlab.training.notes import history_notes, run_notes
from rnnlab.training.threads import torch_threads
from rnnlab.training.trainer import Trainer

LOOKS = 20  # frames a slice that are not kept: of thirty runs, which get one a second, as many are shown
MOMENT = 0.25  # seconds from one word about a run that goes on to the next
LOOK_SHARE = 20  # times as long as one takes to compute passes until the next


def open_run(trainer: Trainer) -> History:
    """The history of a run before its first epoch, with frame 0: what untrained weights do."""
    with for_one_run(trainer.device), torch.set_grad_enabled(trainer.probe.shared):  # dropout may draw
        first: Pass = trainer.model(trainer.batches[0])
    trainer.probe.record_pass(0, first)
    trainer.record_frame(always=True)
    data = trainer.data
    examined, written = data.held[: data.examined], data.parts[-1].name == "decoder"
    opening = Opening(
        experiment=trainer.experiment,
        vocabulary=data.vocabulary.tokens,
        specials=data.vocabulary.specials,
        classes=data.classes.tokens,
        class_specials=data.classes.specials,
        probe=data.probe_tokens,
        inputs=len(data.step_targets),
        targets=data.step_targets,
        parts=data.parts,
        predicts_text=trainer.task.predicts_text,
        predicts_next=trainer.task.predicts_next(trainer.experiment),
        views=trainer.task.views,
        held_out=tuple(
            Line(tokens, tuple(pair.targets))
            for tokens, pair in zip(data.held_tokens[: data.examined], examined, strict=True)
        ),
        held_out_count=data.tested,
        frame_interval=trainer.probe.every,
        checkpoint_interval=trainer.weights_every,
        shapes=(*stage_shapes(trainer.experiment, trainer.batches[0], first), TensorShape("loss", (), ())),
        first_batch=first_batch(trainer),
        parameters=sum(p.numel() for p in trainer.parameters),
        sequences=len(data.pairs),
        majority=majority_token(pair.targets for pair in data.pairs) if data.classes else None,
        held_majority=(majority_sequence if written else majority_token)(pair.targets for pair in examined),
        batches=len(trainer.batches),
        notes=(*run_notes(trainer.experiment, data), *history_notes(trainer.experiment, trainer.probe.every)),
        column=data.column,
    )
    trainer.record_weights()
    return History(opening, (), trainer.probe.take_frames(), trainer.take_checkpoints(), 0.0, "")


def first_batch(trainer: Trainer) -> FirstBatch:
    data, size = trainer.data, trainer.experiment.batch
    pairs = [data.pairs[i] for i in trainer.order[:size]]
    sequences = beginning_of([(pair.inputs, pair.targets) for pair in pairs])
    whole = len(sequences) == len(pairs) and sequences[0][0] == pairs[0].inputs
    if data.column is not None:
        return FirstBatch(0, 0, False, sequences, whole, (data.column.mean, data.column.deviation))
    counts = () if data.class_weights is None else tuple(class_counts(data.pairs, len(data.classes)).tolist())
    sizes = len(data.vocabulary), len(data.classes), bool(data.vocabulary.specials)
    return FirstBatch(*sizes, sequences, whole, counts=counts)


def train(trainer: Trainer, budget: float = math.inf, goal: float = math.inf, seconds: float = 0.0) -> Chunk:
    """Train for about `budget` seconds by the clock, or up to epoch `goal`, or to the end; `seconds` of computing were
    spent before. What a run may compute counts this thread's own time, so that its end does not depend on what else the
    machine does.

    A slice ends with an epoch, for only there a frame can be recorded; where one epoch takes longer than the budget
    it ends within it, and the next slice ends with that epoch. Frames come every few epochs and at the slice's last;
    `LOOKS` more are spread over a slice, for whoever watches.
    """
    began = epoch_began = looked = time.perf_counter()
    between_looks, most = budget / LOOKS, host_limits().run_seconds
    computing_began = time.thread_time()
    resumed, optimizer_seconds = trainer.totals.batches > 0, 0.0
    with trainer.drawing():
        while not trainer.ended:
            computed = time.thread_time()
            epoch_ended = trainer.step()
            if epoch_began - looked > between_looks:
                trainer.probe.wanted, looked = True, epoch_began
            now, computing = time.perf_counter(), time.thread_time()
            optimizer_seconds += computing - computed
            if seconds + computing - computing_began > most and not trainer.ended:
                trainer.ended = "time"
            if epoch_ended:
                trainer.record_frame()
                between_looks = max(between_looks, LOOK_SHARE * (time.thread_time() - computing))
                if resumed or trainer.epoch >= goal or now - began + (now - epoch_began) > budget:
                    break
                epoch_began = now
            elif now - epoch_began > budget:
                break
    if trainer.totals.batches == 0:
        trainer.record_frame(always=True)
        trainer.record_weights()
    took = time.thread_time() - computing_began
    snapshots, trainer.snapshots = tuple(trainer.snapshots), []
    frames, checkpoints = trainer.probe.take_frames(), trainer.take_checkpoints()
    passing = trainer.probe.take_passing()
    return Chunk(snapshots, frames, checkpoints, took, trainer.ended, optimizer_seconds, passing)


def run(experiment: Experiment, threads: int = 1, told: Callable[[History], None] | None = None) -> History:
    """The whole run, here and now, on the device of RNNLAB_DEVICE, with so many threads; `told` every moment how far it
    is. Raises LabError where the text can't be trained on with these settings, or that device is not there."""
    with torch_threads(threads):
        trainer = Trainer(experiment, training_device())
        history = open_run(trainer)
        while not trainer.ended:
            history = history.extended(train(trainer, MOMENT if told else math.inf, seconds=history.seconds))
            if told:
                told(history)
        return history


# Trainers of the runs this process served last. Only a shortcut: a state alone gives the same numbers.
live_trainers: OrderedDict[str, Trainer] = OrderedDict()
LIVE = 64  # more than a race has, and a class
LIVE_PARAMETERS = 6_000_000  # of all of them: each takes 16 bytes, with Adam


def start(experiment: Experiment) -> tuple[State, History]:
    """A run before its first epoch. Raises LabError where the text can't be trained on with these settings."""
    with torch_threads(1):
        trainer = Trainer(experiment, training_device())
        history = open_run(trainer)
        return suspend(trainer, uuid.uuid4().hex, 0.0), history


def advance(state: State, budget: float = math.inf, epochs: int | None = None) -> tuple[State, Chunk]:
    """Train on from `state` for about `budget` seconds, or for `epochs` epochs, or to the end: see `train`."""
    if state.ended:
        return state, Chunk((), (), (), 0.0, state.ended)
    began = time.thread_time()
    with torch_threads(1):
        trainer = live_trainers.pop(state.run, None)
        if trainer is None:
            trainer = Trainer.load(state, training_device())
        elif (trainer.steps, trainer.experiment) != (state.step, state.experiment):
            trainer.restore(state)  # another worker has trained it meanwhile, or it is to go further than was meant
        chunk = train(trainer, budget, math.inf if epochs is None else state.epoch + epochs, state.seconds)
        after = suspend(trainer, state.run, state.seconds)
    seconds = time.thread_time() - began  # loading and saving are computing too
    return replace(after, seconds=state.seconds + seconds), replace(chunk, seconds=seconds)


def suspend(trainer: Trainer, run: str, seconds: float) -> State:
    """The trainer as a value; the live one is kept for the next slice."""
    live_trainers[run] = trainer
    while len(live_trainers) > LIVE or (len(live_trainers) > 1 and live_parameters() > LIVE_PARAMETERS):
        live_trainers.popitem(last=False)
    return State(trainer.experiment, run, trainer.steps, trainer.epoch, seconds, trainer.ended, trainer.save())


def live_parameters() -> int:
    return sum(len(trainer.flat_parameters) for trainer in live_trainers.values())
