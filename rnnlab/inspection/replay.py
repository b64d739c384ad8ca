"""Whole models step by step, by the readable steps of their cells: what tracing and deriving have in common.

On the way every value passes through `Hooks`, which may put another one in its place, or add a zero to be derived by.
A step is counted within its part: the decoder's first step is 0, though in the chain it stands behind the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

import torch
from torch import Tensor, nn

from rnnlab.cells import CELLS, Cell, State, Values, Weights
from rnnlab.data import Data
from rnnlab.data.batches import BOS_ID
from rnnlab.experiment import Experiment
from rnnlab.models import Classifier, Decoder, Encoder, Memory, Seq2Seq, TokenModel
from rnnlab.models.unroll import StepHook, Transition, at_step, unroll, weights_of, zero_state
from rnnlab.records.opening import Place
from rnnlab.training.observation import readout_logits


class Hooks:
    """What is done to values on their way through a model. This one leaves them as they are. `part` is the name of a
    `history.Part`."""

    def ids(self, part: str, ids: Tensor) -> Tensor:  # noqa: ARG002
        """Of ids [batch, step]."""
        return ids

    def x(self, part: str, step: int, x: Tensor) -> Tensor:  # noqa: ARG002
        """Of what the first layer reads at a step, [batch, input]."""
        return x

    def weights(self, place: Place, w: Weights) -> Weights:  # noqa: ARG002
        return w

    def initial(self, place: Place, state: State) -> State:  # noqa: ARG002
        """Of the state that a layer and direction starts from, [batch, unit] each."""
        return state

    def values(self, place: Place) -> StepHook | None:  # noqa: ARG002
        """What every named value of a layer and direction passes through; None where all stay as they are."""
        return None


@dataclass(frozen=True)
class PartReplay:
    """What one recurrent network goes through."""

    cell: Cell
    reads: list[Tensor]  # of each layer [batch, step, input]; the last entry is the output [., ., direction x unit]
    values: list[list[list[Values]]]  # by layer, direction, step
    initial: list[list[State]]  # by layer, direction
    attention: Tensor | None = None  # [batch, step, source]: the weights
    context: Tensor | None = None  # [batch, step, unit]: what they sum up

    def final(self) -> list[State]:
        """The state after the last step, for every layer and direction: of those that read backward, after the
        first."""
        return [self.cell.new_state(steps[0 if d else -1]) for row in self.values for d, steps in enumerate(row)]


@dataclass(frozen=True)
class Replay:
    """A model over the probe. `parts` by name; `logits` [step, class] after each step of the part that predicts."""

    parts: dict[str, PartReplay]
    logits: Tensor


def part_module(model: nn.Module, part: str) -> TokenModel | Encoder | Decoder:
    """The module that a part's input and recurrent network belong to."""
    if isinstance(model, Seq2Seq):
        return model.encoder if part == "encoder" else model.decoder
    assert isinstance(model, TokenModel)
    return model


def recurrent_of(model: nn.Module, part: str) -> nn.Module:
    return part_module(model, part).recurrent


def weights_at(model: nn.Module, place: Place) -> Weights:
    return weights_of(recurrent_of(model, place.part), place.layer, place.direction)


def read_through(
    e: Experiment, recurrent: nn.Module, x: Tensor, part: str, hooks: Hooks, mask: Tensor | None = None
) -> PartReplay:
    """A recurrent network over all of x [batch, step, input], layer by layer, from a zero state. Where rows are of
    different lengths, `mask` [batch, step] says what belongs to each: nothing else changes its state."""
    cell = CELLS[e.cell]
    x = torch.stack([hooks.x(part, step, x_t) for step, x_t in enumerate(x.unbind(1))], dim=1)
    reads, values, initial = [x], [], []
    for layer in range(e.layers):
        values.append([])
        initial.append([])
        for direction in range(e.directions):
            place = Place(part, layer, direction)
            w = hooks.weights(place, weights_of(recurrent, layer, direction))
            start = hooks.initial(place, zero_state(cell, x.shape[0], e.hidden))
            steps = unroll(
                Transition(cell, w, e.nonlinearity), reads[-1], start,
                backward=direction == 1, hook=hooks.values(place), mask=mask,
            )  # fmt: skip
            initial[-1].append(start)
            values[-1].append(steps)
        reads.append(torch.cat([hidden(steps) for steps in values[-1]], dim=-1))
    return PartReplay(cell, reads, values, initial)


def hidden(steps: list[Values]) -> Tensor:
    """[batch, step, unit]"""
    return torch.stack([values["h"] for values in steps], dim=1)


