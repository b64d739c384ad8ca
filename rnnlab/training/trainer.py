"""Trainer: the live objects of one run, and one optimizer step of it."""

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import partial
from inspect import unwrap
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.nn import Parameter
from torch.nn.utils import clip_grads_with_norm_, get_total_norm, parameters_to_vector

from rnnlab.data import Batch
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import PARAMETERS
from rnnlab.i18n import LabError, Problem
from rnnlab.models import Pass, Recurrent
from rnnlab.records.history import Checkpoint, Ended, Snapshot, State, weight_spacing
from rnnlab.training.device import CPU, first_random, for_one_run, moved
from rnnlab.training.probe import Probe
from rnnlab.training.tasks import TASKS, data_of, model_of

ALIGNED = 16  # float32s between places at which torch lets tensors begin: 64 bytes
OPTIMIZERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}


@dataclass
class EpochTotals:
    """What an epoch has added up so far."""

    batches: int = 0
    loss: float = 0.0  # summed over targets, each times the weight of its class
    weight: float = 0.0  # and these weights; as many as there are targets where all are the same
    correct: float = 0  # targets predicted right; nan where nothing is right or wrong
    targets: int = 0
    norm: float = 0.0  # largest gradient norm, before clipping


class Trainer:
    """The live objects of one run: data, model, optimizer, and where it stands.

    Model, batches, optimizer and carried state lie on `device`. What looks at the run computes on the CPU: there the
    model itself is looked at, elsewhere its `twin`.
    """

    def __init__(self, experiment: Experiment, device: torch.device = CPU):
        e = self.experiment = experiment
        self.device = device
        self.task = TASKS[e.task]
        self.answers = self.task.answers
        self.data = data_of(e)
        self.generator = torch.Generator().manual_seed(e.seed)  # orders the data, whatever the model draws
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(e.seed)  # as torch.manual_seed, which also asks four kinds of device
            self.model = model_of(e, self.data)
            self.random = torch.get_rng_state()  # dropout draws on from here
        self.twin: nn.Module = self.model
        self.device_random: Tensor | None = None  # and on a GPU from here: a generator of its own
        if device != CPU:  # from the same first weights, whatever the device draws
            self.twin = deepcopy(self.model)
            self.flat_twin, _ = flattened(list(self.twin.parameters()))
            self.model.to(device)
            self.device_random = first_random(device, e.seed)
        self.parameters = list(self.model.parameters())
        count = sum(p.numel() for p in self.parameters)
        if count > PARAMETERS:
            raise LabError(Problem("parameters", "hidden", {"value": f"{count:,}", "limit": f"{PARAMETERS:,}"}))
        self.flat_parameters, self.flat_gradients = flattened(self.parameters)
        self.gradient_views = [p.grad for p in self.parameters if p.grad is not None]
        # Its step without the search for a GPU, and without what torch wraps it in for profilers: together they take a
        # tenth of the time of a small run.
        self.optimizer = OPTIMIZERS[e.optimizer]([self.flat_parameters], lr=e.lr, foreach=False)
        self.update = partial(unwrap(type(self.optimizer).step), self.optimizer)
        self.carried: Recurrent | None = None
        self.epoch = self.steps = 0
        self.ended: Ended = ""
        self.snapshots: list[Snapshot] = []
        self.prepare_epoch()
        self.probe = Probe(e, self.data, self.model_here, self.task, watches_training=device == CPU)
        self.checkpoints: list[Checkpoint] = []
        self.weights_every = weight_spacing(e, self.probe.every, count)

    def prepare_epoch(self) -> None:
        """Draw the order of the sequences, and cut them into the batches of the next epoch."""
        e, count = self.experiment, len(self.data.pairs)
        self.order = torch.randperm(count, generator=self.generator).tolist() if e.shuffle else list(range(count))
        self.batches = self.batches_in(self.order)
        self.totals = EpochTotals()

    def batches_in(self, order: Sequence[int]) -> list[Batch]:
        """The batches of an epoch that reads the sequences in this order."""
        batches = self.data.batches(self.experiment.batch, order)
        return list(batches if self.device == CPU else (batch.to(self.device) for batch in batches))

    def model_here(self) -> nn.Module:
        """The model on the CPU, with the weights as they are now."""
        if self.twin is not self.model:
            self.flat_twin.data.copy_(self.flat_parameters.data)
        return self.twin

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Within, torch's generators go on from where this run has left them."""
        gpu = self.device.type == "cuda"
        with for_one_run(self.device):
            torch.set_rng_state(self.random)
            if gpu and self.device_random is not None:
                torch.cuda.set_rng_state(self.device_random, self.device)
            yield
            self.random = torch.get_rng_state()
            if gpu:
                self.device_random = torch.cuda.get_rng_state(self.device)

    def step(self) -> bool:
        """One optimizer step. True when it ended an epoch."""
        e, totals, batch = self.experiment, self.totals, self.batches[self.totals.batches]
        if e.lr_changes and not totals.batches:
            self.optimizer.param_groups[0]["lr"] = e.rate_after(self.epoch)
        result: Pass = self.model(batch, self.carried)
        loss = self.answers.loss(e, result, batch)
        correct = self.answers.correct(result, batch)  # before the way back: yet the logits are in the cache
        self.flat_gradients.zero_()
        loss.backward()
        if e.clip:  # by the norms of all parameters, as torch's clip_grad_norm_, whose sum rounds in another way
            norm = get_total_norm(self.gradient_views)
            clip_grads_with_norm_(self.flat_parameters, e.clip, norm)
        else:
            norm = torch.linalg.vector_norm(self.flat_gradients)
        value, norm = loss.item(), norm.item()
        totals.batches += 1
        totals.loss += value if e.loss == "sum" else value * batch.weight
        totals.weight += batch.weight
        totals.correct += correct
        totals.targets += batch.count
        totals.norm = norm if math.isnan(norm) else max(totals.norm, norm)  # max would drop a nan
        self.steps += 1
        if not (math.isfinite(value) and math.isfinite(norm)):
            return self.end_epoch("diverged")  # without the update: the last good weights stay
        self.probe.record_pass(self.epoch, result)
        with torch.no_grad():
            self.update()
        if e.carry:
            self.carried = detached(result.final)
        if totals.batches < len(self.batches):
            return False
        return self.end_epoch("epochs" if self.epoch + 1 == e.epochs else "")

    def end_epoch(self, ended: Ended) -> bool:
        """Note what the epoch came to, and prepare the next. True, as `step` says it."""
        self.epoch += 1
        self.ended = ended
        totals, self.totals = self.totals, EpochTotals()
        loss = totals.loss if self.experiment.loss == "sum" else totals.loss / totals.weight
        accuracy = totals.correct / totals.targets
        self.snapshots.append(Snapshot(self.epoch, loss, accuracy, totals.norm, totals.targets))
        if self.epoch % self.weights_every == 0:
            self.record_weights()
        if self.experiment.shuffle:
            self.prepare_epoch()
        return True

    def record_frame(self, always: bool = False) -> None:
        """Record a frame between two epochs, if one is due, or in any case. Weights that diverged have nothing to
        show."""
        if self.ended != "diverged":
            self.probe.record(self.epoch, always)

    def record_weights(self) -> None:
        """Record the weights as they are between two epochs; once, and never those that a divergence made useless."""
        checkpoints = self.checkpoints
        if self.ended != "diverged" and not (checkpoints and checkpoints[-1].epoch == self.epoch):
            checkpoints.append(Checkpoint(self.epoch, self.weight_bytes()))

    def weight_bytes(self) -> bytes:
        """All parameters end to end, float32, as a `Checkpoint` keeps them."""
        return parameters_to_vector(self.parameters).detach().cpu().numpy().tobytes()

    def take_checkpoints(self) -> tuple[Checkpoint, ...]:
        """The weights recorded since the last call."""
        taken, self.checkpoints = tuple(self.checkpoints), []
        return taken

    def save(self) -> bytes:
        """All that changes while it trains, as bytes: the trainer goes on from here bit for bit. On any device, for
        the tensors are those of a CPU."""
        file = io.BytesIO()
        changing = {
            "model": self.model_here().state_dict(),
            "optimizer": moved(self.optimizer.state_dict(), CPU),
            "random": self.random,
            "device_random": self.device_random,
            "generator": self.generator.get_state(),
            "carried": moved(self.carried, CPU),
            "order": self.order,
            "totals": asdict(self.totals),
            "newest_frame": self.probe.newest,
            "spacings": (self.probe.every, self.weights_every),
        }
        torch.save(changing, file)
        return file.getvalue()

    @classmethod
    def load(cls, state: State, device: torch.device = CPU) -> "Trainer":
        """The trainer that `save` was asked of, built anew. On another device than it was on it goes on with other
        last digits, and dropout draws from that one's generator."""
        trainer = cls(state.experiment, device)
        trainer.restore(state)
        return trainer

    def restore(self, state: State) -> None:
        """Go to a state of this run, wherever this trainer stands: ten times as quick as to build another."""
        saved = torch.load(io.BytesIO(state.blob), weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.random = saved["random"]
        if self.device != CPU:
            self.device_random = saved["device_random"]
            if self.device_random is None:  # a state of the CPU's
                self.device_random = first_random(self.device, state.experiment.seed)
        self.generator.set_state(saved["generator"])
        self.carried = moved(saved["carried"], self.device)
        if saved["order"] != self.order:
            self.order = saved["order"]
            self.batches = self.batches_in(self.order)
        self.totals = EpochTotals(**saved["totals"])
        self.probe.newest = saved["newest_frame"]
        self.probe.every, self.weights_every = saved["spacings"]
        self.experiment = state.experiment  # the same but for how many epochs are to come, and at which rate
        self.epoch, self.steps, self.ended = state.epoch, state.step, state.ended


def flattened(parameters: list[Parameter]) -> tuple[Parameter, Tensor]:
    """Lay all parameters, and their gradients, end to end in one tensor each, of which they become views.

    An optimizer treats every element alike, so the numbers are the same to the bit; but it then makes a dozen calls a
    step instead of a dozen for each parameter, which is a quarter of the time of training a small model. Each begins
    where torch would let a tensor of its own begin, with zeros before it: products of matrices differ in their last
    digits with where their factors lie in memory.
    """
    starts = [0, *accumulate(-(-p.numel() // ALIGNED) * ALIGNED for p in parameters)]
    flat = Parameter(torch.zeros(starts[-1]))
    flat.grad = torch.zeros_like(flat)
    for p, start in zip(parameters, starts, strict=False):
        span = slice(start, start + p.numel())
        flat.data[span] = p.detach().flatten()
        p.data = flat.data[span].view_as(p)
        p.grad = flat.grad[span].view_as(p)
    return flat, flat.grad


def detached(state: Recurrent) -> Recurrent:
    """The same numbers, through which no gradient flows back."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
