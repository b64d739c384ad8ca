"""What is tried out: a network in training with its first batch, as a run's programs write them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.utils import vector_to_parameters

from rnnlab.data import Batch
from rnnlab.data.batches import Pair, batch_of
from rnnlab.experiment import Experiment
from rnnlab.models import Pass
from rnnlab.models.cell_loop import Recurrent
from rnnlab.records.training.step import TensorFacts
from rnnlab.training.fold import first_batch
from rnnlab.training.tasks import loss_of
from rnnlab.training.trainer import OPTIMIZERS, Trainer


class Bench:
    """A network in training with the weights of an epoch, its first batch, and torch's generator as it was after the
    first weights were drawn: at epoch 0 it does what the program does, to the draw."""

    def __init__(self, e: Experiment, weights: bytes, alone: bool = False):
        trainer = Trainer(e)
        first = first_batch(trainer)
        self.experiment, self.model, self.random, self.whole = e, trainer.model.train(), trainer.random, first.whole
        sequences = first.sequences[:1] if alone else first.sequences
        pairs = [Pair(ids, targets) for ids, targets in sequences]
        self.batch: Batch = batch_of(pairs, trainer.data.class_weights)
        vector_to_parameters(torch.frombuffer(bytearray(weights), dtype=torch.float32), self.model.parameters())
        for p in self.model.parameters():  # each a tensor of its own, as in a program
            p.data, p.grad = p.data.clone(), None

    @property
    def parameters(self) -> list[nn.Parameter]:
        return list(self.model.parameters())

    def optimizer(self) -> torch.optim.Optimizer:
        return OPTIMIZERS[self.experiment.optimizer](self.parameters, lr=self.experiment.lr)

    def forward(self, initial: Recurrent | None = None) -> tuple[Pass, Tensor]:
        result: Pass = self.model(self.batch, initial)
        return result, loss_of(self.experiment, result, self.batch)

    @contextmanager
    def draws(self) -> Iterator[None]:
        """Within, dropout and the teacher draw what they draw in the first pass."""
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self.random)
            yield


def facts(tensor: Tensor) -> TensorFacts:
    return TensorFacts(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def targets_of(e: Experiment, batch: Batch) -> Tensor:
    """As programs have them: one a sequence has no axis of its own."""
    return batch.targets[:, 0] if e.task == "classify" else batch.targets
