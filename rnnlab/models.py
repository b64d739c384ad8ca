"""Ids -> embedding or one-hot -> recurrent layer, or a loop over cells -> head -> logits."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab.data import Batch
from rnnlab.experiment import Experiment

# The recurrent state between steps: h, or h and c of an LSTM; each [layer x direction, batch, unit]
Recurrent = Tensor | tuple[Tensor, ...]
Stages = dict[str, tuple[Tensor, tuple[str, ...]]]  # name -> a tensor and what its axes count


@dataclass(frozen=True)
class Pass:
    """Every named tensor of one forward pass."""

    features: Tensor  # [batch, step, embed]: embedding rows, or one-hot vectors with embed = class
    output: Tensor  # [batch, step, direction x unit]: the last layer's hidden state at every step
    final: Recurrent  # [layer x direction, batch, unit]: every layer's state after the last step
    logits: Tensor  # [batch, step, class], or [batch, class] where a sequence has one
    whole: Tensor | None = None  # [batch, direction x unit]: what a sequence is judged by, where it has one class

    def stages(self) -> Stages:
        """What a pass goes through, in order, and the axes of each, for the table of shapes."""
        h_n, c_n = self.final if isinstance(self.final, tuple) else (self.final, None)
        stages: Stages = {"output": (self.output, ("batch", "step", "unit")), "h_n": (h_n, ("layer", "batch", "unit"))}
        if c_n is not None:
            stages["c_n"] = (c_n, ("layer", "batch", "unit"))
        if self.whole is not None:
            stages["readout"] = (self.whole, ("batch", "unit"))
        kinds = ("batch", "step", "class") if self.whole is None else ("batch", "class")
        return stages | {"logits": (self.logits, kinds)}


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
    e, directions = experiment, 2 if experiment.bidirectional else 1
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


class TokenModel(nn.Module):
    """A class score for every token. Modules are made in the order a plain program makes them: embedding,
    recurrent, head; so one seed gives one set of weights."""

    def __init__(self, experiment: Experiment, types: int, classes: int, pad: int | None):
        super().__init__()
        e = self.experiment = experiment
        self.input, width = input_module(e, types, pad)
        self.recurrent = recurrent_module(e, width)
        units = e.hidden * (2 if e.bidirectional else 1)
        self.head = nn.Linear(units, classes) if e.head == "linear" else None

    def forward(self, batch: Batch, initial: Recurrent | None = None) -> Pass:
        features = self.input(batch.ids)  # [batch, step, embed]
        x = self.dropped(features, self.experiment.dropout_embed)
        output, final = read(self.recurrent, x, batch.lengths, initial, self.experiment.packed)
        return self.judged(features, output, final, batch.lengths)

    def dropped(self, x: Tensor, share: float) -> Tensor:
        return functional.dropout(x, share, self.training) if share else x

    def judged(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:  # noqa: ARG002
        """The pass, with the logits of what the recurrent part gave."""
        x = self.dropped(output, self.experiment.dropout_head)
        return Pass(features, output, final, x if self.head is None else self.head(x))


class Classifier(TokenModel):
    """A class score for every sequence, from what `readout` makes of the recurrent part."""

    def judged(self, features: Tensor, output: Tensor, final: Recurrent, lengths: Tensor) -> Pass:
        e = self.experiment
        whole = readout(e.readout, output, final, lengths, e.bidirectional)
        assert self.head is not None
        return Pass(features, output, final, self.head(self.dropped(whole, e.dropout_head)), whole)


def readout(kind: str, output: Tensor, final: Recurrent, lengths: Tensor, both: bool) -> Tensor:
    """One vector for each sequence, [batch, direction x unit].

    | kind  | what it is                                                                                   |
    |-------|----------------------------------------------------------------------------------------------|
    | final | the last layer's final states of both directions side by side                                 |
    | last  | the output at the batch's last step, padding or not; its backward half has read one token only |
    | valid | the output at each sequence's own last token; of its backward half the same is true            |
    | mean  | the mean of the outputs at the sequence's own tokens                                          |
    """
    if kind == "last":
        return output[:, -1]
    if kind == "valid":
        return output[torch.arange(len(output)), lengths - 1]
    if kind == "mean":
        own = (torch.arange(output.shape[1]) < lengths[:, None]).unsqueeze(-1)  # [batch, step, 1]
        return (output * own).sum(1) / lengths[:, None]
    h_n = final[0] if isinstance(final, tuple) else final  # [layer x direction, batch, unit]
    return torch.cat([h_n[-2], h_n[-1]], dim=-1) if both else h_n[-1]


def input_module(experiment: Experiment, types: int, pad: int | None) -> tuple[nn.Module, int]:
    """What makes vectors of ids, and their size."""
    if experiment.input == "onehot":
        return OneHot(types), types
    return nn.Embedding(types, experiment.embed, padding_idx=pad), experiment.embed
