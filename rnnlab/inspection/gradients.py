"""The gradient on its way back through time, taken from a trained network while it reads the probe.

L_t is the loss of the prediction after token t alone: its cross-entropy, or of a number its
squared error, neither summed nor divided by anything. Its
derivative with respect to the hidden state h_k of an earlier step says how much that state still matters at t. Where
one label is for a whole sentence, L_t is its loss if the sentence ended with token t. Where the right class is not
known the likeliest takes its place; where nothing is predicted there is no loss.

For that every h_k (and c_k) gets a number added to it that is zero: the derivative with respect to the zero is the
derivative with respect to the state, over every path that leads on from there. In an LSTM the path from c_k to
c_(k+1) does not pass through h_k, so the two have different gradients, and both are given. Steps and states are those
of the whole chain: from a decoder the gradient flows back into the encoder, through its state and through attention.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from rnnlab.cells import CELLS
from rnnlab.data import NO_TARGET, Batch, Data
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.inspection.replay import Hooks, replay
from rnnlab.inspection.trace import network
from rnnlab.models import Classifier, NumberInput, OneHot
from rnnlab.models.unroll import StepHook
from rnnlab.records.gradients import Check, OverEpochs, Parameter, ThroughTime
from rnnlab.records.history import Checkpoint
from rnnlab.records.opening import Place
from rnnlab.training.observation import probe_batch
from rnnlab.training.tasks import TASKS, data_of, loss_of, model_of

Zeros = dict[str, list[Tensor]]  # for "h", and "c" of an LSTM: one [batch, unit] for each step of the chain
NUDGE = 1e-5  # near the cube root of float64's rounding: where a central difference is about as exact as it gets


class ZeroHooks(Hooks):
    """Zeros added to the states of one layer and direction, in whichever part."""

    def __init__(self, data: Data, layer: int, direction: int, zeros: Zeros):
        self.starts = {part.name: part.start for part in data.parts}
        self.watched, self.zeros = (layer, direction), zeros

    def values(self, place: Place) -> StepHook | None:
        if (place.layer, place.direction) != self.watched:
            return None
        start = self.starts[place.part]
        return lambda step, name, value: value + self.zeros[name][start + step] if name in self.zeros else value


class ReplayModel(nn.Module):
    """A model written out step by step over the probe, with zeros added to the states of one layer and direction."""

    def __init__(self, data: Data, model: nn.Module, layer: int, direction: int):
        super().__init__()
        self.data, self.model, self.watched = data, model, (layer, direction)

    def forward(self, rows: Sequence[int], zeros: Zeros) -> Tensor:
        """Logits [row, class] after these steps of the part that predicts."""
        return replay(self.model, self.data, ZeroHooks(self.data, *self.watched, zeros), rows).logits


def check_index(axis: str, index: int, size: int) -> None:
    if not 0 <= index < size:
        raise LabError(Problem("beyond", "", {"name": axis, "value": index, "limit": size - 1}))


def zeros_for(e: Experiment, steps: int, *batch: int) -> Zeros:
    return {
        name: [torch.zeros(*batch, e.hidden, requires_grad=True) for _ in range(steps)] for name in CELLS[e.cell].states
    }


def norms(loss: Tensor, zeros: Zeros) -> dict[str, Tensor]:
    """Norm over the units of the derivative of `loss` with respect to every zero: [batch, step] each."""
    leaves = [zero for ones in zeros.values() for zero in ones]
    gradients = iter(torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True))
    # Squared in float64: in float32 the square of 1e-25 is zero, and what is left of a gradient would be lost.
    return {
        name: torch.stack([next(gradients).double().norm(dim=-1) for _ in ones], -1) for name, ones in zeros.items()
    }


def replay_model(e: Experiment, weights: bytes, layer: int, direction: int) -> tuple[Data, ReplayModel]:
    check_index("layer", layer, e.layers)
    check_index("direction", direction, e.directions)
    data, model = network(e, weights)
    return data, ReplayModel(data, model.requires_grad_(False), layer, direction)


def through_time(experiment: Experiment, weights: bytes, layer: int, direction: int) -> ThroughTime:
    """|dL_t/dh_k| for every pair of steps, of one layer and direction (1: backward).

    All targets at once: the probe is read as often as something is predicted, in one batch, and row t is asked for L_t.
    """
    e = experiment
    data, model = replay_model(e, weights, layer, direction)
    steps, predicting = len(data.step_targets), data.parts[-1]
    rows = range(predicting.stop - predicting.start)
    zeros = zeros_for(e, steps, len(rows))
    logits = model(rows, zeros)  # [row, class]
    answers = TASKS[e.task].answers
    losses, classes = answers.step_losses(logits, answers.targets(data))

    def whole(part: Tensor, nothing: float) -> Tensor:
        """Rows for all steps of the chain, before those that are asked for."""
        return torch.cat([torch.full((predicting.start, *part.shape[1:]), nothing, dtype=part.dtype), part])

    later = torch.ones(steps, steps, dtype=torch.bool).triu(1)
    unread = later.T if direction and not isinstance(model.model, Classifier) else later  # it reads beginnings only
    return ThroughTime(
        losses=whole(losses.detach(), torch.nan).numpy(),
        classes=whole(classes, -1).numpy(),
        norms={name: whole(n, torch.nan).numpy() for name, n in norms(losses.sum(), zeros).items()},
        unread=unread.numpy(),
    )


def over_epochs(
    experiment: Experiment, checkpoints: Sequence[Checkpoint], layer: int, direction: int, target: int
) -> OverEpochs:
    """|dL_t/dh_k| for one t = `target` (from 0, in the chain), at each of these epochs. Raises LabError where nothing
    is predicted after that step.

    All epochs at once: the same program over stacked weights.
    """
    e = experiment
    data, model = replay_model(e, checkpoints[0].weights, layer, direction)
    steps, predicting = len(data.step_targets), data.parts[-1]
    check_index("step", target, steps)
    if target < predicting.start:
        raise LabError(Problem("no_loss", "", {"value": target + 1, "first": predicting.start + 1}))
    rows = [target - predicting.start]
    named = dict(model.named_parameters())
    raw = torch.frombuffer(bytearray(b"".join(c.weights for c in checkpoints)), dtype=torch.float32)
    parts = raw.view(len(checkpoints), -1).split([p.numel() for p in named.values()], dim=1)
    stacked = {
        name: part.unflatten(1, p.shape) for (name, p), part in zip(named.items(), parts, strict=True)
    }  # [epoch, *shape]
    zeros = zeros_for(e, steps, len(checkpoints), 1)
    logits = vmap(lambda weights, zeros: functional_call(model, weights, (rows, zeros)))(stacked, zeros)
    own = logits[:, 0]  # [epoch, class]
    answers = TASKS[e.task].answers
    losses, _ = answers.step_losses(own, answers.targets(data)[rows[0]])
    return OverEpochs(
        epochs=tuple(c.epoch for c in checkpoints),
        losses=losses.detach().numpy(),
        norms={name: n[:, 0].numpy() for name, n in norms(losses.sum(), zeros).items()},
    )


# One weight, checked


def parameters(experiment: Experiment) -> tuple[Parameter, ...]:
    """Everything that a run of this experiment learns, in torch's own order and by torch's own names."""
    model = model_of(experiment, data_of(experiment))
    return tuple(Parameter(name, tuple(p.shape)) for name, p in model.named_parameters())


def check(experiment: Experiment, weights: bytes, name: str, place: tuple[int, ...] | None) -> Check:
    """The derivative of the run's loss on the probe with respect to one entry of the parameter `name`: by autograd, and
    by (L(w + step) - L(w - step)) / (2 step). `place` None: the entry whose gradient is the largest. Where the right
    class is not known the likeliest takes its place.

    In float64 and by torch's own layers: in float32 the two losses would agree in all the digits that matter. With ReLU
    a step may cross a kink, where the two differ.
    """
    data, model = network(experiment, weights)
    model.double()
    for module in model.modules():
        if isinstance(module, (OneHot, NumberInput)):  # has no parameter whose precision it could follow
            module.register_forward_hook(lambda _, __, rows: rows.double())
    batch = with_targets(model, probe_batch(data))
    learnt = dict(model.named_parameters())
    if name not in learnt:
        raise LabError(Problem("no_parameter", "", {"value": shorten(name), "choices": ", ".join(learnt)}))
    weight = learnt[name]
    loss = loss_of(experiment, model(batch), batch)
    (gradient,) = torch.autograd.grad(loss, weight)
    if place is None:
        place = tuple(int(i) for i in torch.unravel_index(gradient.abs().argmax(), gradient.shape))
    if len(place) != weight.dim():
        raise LabError(Problem("beyond", "", {"name": name, "value": shorten(place), "limit": shorten(weight.shape)}))
    for index, size in zip(place, weight.shape, strict=True):
        check_index(name, index, size)
    before, losses = weight[place].item(), []
    step = NUDGE * max(1.0, abs(before))
    with torch.no_grad():
        for moved in (before + step, before - step):
            weight[place] = moved
            losses.append(loss_of(experiment, model(batch), batch).item())
    above, below = losses
    by_autograd, by_difference = gradient[place].item(), (above - below) / (2 * step)
    largest = max(abs(by_autograd), abs(by_difference))
    gap = abs(by_autograd - by_difference) / largest if largest else 0.0
    return Check(name, place, before, step, above, below, loss.item(), by_autograd, by_difference, gap)


@torch.no_grad()
def with_targets(model: nn.Module, batch: Batch) -> Batch:
    """The batch with a class wherever one is asked for; the next number is known anyway."""
    if batch.targets.is_floating_point():
        return batch
    likeliest = model(batch).logits.argmax(-1).view_as(batch.targets)
    targets = torch.where(batch.targets == NO_TARGET, likeliest, batch.targets)
    return Batch(batch.ids, batch.lengths, targets, targets.numel(), batch.class_weights)
