"""Classifiers and encoder–decoders written with torch's one-step cells, as a textbook would: every state is kept, with
its gradient. What the lab sees inside its own models is held against them. Weights come end to end, in torch's order.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, linear, one_hot

from tests.support import modules

CELLS = modules.CELLS
BOS = 1


class Shelf:
    """Weights, taken one tensor after the other."""

    def __init__(self, weights: bytes):
        self.values, self.place = torch.from_numpy(np.frombuffer(weights, dtype=np.float32).copy()), 0

    def take(self, *shape: int) -> Tensor:
        count = int(np.prod(shape))
        self.place += count
        return self.values[self.place - count : self.place].view(shape)

    def cell(self, e, inputs: int) -> nn.Module:
        options = modules.options(e.cell, e.nonlinearity)
        cell = CELLS[e.cell](inputs, e.hidden, **options)
        for p in cell.parameters():
            p.data = self.take(*p.shape)
        return cell

    def cells(self, e, inputs: int) -> list[list[nn.Module]]:
        directions = 1 + e.bidirectional
        sizes = [inputs, *[e.hidden * directions] * (e.layers - 1)]
        return [[self.cell(e, size) for _ in range(directions)] for size in sizes]

    def reader(self, e, types: int):
        """What makes vectors of ids, and their size."""
        if e.input == "onehot":
            return (lambda ids: one_hot(torch.tensor(ids), types).float()), types
        table = self.take(types, e.embed)
        return (lambda ids: embedding(torch.tensor(ids), table)), e.embed

    def empty(self) -> bool:
        return self.place == len(self.values)


def parts(state) -> tuple[Tensor, ...]:
    return state if isinstance(state, tuple) else (state,)


def keep(state):
    for part in parts(state):
        if part.requires_grad:
            part.retain_grad()
    return state


def read(cells, x: Tensor):
    """All of x [step, input], layer by layer: the states of every layer and direction by step, and the output."""
    kept = []
    for layer in cells:
        kept.append([])
        for direction, cell in enumerate(layer):
            state, states = None, [None] * len(x)
            for t in range(len(x))[:: -1 if direction else 1]:
                state = states[t] = keep(cell(x[t][None], state))
            kept[-1].append(states)
        x = torch.cat([torch.cat([parts(s)[0] for s in states]) for states in kept[-1]], dim=-1)
    return kept, x


class Classifier:
    def __init__(self, e, weights: bytes, types: int, classes: int):
        shelf = Shelf(weights)
        self.e = e
        self.embed, width = shelf.reader(e, types)
        self.cells = shelf.cells(e, width)
        units = e.hidden * (1 + e.bidirectional)
        self.head = shelf.take(classes, units), shelf.take(classes)
        assert shelf.empty()

    def __call__(self, ids):
        """Of one sentence without padding: the states of every layer and direction by step, and logits [class]."""
        kept, output = read(self.cells, self.embed(ids))
        last = kept[-1]
        whole = {
            "mean": output.mean(0),
            "last": output[-1],
            "valid": output[-1],
            "final": torch.cat([parts(s[0 if d else -1])[0][0] for d, s in enumerate(last)]),
        }[self.e.readout]
        return kept, linear(whole, *self.head)


class Translator:
    def __init__(self, e, weights: bytes, types: int, classes: int):
        shelf = Shelf(weights)
        self.e = e
        self.embed, width = shelf.reader(e, types)
        self.encoder = shelf.cells(e, width)
        self.embed_target, width = shelf.reader(e, classes)
        wide = 0 if e.attention == "none" else e.hidden
        self.decoder = shelf.cells(e, width + wide)
        if e.attention == "additive":
            self.W = shelf.take(e.hidden, 2 * e.hidden), shelf.take(e.hidden)
            self.v = shelf.take(1, e.hidden)
        self.head = shelf.take(classes, e.hidden + wide), shelf.take(classes)
        assert shelf.empty()

    def __call__(self, source, target, change=lambda state: state):
        """-> states by layer and step of the encoder and of the decoder, what the decoder's first layer read, weights
        [target, source], logits [target, class]. `change`, of the state that the decoder starts from."""
        read_, encoded = read(self.encoder, self.embed(source))
        state = change([layer[0][-1] for layer in read_])
        wrote, xs, weights, logits = [[] for _ in self.decoder], [], [], []
        for x in self.embed_target([BOS, *target[:-1]]):
            context = None
            if self.e.attention != "none":
                h = parts(state[-1])[0][0]
                if self.e.attention == "dot":
                    scores = torch.stack([h @ enc for enc in encoded])
                else:
                    both = [torch.cat([h, enc]) for enc in encoded]
                    scores = torch.cat([linear(torch.tanh(linear(one, *self.W)), self.v) for one in both])
                weights.append(scores.softmax(0))
                context = sum(w * enc for w, enc in zip(weights[-1], encoded, strict=True))
                x = torch.cat([x, context])
            xs.append(x)
            after = []
            for layer, (cell,) in enumerate(self.decoder):
                after.append(keep(cell(x[None], state[layer])))
                wrote[layer].append(after[-1])
                x = parts(after[-1])[0][0]
            state = after
            logits.append(linear(x if context is None else torch.cat([x, context]), *self.head))
        return [layer[0] for layer in read_], wrote, torch.stack(xs), weights, torch.stack(logits)
