"""Ids to vectors, and the recurrent layer over them: torch's own fused layer, or a loop over its cell."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab.experiment import Experiment

# The recurrent state between steps: h, or h and c of an LSTM; each [layer x direction, batch, unit]
Recurrent = Tensor | tuple[Tensor, ...]


class OneHot(nn.Module):
    """Ids as one-hot vectors: [batch, step] -> [batch, step, class]. Holds no parameter."""

    def __init__(self, classes: int):
        super().__init__()
        self.classes = classes
        self.ids: Tensor | None = None

    def forward(self, ids: Tensor) -> Tensor:
        if ids is not self.ids:  # epoch after epoch reads the same batch: 3 % of the time of a small run
            self.ids, self.rows = ids, torch.zeros(*ids.shape, self.classes).scatter_(-1, ids.unsqueeze(-1), 1.0)
        return self.rows


class CellLoop(nn.Module):
    """What `nn.RNN`, `nn.LSTM` and `nn.GRU` do, written as a loop over torch's own cells.

    Cells are made layer by layer, forward before backward, as the fused layers make their weights: from the
    same seed both start alike. Takes and returns what the fused layer does, with batch_first=True.
    """

    def __init__(
        self, kind: str, inputs: int, hidden: int, layers: int, directions: int, dropout: float, nonlinearity: str
    ):
        super().__init__()
        cell = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[kind]
        options: dict[str, Any] = {"nonlinearity": nonlinearity} if kind == "rnn" else {}
        self.directions, self.dropout = directions, dropout
        self.cells = nn.ModuleList(
            cell(inputs if layer == 0 else hidden * directions, hidden, **options)
            for layer in range(layers)
            for _ in range(directions)
        )

    def forward(self, x: Tensor, initial: Recurrent | None = None) -> tuple[Tensor, Recurrent]:
        finals: list[tuple[Tensor, ...]] = []  # (h,) or (h, c) of each cell
        for layer in range(len(self.cells) // self.directions):
            if layer and self.dropout:
                x = functional.dropout(x, self.dropout, self.training)
            outputs = []
            for direction in range(self.directions):
                index = layer * self.directions + direction
                output, final = self.scan(self.cells[index], x, pick(initial, index), backward=direction == 1)
                outputs.append(output)
                finals.append(final)
            x = torch.cat(outputs, dim=-1) if len(outputs) > 1 else outputs[0]  # [batch, step, direction x unit]
        stacked = tuple(torch.stack(states) for states in zip(*finals, strict=True))
        return x, stacked if len(stacked) > 1 else stacked[0]  # each [layer x direction, batch, unit]

    @staticmethod
    def scan(cell: nn.Module, x: Tensor, state: Recurrent | None, backward: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        """One cell over all steps: [batch, step, .] -> [batch, step, unit], and its state after the last."""
        hidden: list[Tensor] = []
        states: tuple[Tensor, ...] = ()
        for x_t in reversed(x.unbind(1)) if backward else x.unbind(1):
            state = after = cell(x_t, state)
            states = after if isinstance(after, tuple) else (after,)
            hidden.append(states[0])
        if backward:
            hidden.reverse()
        return torch.stack(hidden, dim=1), states


def pick(initial: Recurrent | None, index: int) -> Recurrent | None:
    """The part of an initial state that belongs to one cell: [batch, unit]."""
    if isinstance(initial, tuple):
        return tuple(part[index] for part in initial)
    return None if initial is None else initial[index]


def recurrent_module(experiment: Experiment, inputs: int) -> nn.Module:
    """torch's fused layer, or the loop over its cell, as the experiment says."""
    e, directions = experiment, experiment.directions
    dropout = e.dropout if e.layers > 1 else 0.0  # between layers: with one layer there is no between
    if e.impl == "cell":
        return CellLoop(e.cell, inputs, e.hidden, e.layers, directions, dropout, e.nonlinearity)
    layer = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[e.cell]
    options: dict[str, Any] = {"nonlinearity": e.nonlinearity} if e.cell == "rnn" else {}
    return layer(
        inputs, e.hidden, e.layers, batch_first=True, dropout=dropout, bidirectional=e.bidirectional, **options
    )


def read(recurrent: nn.Module, x: Tensor, lengths: Tensor, initial: Recurrent | None, packed: bool) -> Any:
    """Output [batch, step, direction x unit] and final state of a recurrent part over x [batch, step, input]. Packed,
    each sequence ends where its tokens end: its final state is that of its last token, and what follows is zero."""
    if not packed:
        return recurrent(x, initial)
    sequences = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    output, final = recurrent(sequences, initial)
    return pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])[0], final


def input_module(experiment: Experiment, types: int, pad: int | None) -> tuple[nn.Module, int]:
    """What makes vectors of ids, and their size."""
    if experiment.input == "onehot":
        return OneHot(types), types
    return nn.Embedding(types, experiment.embed, padding_idx=pad), experiment.embed
