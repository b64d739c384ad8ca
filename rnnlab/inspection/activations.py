"""The states of one layer and direction over a whole text, from the run's own weights. Every line is read by itself,
from a zero state, or, by a decoder, from what its encoder says."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlab.analysis.correlations import strongest
from rnnlab.cells import CELLS, WEIGHTS, Weights
from rnnlab.data import batch_of
from rnnlab.data.batches import BOS_ID
from rnnlab.experiment import Experiment
from rnnlab.inspection import passages
from rnnlab.inspection.passages import PassageLine
from rnnlab.inspection.replay import part_module, weights_at
from rnnlab.inspection.trace import network, part_of
from rnnlab.models import Seq2Seq
from rnnlab.models.step_cell import layer_class
from rnnlab.models.unroll import Transition, weights_of, zero_state
from rnnlab.records.opening import Place
from rnnlab.records.units import Activations, Shown

LINES_TOGETHER = 64  # lines that are decoded at a time


@torch.no_grad()
def activations(
    experiment: Experiment, weights: bytes, place: Place, state: Shown = "h", text: str = ""
) -> Activations:
    """h, or c of an LSTM, at one place after every token of the run's own lines, or of `text` where that is given.
    `weights` as in `Checkpoint`.

    Raises LabError for a part that there is not, and where the text leaves nothing to read.
    """
    data, model = network(experiment, weights)
    part_of(data, place.part)
    found, lines = passages.passage(experiment, place.part, text)
    if place.part == "decoder":
        assert isinstance(model, Seq2Seq)
        values = decoder_states(model, lines, place.layer, state)
    else:
        values = reading_states(experiment, model, lines, place, state)
    return Activations(found, values.numpy(), strongest(found, values.numpy()))


# What reads: all lines at once, packed, so that no padding is read and none is computed


def packing(lengths: Sequence[int], backward: bool) -> tuple[Tensor, Tensor]:
    """How tokens that lie line after line are packed: the place of each in the packed order, which goes step by step
    through all lines that are so long, the longest first, and how many lines each step has. With `backward` every line
    is read from its end."""
    sizes = np.array(lengths)
    rank = np.empty(len(sizes), int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    forward = np.concatenate([np.arange(size) for size in sizes])
    step = np.repeat(sizes, sizes) - 1 - forward if backward else forward
    order = np.argsort(step * len(sizes) + np.repeat(rank, sizes))
    return torch.from_numpy(order), torch.from_numpy(np.bincount(step))


def reading_states(e: Experiment, model: nn.Module, lines: Sequence[PassageLine], place: Place, state: Shown) -> Tensor:
    """Layer by layer up to the one that is wanted: [token, unit]."""
    owner, lengths = part_module(model, place.part), [len(line.tokens) for line in lines]
    ids = torch.tensor([list(chain.from_iterable(line.pair.inputs for line in lines))])
    x = owner.input(ids)[0]  # [token, input]
    packings = [packing(lengths, backward) for backward in (False, True)[: e.directions]]
    for below in range(place.layer):
        x = torch.cat([scan(e, weights_of(owner.recurrent, below, d), x, p) for d, p in enumerate(packings)], dim=-1)
    w = weights_at(model, place)
    h = scan(e, w, x, packings[place.direction])
    return cell_states(e, w, x, packings[place.direction]) if state == "c" else h


def scan(e: Experiment, w: Weights, x: Tensor, packed: tuple[Tensor, Tensor]) -> Tensor:
    """h of one layer and direction over x [token, input], by the module that trains: [token, unit]."""
    order, sizes = packed
    cell = CELLS[e.cell]
    options = {"nonlinearity": e.nonlinearity} if cell.takes_nonlinearity else {}
    module = layer_class(cell)(x.shape[1], e.hidden, **options)
    for name in WEIGHTS:
        getattr(weights_of(module, 0, 0), name).data = getattr(w, name).data
    output, _ = module(PackedSequence(x[order], sizes))
    return torch.empty_like(output.data).index_copy_(0, order, output.data)


def cell_states(e: Experiment, w: Weights, x: Tensor, packed: tuple[Tensor, Tensor]) -> Tensor:
    """c of one layer and direction, which a layer keeps to itself: by the readable step. [token, unit]"""
    order, sizes = packed
    transition = Transition(CELLS[e.cell], w, e.nonlinearity)
    found, start = torch.empty(len(x), e.hidden), 0
    state = zero_state(transition.cell, int(sizes[0]), e.hidden)
    for size in sizes.tolist():
        here = order[start : start + size]
        values = transition(x[here], tuple(part[:size] for part in state))
        found[here] = values["c"]
        state, start = transition.cell.new_state(values), start + size
    return found


# What writes: each line from its encoder's state, all at once whose sources are equally long


def decoder_states(model: Seq2Seq, lines: Sequence[PassageLine], layer: int, state: Shown) -> Tensor:
    """The decoder's states of one layer while it is given `<bos>` and the true tokens: [token, unit]."""
    places = np.cumsum([0, *(len(line.tokens) for line in lines)])
    found = torch.empty(int(places[-1]), model.experiment.hidden)
    order = sorted(range(len(lines)), key=lambda i: (len(lines[i].pair.inputs), len(lines[i].tokens)))
    while order:
        length = len(lines[order[0]].pair.inputs)
        group = [i for i in order[:LINES_TOGETHER] if len(lines[i].pair.inputs) == length]
        order = order[len(group) :]
        for i, values in zip(group, decode_lines(model, [lines[i] for i in group], layer, state), strict=True):
            found[places[i] : places[i + 1]] = values[: len(lines[i].tokens)]
    return found


def decode_lines(model: Seq2Seq, lines: Sequence[PassageLine], layer: int, state: Shown) -> Tensor:
    """[line, step, unit], of lines whose sources are equally long."""
    batch = batch_of([line.pair for line in lines])
    _, _, now, memory = model.encode(batch.ids, batch.lengths)
    tokens = torch.cat([torch.full_like(batch.targets[:, :1], BOS_ID), batch.targets[:, :-1].clamp(min=0)], dim=1)
    steps = []
    for token in tokens.unbind(1):
        _, now = model.step(token, now, memory)
        both = now if isinstance(now, tuple) else (now,)
        steps.append(both[1 if state == "c" else 0][layer])
    return torch.stack(steps, dim=1)
