"""Ids to vectors, and the recurrent layer over them."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.models.cell_loop import CellLoop, Recurrent
from rnnlab.models.step_cell import cell_class, layer_class


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


def recurrent_module(experiment: Experiment, inputs: int) -> nn.Module:
    """The fused layer, or the loop over its cell, as the experiment says; the loop either way of a cell without one."""
    e, cell = experiment, CELLS[experiment.cell]
    options: dict[str, Any] = {"nonlinearity": e.nonlinearity} if cell.takes_nonlinearity else {}
    made = partial(CellLoop, cell_class(cell)) if e.impl == "cell" else layer_class(cell)
    dropout = e.dropout if e.layers > 1 else 0.0  # between layers: with one layer there is no between
    return made(inputs, e.hidden, e.layers, batch_first=True, dropout=dropout, bidirectional=e.bidirectional, **options)


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
