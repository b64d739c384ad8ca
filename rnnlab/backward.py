"""The gradient on its way back through time, taken from a trained network while it reads the probe sentence.

L_t is the loss of the prediction after token t alone: its cross-entropy, neither summed nor divided by anything. Its
derivative with respect to the hidden state h_k of an earlier step says how much that state still matters at t.

For that every h_k (and c_k) gets a number added to it that is zero: the derivative with respect to the zero is the
derivative with respect to the state, over every path that leads on from there. In an LSTM the path from c_k to
c_(k+1) does not pass through h_k, so the two have different gradients, and both are given.
"""

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn.functional import cross_entropy

from rnnlab.cells import unroll, weights_of, zero_state
from rnnlab.data import NO_TARGET, Batch, Data
from rnnlab.experiment import Experiment, shorten
from rnnlab.gradients import STATES, Check, OverEpochs, Parameter, ThroughTime
from rnnlab.history import Checkpoint
from rnnlab.models import Pass, TokenModel
from rnnlab.problems import LabError, Problem
from rnnlab.tasks import TASKS, loss_of
from rnnlab.tracing import data_of, network, probe_ids

Zeros = dict[str, list[Tensor]]  # for "h", and "c" of an LSTM: one [batch, unit] a step
NUDGE = 1e-5  # near the cube root of float64's rounding: where a central difference is about as exact as it gets


class Unrolled(nn.Module):
    """A token model written out step by step, with zeros added to the states of one layer and direction."""

    def __init__(self, experiment: Experiment, model: TokenModel, layer: int, direction: int):
        super().__init__()
        self.experiment, self.model, self.place = experiment, model, (layer, direction)

    def forward(self, ids: Tensor, zeros: Zeros) -> Tensor:
        """Logits [batch, step, class] of ids [batch, step]."""
        e, x = self.experiment, self.model.input(ids)

        def add(step: int, name: str, value: Tensor) -> Tensor:
            return value + zeros[name][step] if name in zeros else value

        for layer in range(e.layers):
            outputs = []
            for direction in range(2 if e.bidirectional else 1):
                w = weights_of(self.model.recurrent, layer, direction)
                start = zero_state(e.cell, len(ids), e.hidden)
                see = add if (layer, direction) == self.place else None
                steps = unroll(e.cell, x, w, start, direction == 1, e.nonlinearity, see)
                outputs.append(torch.stack([values["h"] for values in steps], dim=1))  # [batch, step, unit]
            x = torch.cat(outputs, dim=-1)
        return x if self.model.head is None else self.model.head(x)


def within(axis: str, index: int, size: int) -> None:
    if not 0 <= index < size:
        raise LabError(Problem("beyond", "", {"name": axis, "value": index, "limit": size - 1}))


def zeros_for(e: Experiment, steps: int, *batch: int) -> Zeros:
    return {name: [torch.zeros(*batch, e.hidden, requires_grad=True) for _ in range(steps)] for name in STATES[e.cell]}


def norms(loss: Tensor, zeros: Zeros) -> dict[str, Tensor]:
    """Norm over the units of the derivative of `loss` with respect to every zero: [batch, step] each."""
    leaves = [zero for ones in zeros.values() for zero in ones]
    gradients = iter(torch.autograd.grad(loss, leaves, allow_unused=True, materialize_grads=True))
    # Squared in float64: in float32 the square of 1e-25 is zero, and what is left of a gradient would be lost.
    return {
        name: torch.stack([next(gradients).double().norm(dim=-1) for _ in ones], -1) for name, ones in zeros.items()
    }


def unrolled(e: Experiment, weights: bytes, layer: int, direction: int) -> tuple[Data, Unrolled]:
    within("layer", layer, e.layers)
    within("direction", direction, 2 if e.bidirectional else 1)
    data, model = network(e, weights)
    return data, Unrolled(e, model.requires_grad_(False), layer, direction)


def through_time(experiment: Experiment, weights: bytes, layer: int, direction: int) -> ThroughTime:
    """|dL_t/dh_k| for every pair of steps, of one layer and direction (1: backward).

    All targets at once: the sentence is read as often as it has steps, in one batch, and row t is asked for L_t.
    """
    e = experiment
    data, model = unrolled(e, weights, layer, direction)
    steps = len(data.probe.inputs)
    zeros = zeros_for(e, steps, steps)
    logits = model(probe_ids(data).expand(steps, -1), zeros)  # [target step, step, class]
    own = logits[range(steps), range(steps)]  # [target step, class]
    losses = cross_entropy(own, torch.tensor(data.probe.targets), ignore_index=NO_TARGET, reduction="none")
    return ThroughTime(
        losses=losses.detach().numpy(), norms={name: n.numpy() for name, n in norms(losses.sum(), zeros).items()}
    )


