"""The same recurrent network, on the same weights, written in several ways and timed."""

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from rnnlab.cells import CELLS, State
from rnnlab.experiment import Experiment
from rnnlab.inspection.replay import Hooks, hidden, recurrent_of, replay
from rnnlab.inspection.trace import network, part_of
from rnnlab.models import recurrent_module
from rnnlab.models.cell_loop import together
from rnnlab.models.unroll import Transition, unroll, weights_of
from rnnlab.records.trace import Implementation

TRIES = 3  # of which the quickest counts


@torch.no_grad()
def implementations(experiment: Experiment, weights: bytes, part: str) -> tuple[Implementation, ...]:
    """What a part's recurrent network reads of the probe, run through it again, each time written another way, on the
    same weights: `steps` (the cell's readable step), `concat` (where a cell is one layer over x and h side by side),
    `cell` (a loop over the cell), `layer` (torch's fused layer, where there is one). A decoder starts from the
    encoder's state."""
    e, cell = experiment, CELLS[experiment.cell]
    data, model = network(e, weights)
    part_of(data, part)
    replayed = replay(model, data, Hooks()).parts[part]
    x = replayed.reads[0][-1:]  # [batch, step, input]
    starts = [tuple(values[-1:] for values in start) for row in replayed.initial for start in row]
    state = together(torch.stack(values) for values in zip(*starts, strict=True))  # [layer x direction, batch, unit]
    recurrent = recurrent_of(model, part)
    learnt = parameters_to_vector(recurrent.parameters())
    runs = {"steps": lambda: stepped(e, recurrent, x, starts)}
    if len(cell.blocks) == 1:
        runs["concat"] = lambda: concatenated(e, recurrent, x, starts)
    for impl in ("cell", "layer") if cell.in_torch else ("cell",):
        module = recurrent_module(e.model_copy(update={"impl": impl, "dropout": 0.0}), x.shape[-1])
        vector_to_parameters(learnt, module.parameters())  # all keep them layer by layer, in one order
        runs[impl] = lambda module=module: module(x, state)[0]
    return tuple(timed(name, run) for name, run in runs.items())


def stepped(e: Experiment, recurrent: nn.Module, x: Tensor, starts: list[State]) -> Tensor:
    """Layer by layer through the cell's readable step: [batch, step, direction x unit]."""
    for layer in range(e.layers):
        outputs = []
        for direction in range(e.directions):
            transition = Transition(CELLS[e.cell], weights_of(recurrent, layer, direction), e.nonlinearity)
            start = starts[layer * e.directions + direction]
            outputs.append(hidden(unroll(transition, x, start, backward=direction == 1)))
        x = torch.cat(outputs, dim=-1)
    return x


def concatenated(e: Experiment, recurrent: nn.Module, x: Tensor, starts: list[State]) -> Tensor:
    """h' = tanh(W [x; h] + b) with W = [W_ih W_hh] and b = b_ih + b_hh: as a beginner writes it. [batch, step, .]"""
    squash = torch.tanh if e.nonlinearity == "tanh" else torch.relu
    for layer in range(e.layers):
        outputs = []
        for direction in range(e.directions):
            w = weights_of(recurrent, layer, direction)
            weight, bias = torch.cat([w.weight_ih, w.weight_hh], dim=1), w.bias_ih + w.bias_hh
            (h,), steps = starts[layer * e.directions + direction], []
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
