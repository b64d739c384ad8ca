"""The same recurrent network, on the same weights, written in several ways and timed."""

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from rnnlab.experiment import Experiment
from rnnlab.inspection.replay import Hooks, hidden, recurrent_of, replay
from rnnlab.inspection.trace import network, part_of
from rnnlab.models import recurrent_module
from rnnlab.models.unroll import State, unroll, weights_of
from rnnlab.records.trace import Implementation

TRIES = 3  # of which the quickest is the time a way takes


# The same network, written in several ways


@torch.no_grad()
def implementations(experiment: Experiment, weights: bytes, part: str) -> tuple[Implementation, ...]:
    """What a part's recurrent network reads of the probe, run through it again, each time written another way, on the
    same weights: `steps` (the functions of `cells`), `concat` (cell "rnn" only: one Linear over x and h side by side),
    `cell` (a loop over torch's cell), `layer` (torch's fused layer). A decoder starts from the encoder's state."""
    e = experiment
    data, model = network(e, weights)
    part_of(data, part)
    inside = replay(model, data, Hooks()).parts[part]
    x = inside.reads[0][-1:]  # [batch, step, input]
    starts = [tuple(values[-1:] for values in start) for row in inside.initial for start in row]
    given = tuple(torch.stack(values) for values in zip(*starts, strict=True))  # [layer x direction, batch, unit]
    state = given if e.cell == "lstm" else given[0]
    recurrent = recurrent_of(model, part)
    learnt = parameters_to_vector(recurrent.parameters())
    modules = {}
    for impl in ("cell", "layer"):
        modules[impl] = recurrent_module(e.model_copy(update={"impl": impl, "dropout": 0.0}), x.shape[-1])
        vector_to_parameters(learnt, modules[impl].parameters())  # both keep them layer by layer, in one order
    runs = {
        "steps": lambda: stepped(e, recurrent, x, starts),
        "concat": lambda: concatenated(e, recurrent, x, starts),
        "cell": lambda: modules["cell"](x, state)[0],
        "layer": lambda: modules["layer"](x, state)[0],
    }
    return tuple(timed(name, run) for name, run in runs.items() if name != "concat" or e.cell == "rnn")


def stepped(e: Experiment, recurrent: nn.Module, x: Tensor, starts: list[State]) -> Tensor:
    """Layer by layer through the functions of `cells`: [batch, step, direction x unit]."""
    directions = e.directions
    for layer in range(e.layers):
        both = []
        for direction in range(directions):
            w, start = weights_of(recurrent, layer, direction), starts[layer * directions + direction]
            both.append(hidden(unroll(e.cell, x, w, start, direction == 1, e.nonlinearity)))
        x = torch.cat(both, dim=-1)
    return x


def concatenated(e: Experiment, recurrent: nn.Module, x: Tensor, starts: list[State]) -> Tensor:
    """h' = tanh(W [x; h] + b) with W = [W_ih W_hh] and b = b_ih + b_hh: as a beginner writes it. [batch, step, .]"""
    squash = torch.tanh if e.nonlinearity == "tanh" else torch.relu
    directions = e.directions
    for layer in range(e.layers):
        outputs = []
        for direction in range(directions):
            w = weights_of(recurrent, layer, direction)
            weight, bias = torch.cat([w.weight_ih, w.weight_hh], dim=1), w.bias_ih + w.bias_hh
            (h,), steps = starts[layer * directions + direction], []
            for x_t in reversed(x.unbind(1)) if direction else x.unbind(1):
                h = squash(nn.functional.linear(torch.cat([x_t, h], dim=-1), weight, bias))
                steps.append(h)
            outputs.append(torch.stack(steps[::-1] if direction else steps, dim=1))
        x = torch.cat(outputs, dim=-1)
    return x


def timed(name: str, run: Callable[[], Tensor]) -> Implementation:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        output = run()
        times.append(time.perf_counter() - began)
    return Implementation(name, output[0].numpy(), min(times))