def over_epochs(
    experiment: Experiment, checkpoints: tuple[Checkpoint, ...], layer: int, direction: int, target: int
) -> OverEpochs:
    """|dL_t/dh_k| for one t = `target` (from 0), at each of these epochs.

    All epochs at once: the same program over stacked weights.
    """
    e = experiment
    data, model = unrolled(e, checkpoints[0].weights, layer, direction)
    steps = len(data.probe.inputs)
    within("step", target, steps)
    named = dict(model.named_parameters())
    raw = torch.frombuffer(bytearray(b"".join(c.weights for c in checkpoints)), dtype=torch.float32)
    parts = raw.view(len(checkpoints), -1).split([p.numel() for p in named.values()], dim=1)
    stacked = {
        name: part.unflatten(1, p.shape) for (name, p), part in zip(named.items(), parts, strict=True)
    }  # [epoch, *shape]
    zeros = zeros_for(e, steps, len(checkpoints), 1)
    ids = probe_ids(data)
    logits = vmap(lambda weights, zeros: functional_call(model, weights, (ids, zeros)))(stacked, zeros)
    own = logits[:, 0, target]  # [epoch, class]
    wanted = torch.full((len(checkpoints),), data.probe.targets[target])
    losses = cross_entropy(own, wanted, ignore_index=NO_TARGET, reduction="none")
    return OverEpochs(
        epochs=tuple(c.epoch for c in checkpoints),
        losses=losses.detach().numpy(),
        norms={name: n[:, 0].numpy() for name, n in norms(losses.sum(), zeros).items()},
    )


# One weight, checked


def parameters(experiment: Experiment) -> tuple[Parameter, ...]:
    """Everything that a run of this experiment learns, in torch's own order and by torch's own names."""
    model = TASKS[experiment.task].model(experiment, data_of(experiment))
    return tuple(Parameter(name, tuple(p.shape)) for name, p in model.named_parameters())


def check(experiment: Experiment, weights: bytes, name: str, place: tuple[int, ...] | None) -> Check:
    """The derivative of the run's loss on the probe sentence with respect to one entry of the parameter `name`: by
    autograd, and by (L(w + step) - L(w - step)) / (2 step). `place` None: the entry whose gradient is the largest.

    In float64 and by torch's own layers: in float32 the two losses would agree in all the digits that matter. With ReLU
    a step may cross a kink, where the two differ.
    """
    data, model = network(experiment, weights)
    model.double()
    learnt = dict(model.named_parameters())
    if name not in learnt:
        raise LabError(Problem("no_parameter", "", {"value": shorten(name), "choices": ", ".join(learnt)}))
    weight = learnt[name]
    loss = probe_loss(experiment, data, model)
    (gradient,) = torch.autograd.grad(loss, weight)
    if place is None:
        place = tuple(int(i) for i in torch.unravel_index(gradient.abs().argmax(), gradient.shape))
    if len(place) != weight.dim():
        raise LabError(Problem("beyond", "", {"name": name, "value": shorten(place), "limit": shorten(weight.shape)}))
    for index, size in zip(place, weight.shape, strict=True):
        within(name, index, size)
    before, losses = weight[place].item(), []
    step = NUDGE * max(1.0, abs(before))
    with torch.no_grad():
        for moved in (before + step, before - step):
            weight[place] = moved
            losses.append(probe_loss(experiment, data, model).item())
    above, below = losses
    by_autograd, by_difference = gradient[place].item(), (above - below) / (2 * step)
    largest = max(abs(by_autograd), abs(by_difference))
    gap = abs(by_autograd - by_difference) / largest if largest else 0.0
    return Check(name, place, before, step, above, below, loss.item(), by_autograd, by_difference, gap)


def probe_loss(e: Experiment, data: Data, model: TokenModel) -> Tensor:
    """The loss that training would find for the probe sentence, in the model's own precision."""
    ids, targets = probe_ids(data), torch.tensor([data.probe.targets])
    features = model.input(ids).to(next(model.parameters()).dtype)  # one-hot vectors have no parameter to follow
    output, final = model.recurrent(features)
    logits = output if model.head is None else model.head(output)
    lengths = torch.tensor([ids.shape[1]])
    return loss_of(e, Pass(features, output, final, logits), Batch(ids, lengths, targets, targets.shape[1]))
