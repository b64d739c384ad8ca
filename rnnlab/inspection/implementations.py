"""The same recurrent network, on the same weights, written in several ways and timed."""

import time
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from rnnlab.cells import CELLS, Cell, State, Weights
from rnnlab.cells.expression import Product, Value
from rnnlab.experiment import Experiment
from rnnlab.explain.symbols import own_biases, shared_biases
from rnnlab.inspection.replay import Hooks, PartReplay, hidden, recurrent_of, replay
from rnnlab.inspection.trace import network, part_of
from rnnlab.models import recurrent_module
from rnnlab.models.cell_loop import together
from rnnlab.models.unroll import Transition, unroll, weights_of
from rnnlab.records.opening import Place
from rnnlab.records.trace import Implementation, TextbookWays

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


# As a textbook writes it


class OneBias(Hooks):
    """b_ih + b_hh in the place of b_ih, and nothing in that of b_hh: in these blocks."""

    def __init__(self, cell: Cell, blocks: Iterable[str]):
        self.places = [cell.blocks.index(block) for block in blocks]
        self.count = len(cell.blocks)

    def weights(self, place: Place, w: Weights) -> Weights:  # noqa: ARG002
        bias_ih, bias_hh = w.bias_ih.view(self.count, -1).clone(), w.bias_hh.view(self.count, -1).clone()
        bias_ih[self.places] += bias_hh[self.places]
        bias_hh[self.places] = 0.0
        return Weights(w.weight_ih, w.weight_hh, bias_ih.flatten(), bias_hh.flatten())


@torch.no_grad()
def textbook_ways(experiment: Experiment, weights: bytes, part: str) -> TextbookWays:
    """What changes where a cell is written as textbooks do, over the probe and all layers of a part."""
    e, cell = experiment, CELLS[experiment.cell]
    data, model = network(e, weights)
    part_of(data, part)
    torchs = replay(model, data, Hooks()).parts[part]

    def gap(blocks: Iterable[str]) -> float:
        other = replay(model, data, OneBias(cell, blocks)).parts[part]
        return max(float((a - b).abs().max()) for a, b in zip(torchs.reads[1:], other.reads[1:], strict=True))

    own = own_biases(cell)
    recurrent = recurrent_of(model, part)
    return TextbookWays(
        one_bias=gap(shared_biases(cell)),
        every_bias=gap(cell.blocks) if own else None,
        one_matrix=max(
            one_matrix(e, recurrent, torchs, layer, d) for layer in range(e.layers) for d in range(e.directions)
        ),
        largest=max(float(read.abs().max()) for read in torchs.reads[1:]),
    )


def one_matrix(e: Experiment, recurrent: nn.Module, seen: PartReplay, layer: int, direction: int) -> float:
    """The largest difference, at any step, between W_x x + b + W_h h + b and one product over [h; x] and one bias."""
    cell, w = CELLS[e.cell], weights_of(recurrent, layer, direction)
    steps = seen.values[layer][direction]
    steps = steps[::-1] if direction else steps
    order = range(len(steps))[:: -1 if direction else 1]
    before = [seen.initial[layer][direction][0], *(values["h"] for values in steps[:-1])]
    gaps = []
    for x, h, values in zip((seen.reads[layer][:, t] for t in order), before, steps, strict=True):
        for block, operand in shared_biases(cell).items():
            rows = slice(place := cell.blocks.index(block) * e.hidden, place + e.hidden)
            read = h
            if isinstance(operand, Product) and isinstance(operand.left, Value):  # f * h, of the MGU's candidate
                read = values[operand.left.name] * h
            two = (x @ w.weight_ih[rows].T + w.bias_ih[rows]) + (read @ w.weight_hh[rows].T + w.bias_hh[rows])
            matrix = torch.cat([w.weight_hh[rows], w.weight_ih[rows]], dim=1)
            one = torch.cat([read, x], dim=-1) @ matrix.T + (w.bias_ih[rows] + w.bias_hh[rows])
            gaps.append(float((one - two).abs().max()))
    return max(gaps)


def timed(name: str, run: Callable[[], Tensor]) -> Implementation:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        output = run()
        times.append(time.perf_counter() - began)
    return Implementation(name, output[0].numpy(), min(times))