def write_through(model: Seq2Seq, tokens: Tensor, state: list[State], memory: Memory, hooks: Hooks) -> PartReplay:
    """The decoder over tokens [batch, step], starting from the `state` of each layer. Step by step through all layers,
    for what the first layer reads depends on what the last one wrote."""
    e, decoder, cell = model.experiment, model.decoder, CELLS[model.experiment.cell]
    embedded = decoder.input(tokens)  # [batch, step, embed]
    places = [Place("decoder", layer) for layer in range(e.layers)]
    transitions = [Transition(cell, hooks.weights(place, weights_at(model, place)), e.nonlinearity) for place in places]
    value_hooks = [hooks.values(place) for place in places]
    state = initial = [hooks.initial(place, start) for place, start in zip(places, state, strict=True)]
    values: list[list[Values]] = [[] for _ in places]
    first, attention, contexts = [], [], []
    for step, x in enumerate(embedded.unbind(1)):
        if decoder.attention is not None:
            attended = decoder.attention(state[-1][0], memory)
            attention.append(attended.weights)
            contexts.append(attended.context)
            x = torch.cat([x, attended.context], dim=-1)
        x = hooks.x("decoder", step, x)
        first.append(x)
        after: list[State] = []
        for layer, transition in enumerate(transitions):
            now = transition(x, state[layer], at_step(value_hooks[layer], step))
            values[layer].append(now)
            after.append(cell.new_state(now))
            x = now["h"]
        state = after
    return PartReplay(
        cell=cell,
        reads=[torch.stack(first, dim=1), *(hidden(steps) for steps in values)],
        values=[[steps] for steps in values],
        initial=[[start] for start in initial],
        attention=torch.stack(attention, dim=1) if attention else None,
        context=torch.stack(contexts, dim=1) if contexts else None,
    )


def tokens_read(data: Data) -> list[int]:
    """What the decoder reads while it writes the probe's target: `<bos>`, then the true tokens."""
    return [BOS_ID, *data.probe.targets[:-1]]


@singledispatch
def replay(model: nn.Module, data: Data, hooks: Hooks, rows: Sequence[int] | None = None) -> Replay:  # noqa: ARG001
    """A model over the probe, once in each row of a batch. The last row is the whole probe.

    `rows` names steps, counted within the part that predicts: each has a row of the batch to itself, which it is
    predicted from, so that what is done to one row is done for its sake alone; `logits` are of these steps. None: of
    all steps, from no more rows than it takes.
    """
    raise TypeError(type(model))


@replay.register
def _(model: TokenModel, data: Data, hooks: Hooks, rows: Sequence[int] | None = None) -> Replay:
    count = 1 if rows is None else len(rows)
    ids = hooks.ids("network", torch.tensor([data.probe.inputs]).repeat(count, 1))  # [batch, step]
    network = read_through(model.experiment, model.recurrent, model.input(ids), "network", hooks)
    output = network.reads[-1]
    return Replay({"network": network}, logits_of(output if model.head is None else model.head(output), rows))


@replay.register
def _(model: Classifier, data: Data, hooks: Hooks, rows: Sequence[int] | None = None) -> Replay:
    """A prediction after a step is that of the sentence that ends there, so each needs a row of its own: what reads
    backward begins at that end."""
    whole = len(data.probe.inputs)
    lengths = torch.arange(1, whole + 1) if rows is None else torch.tensor(rows) + 1
    ids = hooks.ids("network", torch.tensor([data.probe.inputs]).repeat(len(lengths), 1))
    mask = torch.arange(whole) < lengths[:, None]  # [batch, step]
    network = read_through(model.experiment, model.recurrent, model.input(ids), "network", hooks, mask)
    final = tuple(torch.stack(part) for part in zip(*network.final(), strict=True))
    return Replay({"network": network}, readout_logits(model, network.reads[-1], final, lengths))


@replay.register
def _(model: Seq2Seq, data: Data, hooks: Hooks, rows: Sequence[int] | None = None) -> Replay:
    count = 1 if rows is None else len(rows)
    ids = hooks.ids("encoder", torch.tensor([data.probe.inputs]).repeat(count, 1))
    tokens = hooks.ids("decoder", torch.tensor([tokens_read(data)]).repeat(count, 1))
    encoder = read_through(model.experiment, model.encoder.recurrent, model.encoder.input(ids), "encoder", hooks)
    memory = model.memory(encoder.reads[-1], torch.ones_like(ids, dtype=torch.bool))
    decoder = write_through(model, tokens, encoder.final(), memory, hooks)
    output = decoder.reads[-1]
    scored = output if decoder.context is None else torch.cat([output, decoder.context], dim=-1)
    return Replay({"encoder": encoder, "decoder": decoder}, logits_of(model.decoder.head(scored), rows))


def logits_of(logits: Tensor, rows: Sequence[int] | None) -> Tensor:
    """[step, class] of logits [batch, step, class]: of one row all steps, or of each row its own."""
    return logits[0] if rows is None else logits[torch.arange(len(rows)), torch.tensor(rows)]
