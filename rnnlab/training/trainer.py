"""Trainer: the live objects of one run, and one optimizer step of it."""

import io
import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor
from torch.nn import Parameter

from rnnlab.data import Batch
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import PARAMETERS
from rnnlab.i18n import LabError, Problem
from rnnlab.models import Pass, Recurrent
from rnnlab.records.history import Checkpoint, Ended, Snapshot, State, weight_spacing
from rnnlab.training.probe import Probe
from rnnlab.training.tasks import TASKS, data_of, loss_of, model_of, right_of

OPTIMIZERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}


@dataclass
class Sums:
    """What an epoch has added up so far."""

    batches: int = 0
    loss: float = 0.0
    right: int = 0
    targets: int = 0
    norm: float = 0.0


class Trainer:
    """The live objects of one run: data, model, optimizer, and where it stands."""

    def __init__(self, experiment: Experiment):
        e = self.experiment = experiment
        self.task = TASKS[e.task]
        self.data = data_of(e)
        self.generator = torch.Generator().manual_seed(e.seed)  # orders the data, whatever the model draws
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(e.seed)  # as torch.manual_seed, which also asks four kinds of device
            self.model = model_of(e, self.data)
            self.random = torch.get_rng_state()  # dropout draws on from here
        self.parameters = list(self.model.parameters())
        count = sum(p.numel() for p in self.parameters)
        if count > PARAMETERS:
            raise LabError(Problem("parameters", "hidden", {"value": f"{count:,}", "limit": f"{PARAMETERS:,}"}))
        self.weights, self.gradients = flattened(self.parameters)
        self.optimizer = OPTIMIZERS[e.optimizer]([self.weights], lr=e.lr)
        self.carried: Recurrent | None = None
        self.epoch = self.steps = 0
        self.ended: Ended = ""
        self.snapshots: list[Snapshot] = []
        self.order_data()
        self.probe = Probe(self)
        self.checkpoints: list[Checkpoint] = []
        self.keep_every = weight_spacing(e, self.probe.every, count)

    def order_data(self) -> None:
        """The batches of the next epoch."""
        e, count = self.experiment, len(self.data.pairs)
        self.order = torch.randperm(count, generator=self.generator).tolist() if e.shuffle else list(range(count))
        self.batches: list[Batch] = list(self.data.batches(e.batch, self.order))
        self.sums = Sums()

    def step(self) -> bool:
        """One optimizer step. True when it ended an epoch."""
        e, sums, batch = self.experiment, self.sums, self.batches[self.sums.batches]
        result: Pass = self.model(batch, self.carried)
        loss = loss_of(e, result, batch)
        self.gradients.zero_()
        loss.backward()
        if e.clip:
            norm = torch.nn.utils.clip_grad_norm_(self.parameters, e.clip)
        else:
            norm = torch.linalg.vector_norm(self.gradients)
        value, norm = loss.item(), norm.item()
        sums.batches += 1
        sums.loss += value if e.loss == "sum" else value * batch.count
        sums.right += int(right_of(result, batch))
        sums.targets += batch.count
        sums.norm = norm if math.isnan(norm) else max(sums.norm, norm)  # max would drop a nan
        self.steps += 1
        if not (math.isfinite(value) and math.isfinite(norm)):
            return self.end_epoch("diverged")  # without the update: the last good weights stay
        self.probe.saw(result)
        self.optimizer.step()
        if e.carry:
            self.carried = detached(result.final)
        if sums.batches < len(self.batches):
            return False
        return self.end_epoch("epochs" if self.epoch + 1 == e.epochs else "")

    def end_epoch(self, ended: Ended) -> bool:
        self.epoch += 1
        self.ended = ended
        sums, self.sums = self.sums, Sums()
        loss = sums.loss if self.experiment.loss == "sum" else sums.loss / sums.targets
        self.snapshots.append(Snapshot(self.epoch, loss, sums.right / sums.targets, sums.norm))
        if self.epoch % self.keep_every == 0:
            self.keep_weights()
        if self.experiment.shuffle:
            self.order_data()
        return True

    def keep_weights(self) -> None:
        """Record the weights as they are between two epochs; once, and never those that a divergence made useless."""
        kept = self.checkpoints
        if self.ended != "diverged" and not (kept and kept[-1].epoch == self.epoch):
            kept.append(Checkpoint(self.epoch, self.weights.detach().numpy().tobytes()))

    def recorded(self) -> tuple[Checkpoint, ...]:
        """The weights recorded since the last call."""
        kept, self.checkpoints = tuple(self.checkpoints), []
        return kept

    def save(self) -> bytes:
        """All that moves, as bytes: the trainer goes on from here bit for bit."""
        file = io.BytesIO()
        moving = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": self.random,
            "generator": self.generator.get_state(),
            "carried": self.carried,
            "order": self.order,
            "sums": asdict(self.sums),
            "recorded": self.probe.recorded,
        }
        torch.save(moving, file)
        return file.getvalue()

    @classmethod
    def load(cls, state: State) -> "Trainer":
        trainer = cls(state.experiment)
        moving = torch.load(io.BytesIO(state.blob), weights_only=True)
        trainer.model.load_state_dict(moving["model"])
        trainer.optimizer.load_state_dict(moving["optimizer"])
        trainer.random = moving["random"]
        trainer.generator.set_state(moving["generator"])
        trainer.carried, trainer.order = moving["carried"], moving["order"]
        trainer.batches = list(trainer.data.batches(state.experiment.batch, trainer.order))
        trainer.sums = Sums(**moving["sums"])
        trainer.probe.recorded = moving["recorded"]
        trainer.epoch, trainer.steps, trainer.ended = state.epoch, state.step, state.ended
        return trainer


def flattened(parameters: list[Parameter]) -> tuple[Parameter, Tensor]:
    """Lay all parameters, and their gradients, end to end in one tensor each, of which they become views.

    An optimizer treats every element alike, so the numbers are the same to the bit; but it then makes a dozen calls a
    step instead of a dozen for each parameter, which is a quarter of the time of training a small model.
    """
    flat = Parameter(torch.cat([p.detach().flatten() for p in parameters]))
    flat.grad = torch.zeros_like(flat)
    place = 0
    for p in parameters:
        there = slice(place, place := place + p.numel())
        p.data = flat.data[there].view_as(p)
        p.grad = flat.grad[there].view_as(p)
    return flat, flat.grad


def detached(state: Recurrent) -> Recurrent:
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
