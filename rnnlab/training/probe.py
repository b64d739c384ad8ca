"""What is recorded of a run while it trains: frames of the probe sentence, and results on the held-out lines."""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from rnnlab.data import Data
from rnnlab.experiment import Experiment
from rnnlab.models import Pass
from rnnlab.records.history import RANKS, Frame, HeldOutResult, frame_spacing
from rnnlab.training.observation import Observation
from rnnlab.training.tasks import Task


class Probe:
    """Observes what a model does with the probe sentence, and with the lines that are only tested on: a frame every
    `every` epochs.

    Where an epoch is one pass and the sentence is a row of it (`shared`), the training pass itself is observed: the
    frame after epoch k is the pass of epoch k + 1. That makes recording nearly free. Elsewhere (several batches,
    windows, dropout, a carried state, another task, padding that the sentence would be read with, training on a GPU) it
    gets a pass of its own, alone and from a zero state.

    `model` gives the model as it is now, on the CPU; `watches_training` says whether that is the one that trains.
    """

    def __init__(
        self, experiment: Experiment, data: Data, model: Callable[[], nn.Module], task: Task, watches_training: bool
    ):
        e = experiment
        self.data, self.model, self.task = data, model, task
        self.steps = len(data.step_targets)
        self.every = frame_spacing(e, frame_bytes(e, data, task))
        self.newest = -1  # the epoch of the newest frame
        self.pending: list[tuple[int, Observation, HeldOutResult | None]] = []  # not yet taken
        self.passing: list[tuple[int, Observation, None]] = []  # likewise: what is looked at, and not kept
        self.wanted = False  # whether a frame is to be looked at, though none is due
        self.targets = torch.tensor(data.step_targets)  # [step]
        drops = e.dropout or e.dropout_embed or e.dropout_head
        one_pass = watches_training and len(data.pairs) <= e.batch and not (e.shuffle or drops or e.carry)
        self.batch = next(data.batches(e.batch, range(len(data.pairs))))  # where it is shared, the one of every epoch
        padded = len(data.probe.inputs) < self.batch.ids.shape[1] and not e.packed
        self.shared = one_pass and data.probe_row is not None and not (padded and e.bidirectional)
        self.row = data.probe_row if self.shared else 0

    def record_pass(self, epoch: int, result: Pass) -> None:
        """A training pass, with the weights that `epoch` epochs have made: a frame if it is shared, and one is due or
        wanted."""
        if not self.shared:
            return
        if epoch > self.newest and epoch % self.every == 0:
            self.add(epoch, self.row_of(result))
        elif self.wanted:
            self.look(epoch, self.row_of(result))

    def record(self, epoch: int, always: bool = False) -> None:
        """Between two epochs, of which `epoch` are done: a frame if one is due or wanted, or in any case."""
        due = epoch % self.every == 0 and not self.shared
        keep = epoch > self.newest and (due or always)
        if not (keep or (self.wanted and not self.shared)):
            return
        model = self.model()
        if self.shared:  # beside training passes: in the same mode and with gradients, for the same bits
            observation = self.row_of(model(self.batch))
        else:
            model.eval()
            observation = self.task.observe(model, self.data)
            model.train()
        if observation.finite(self.data.parts[-1].start):
            (self.add if keep else self.look)(epoch, observation)

    def row_of(self, result: Pass) -> Observation:
        """The probe sentence in a training pass; copied, for a view would keep the whole batch."""
        output, logits = result.output.detach()[self.row], result.logits.detach()[self.row]
        if self.batch.ids.numel() > self.steps:
            output, logits = output[: self.steps].clone(), logits[: self.steps].clone()
        return Observation(output, logits)

    def add(self, epoch: int, observation: Observation) -> None:
        self.newest, self.wanted = epoch, False
        held = None
        if self.data.tested:
            model = self.model()
            training = model.training
            model.eval()
            held = self.task.evaluate(model, self.data)
            model.train(training)
        self.pending.append((epoch, observation, held))

    def look(self, epoch: int, observation: Observation) -> None:
        self.wanted = False
        self.passing.append((epoch, observation, None))

    def take_frames(self) -> tuple[Frame, ...]:
        """The frames recorded since the last call."""
        pending, self.pending = self.pending, []
        return self.frames_of(pending)

    def take_passing(self) -> tuple[Frame, ...]:
        """And those that were only looked at."""
        passing, self.passing = self.passing, []
        return self.frames_of(passing)

    def frames_of(self, pending: Sequence[tuple[int, Observation, HeldOutResult | None]]) -> tuple[Frame, ...]:
        """All at once: a softmax and a topk for all of them."""
        if not pending:
            return ()
        hidden = torch.stack([observation.hidden for _, observation, _ in pending]).numpy()  # [frame, step, unit]
        logits = torch.stack([observation.logits for _, observation, _ in pending])  # [frame, step, class]
        top, probability, target = self.task.answers.ranked(logits, self.targets)
        return tuple(
            Frame(epoch, hidden[i], top[i], probability[i], target[i], held, observation.task_arrays)
            for i, (epoch, observation, held) in enumerate(pending)
        )


def frame_bytes(e: Experiment, data: Data, task: Task) -> int:
    """How many bytes a frame takes to keep, at most."""
    held = sum(4 * len(pair.targets) + 100 for pair in data.held[: data.examined])
    per_step = 4 * e.hidden * e.directions + 8 * RANKS + 4
    return len(data.step_targets) * per_step + held + task.extra_bytes(e, data)
