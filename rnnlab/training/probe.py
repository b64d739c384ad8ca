"""What is recorded of a run: frames of the probe sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from rnnlab.data import NO_TARGET
from rnnlab.models import Pass
from rnnlab.records.history import RANKS, Frame, HeldOutResult, spacing
from rnnlab.training.observation import Observation

if TYPE_CHECKING:
    from rnnlab.training.trainer import Trainer


class Probe:
    """Watches what the network does with the probe sentence, and with the lines that are only tested on: a frame every
    so many epochs.

    Where an epoch is one pass and the sentence is a row of it, the training pass itself is what is to be seen:
    the frame after epoch k is the pass of epoch k + 1. That makes recording nearly free. Elsewhere (several
    batches, windows, dropout, a carried state, another task) the sentence gets a pass of its own, from a zero state.
    """

    def __init__(self, trainer: Trainer):
        e, data = trainer.experiment, trainer.data
        self.trainer = trainer
        self.steps = len(data.asked)
        self.every = spacing(e, frame_bytes(trainer))
        self.recorded = -1  # the epoch of the newest frame
        self.pending: list[tuple[int, Observation, HeldOutResult | None]] = []
        self.targets = torch.tensor(data.asked)  # [step]
        drops = e.dropout or e.dropout_embed or e.dropout_head
        one_pass = len(trainer.batches) == 1 and not (e.shuffle or drops or e.carry)
        self.shared = one_pass and data.probe_row is not None
        self.row = data.probe_row if self.shared else 0

    def saw(self, result: Pass) -> None:
        """A training pass went by, with the weights that `epoch` epochs have made."""
        epoch = self.trainer.epoch
        if self.shared and epoch > self.recorded and epoch % self.every == 0:
            self.keep(self.row_of(result))

    def look(self, always: bool = False) -> None:
        """Between two epochs: record a frame if one is due, or in any case."""
        if self.trainer.ended == "diverged":  # such weights have nothing to show
            return
        due = self.trainer.epoch % self.every == 0 and not self.shared
        if self.trainer.epoch > self.recorded and (due or always):
            model = self.trainer.model
            model.eval()
            if self.shared:  # beside training passes: gradients on as there, for the same bits
                watched = self.row_of(model(self.trainer.batches[0]))
            else:
                watched = self.trainer.task.watch(model, self.trainer.data)
            model.train()
            if watched.logits[self.trainer.data.parts[-1].start :].isfinite().all():  # else they are about to diverge
                self.keep(watched)

    def row_of(self, result: Pass) -> Observation:
        """The probe sentence in a training pass; copied, for a view would keep the whole batch."""
        output, logits = result.output.detach()[self.row], result.logits.detach()[self.row]
        if self.trainer.batches[0].ids.numel() > self.steps:
            output, logits = output[: self.steps].clone(), logits[: self.steps].clone()
        return Observation(output, logits)

    def keep(self, watched: Observation) -> None:
        self.recorded = self.trainer.epoch
        held = None
        if self.trainer.data.held:
            was = self.trainer.model.training
            self.trainer.model.eval()
            held = self.trainer.task.examine(self.trainer.model, self.trainer.data)
            self.trainer.model.train(was)
        self.pending.append((self.recorded, watched, held))

    def frames(self) -> tuple[Frame, ...]:
        """The frames recorded since the last call."""
        if not self.pending:
            return ()
        pending, self.pending = self.pending, []
        hidden = torch.stack([watched.hidden for _, watched, _ in pending]).numpy()  # [frame, step, unit]
        chances = torch.stack([watched.logits for _, watched, _ in pending]).softmax(-1)  # [frame, step, class]
        best = chances.topk(min(RANKS, chances.shape[-1]), dim=-1)
        top, probability = best.indices.int().numpy(), best.values.numpy()
        silent = np.isnan(probability)  # [frame, step, rank]
        if silent.any():
            top, probability = np.where(silent, np.int32(-1), top), np.nan_to_num(probability)
        right = right_chances(chances, self.targets)
        return tuple(
            Frame(epoch, hidden[i], top[i], probability[i], right[i], held, watched.more)
            for i, (epoch, watched, held) in enumerate(pending)
        )


def right_chances(chances: Tensor, targets: Tensor) -> np.ndarray:
    """The probability of the right class, float32 [frame, step]; nan where there is none. Of chances [frame, step,
    class]."""
    right = chances[:, torch.arange(len(targets)), targets.clamp(min=0)]
    return right.masked_fill(targets == NO_TARGET, torch.nan).numpy()


def frame_bytes(trainer: Trainer) -> int:
    """What a frame takes to keep, at most."""
    e, data = trainer.experiment, trainer.data
    units = e.hidden * e.directions
    held = sum(4 * len(pair.targets) + 100 for pair in data.held[: data.examined])
    return len(data.asked) * (4 * units + 8 * RANKS + 4) + held + trainer.task.extra(e, data)
