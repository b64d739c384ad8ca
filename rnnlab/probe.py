"""What is recorded of a run: frames of the probe sentence, and the shapes of the first pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from rnnlab.history import RANKS, Frame, TensorShape, spacing
from rnnlab.models import Pass

if TYPE_CHECKING:
    from rnnlab.training import Trainer


class Probe:
    """Watches what the network does with the probe sentence, a frame every so many epochs.

    Where an epoch is one pass and the sentence is a row of it, the training pass itself is what is to be seen:
    the frame after epoch k is the pass of epoch k + 1. That makes recording nearly free. Elsewhere (several
    batches, windows, dropout, a carried state) the sentence gets a pass of its own, from a zero state.
    """

    def __init__(self, trainer: Trainer):
        e, data = trainer.experiment, trainer.data
        self.trainer = trainer
        self.steps = len(data.probe.inputs)
        self.every = spacing(e, self.steps)
        self.recorded = -1  # the epoch of the newest frame
        self.pending: list[tuple[int, Tensor, Tensor]] = []
        self.targets = torch.tensor(data.probe.targets)  # [step]
        one_pass = len(trainer.batches) == 1 and not (e.shuffle or e.dropout or e.carry)
        self.shared = one_pass and data.probe_row is not None
        self.ids = trainer.batches[0].ids if self.shared else torch.tensor([data.probe.inputs])  # [batch, step]
        self.row = data.probe_row if self.shared else 0

    def saw(self, result: Pass) -> None:
        """A training pass went by, with the weights that `epoch` epochs have made."""
        epoch = self.trainer.epoch
        if self.shared and epoch > self.recorded and epoch % self.every == 0:
            self.keep(result)

    def look(self, always: bool = False) -> None:
        """Between two epochs: record a frame if one is due, or in any case."""
        if self.trainer.ended == "diverged":  # such weights have nothing to show
            return
        due = self.trainer.epoch % self.every == 0 and not self.shared
        if self.trainer.epoch > self.recorded and (due or always):
            self.trainer.model.eval()
            with torch.set_grad_enabled(self.shared):  # beside training passes: on as there, for the same bits
                self.keep(self.trainer.model(self.ids))
            self.trainer.model.train()

    def keep(self, result: Pass) -> None:
        self.recorded = self.trainer.epoch
        output, logits = result.output.detach()[self.row], result.logits.detach()[self.row]
        if self.ids.numel() > self.steps:  # copies, for a view would keep the whole batch
            output, logits = output[: self.steps].clone(), logits[: self.steps].clone()
        self.pending.append((self.recorded, output, logits))

    def frames(self) -> tuple[Frame, ...]:
        """The frames recorded since the last call."""
        if not self.pending:
            return ()
        epochs, outputs, logits = zip(*self.pending, strict=True)
        self.pending = []
        hidden = torch.stack(outputs).numpy()  # [frame, step, direction x unit]
        probabilities = torch.stack(logits).softmax(-1)  # [frame, step, class]
        best = probabilities.topk(min(RANKS, probabilities.shape[-1]), dim=-1)
        right = probabilities[:, torch.arange(self.steps), self.targets].numpy()  # [frame, step]
        top, probability = best.indices.int().numpy(), best.values.numpy()
        return tuple(Frame(epoch, hidden[i], top[i], probability[i], right[i]) for i, epoch in enumerate(epochs))


def shapes_of(trainer: Trainer, result: Pass) -> tuple[TensorShape, ...]:
    """The shape of every stage, read off a pass over the first training batch."""
    e, batch = trainer.experiment, trainer.batches[0]
    loss = trainer.task.loss(e, result, batch)
    h_n, c_n = result.final if isinstance(result.final, tuple) else (result.final, None)
    embedding = e.input == "embedding"
    directions = "direction_unit" if e.bidirectional else "unit"
    layers = "layer_direction" if e.bidirectional else "layer"
    stages = [
        ("ids", batch.ids, ("batch", "step")),
        (
            "embedding" if embedding else "one_hot",
            result.features,
            ("batch", "step", "embed" if embedding else "class"),
        ),
        ("output", result.output, ("batch", "step", directions)),
        ("h_n", h_n, (layers, "batch", "unit")),
        ("c_n", c_n, (layers, "batch", "unit")),
        ("logits", result.logits, ("batch", "step", "class")),
        ("loss", loss, ()),
    ]
    return tuple(TensorShape(name, tuple(t.shape), axes) for name, t, axes in stages if t is not None)
