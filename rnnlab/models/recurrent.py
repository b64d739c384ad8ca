"""Ids to vectors, and the recurrent layer over them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnlab.cells import CELLS
from rnnlab.experiment import Experiment
from rnnlab.models.cell_loop import CellLoop, Recurrent, together
from rnnlab.models.step_cell import cell_class, layer_class


class OneHot(nn.Module):
    """Ids as one-hot vectors: [batch, step] -> [batch, step, class]. Holds no parameter."""

    def __init__(self, classes: int):
        super().__init__()
        self.classes = classes
        self.ids: Tensor | None = None

    def forward(self, ids: Tensor) -> Tensor:
        if ids is not self.ids:  # epoch after epoch reads the same batch: 3 % of the time of a small run
            self.ids, self.rows = ids, one_hot(ids, self.classes)
        return self.rows


def one_hot(ids: Tensor, classes: int) -> Tensor:
    """float32 [batch, step, class] of ids [batch, step]."""
    return torch.zeros(*ids.shape, classes, device=ids.device).scatter_(-1, ids.unsqueeze(-1), 1.0)


class NumberInput(nn.Module):
    """Numbers as vectors of one entry: [batch, step] -> [batch, step, 1]. Holds no parameter."""

    def forward(self, numbers: Tensor) -> Tensor:
        return numbers.unsqueeze(-1)


def recurrent_module(experiment: Experiment, inputs: int) -> nn.Module:
    """The fused layer, or the loop over its cell, as the experiment says; the loop either way of a cell without one."""
    e, cell = experiment, CELLS[experiment.cell]
    options: dict[str, Any] = {"nonlinearity": e.nonlinearity} if cell.takes_nonlinearity else {}
    made = partial(CellLoop, cell_class(cell)) if e.impl == "cell" else layer_class(cell)
    dropout = e.dropout if e.layers > 1 else 0.0  # between layers: with one layer there is no between
    return made(inputs, e.hidden, e.layers, batch_first=True, dropout=dropout, bidirectional=e.bidirectional, **options)


def within(x: Tensor, lengths: Tensor) -> Tensor:
    """Which steps of x [batch, step, …] belong to sequences of these lengths [batch], and are no padding: bool
    [batch, step], where x lies."""
    return torch.arange(x.shape[1], device=x.device) < lengths.to(x.device)[:, None]


def read(recurrent: nn.Module, x: Tensor, lengths: Tensor | None, initial: Recurrent | None, packed: bool) -> Any:
    """Output [batch, step, direction x unit] and final state of a recurrent part over x [batch, step, input]. Packed,
    each sequence ends where its tokens end: its final state is that of its last token, and what follows is zero."""
    if not packed:
        return read_fused(recurrent, x, initial) if isinstance(recurrent, nn.RNNBase) else recurrent(x, initial)
    assert lengths is not None
    if isinstance(recurrent, CellLoop):  # its loop needs no packing, which would lay them out in memory otherwise
        real = within(x, lengths)
        output, final = recurrent.read(x, initial, real)
        return output.masked_fill(~real.unsqueeze(-1), 0.0), final
    sequences = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    output, final = recurrent(sequences, initial)
    return pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])[0], final


# torch's functions behind its recurrent modules, by a module's mode: of a layer, and of one step of its cell.
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "LSTM": (torch.lstm, torch.lstm_cell),
    "GRU": (torch.gru, torch.gru_cell),
    "RNN_TANH": (torch.rnn_tanh, torch.rnn_tanh_cell),
    "RNN_RELU": (torch.rnn_relu, torch.rnn_relu_cell),
}


def read_fused(recurrent: nn.RNNBase, x: Tensor, initial: Recurrent | None) -> tuple[Tensor, Recurrent]:
    """What the module gives of x [batch, step, input] that fits it, to the bit. It checks what it is given for 30 µs,
    which is a twentieth of the time of a small run."""
    if initial is None:
        rows = recurrent.num_layers * (2 if recurrent.bidirectional else 1)
        zero = x.new_zeros(rows, len(x), recurrent.hidden_size)
        initial = (zero, zero) if recurrent.mode == "LSTM" else zero
    weights = [weight for layer in recurrent.all_weights for weight in layer]
    options = (recurrent.num_layers, recurrent.dropout, recurrent.training, recurrent.bidirectional, True)
    output, *final = FUNCTIONS[recurrent.mode][0](x, initial, weights, True, *options)
    return output, together(final)


LayerCell = Callable[[Tensor, Recurrent], Recurrent]


def layer_cells(recurrent: nn.Module) -> list[LayerCell]:
    """Each layer of a recurrent part that reads forward as a cell over its weights: of x [batch, input] and the state
    before it gives the state after. A single step takes a third less time so than through the fused layer."""
    if isinstance(recurrent, CellLoop):
        return list(recurrent.cells)
    assert isinstance(recurrent, nn.RNNBase)
    function = FUNCTIONS[recurrent.mode][1]
    return [lambda x, state, weights=weights: function(x, state, *weights) for weights in recurrent.all_weights]


def read_lstm(lstm: nn.LSTM, x: Tensor, lengths: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """What `read` gives of packed sequences, of one layer that reads forward, in a third of the time: torch has a fused
    layer only for sequences that are padded, and here the padding comes first. Meanwhile one more input, beside those
    of x, keeps the input gate shut: so the state stays zero until the first token, and all end with their last."""
    steps, rows = (torch.arange(size, device=x.device) for size in (x.shape[1], len(x)))
    padding = (x.shape[1] - lengths.to(x.device))[:, None]  # [batch, 1]
    rows, token = rows[:, None], steps - padding  # [batch, step]
    shut = x.new_zeros(4 * lstm.hidden_size, 1)
    shut[: lstm.hidden_size] = -1e4  # the input gate is the first of the four; its sigmoid is 0 then
    inputs = torch.cat([x[rows, token.clamp(min=0)], (token < 0).unsqueeze(-1).float()], dim=-1)
    weight_ih, *others = lstm.all_weights[0]
    zero = x.new_zeros(1, len(x), lstm.hidden_size)
    weights = [torch.cat([weight_ih, shut], dim=1), *others]
    output, h, c = torch.lstm(inputs, (zero, zero), weights, True, 1, 0.0, lstm.training, False, True)
    back = (steps + padding).clamp(max=x.shape[1] - 1)
    return output[rows, back].masked_fill(~within(x, lengths).unsqueeze(-1), 0.0), (h, c)


def input_module(experiment: Experiment, types: int, pad: int | None) -> tuple[nn.Module, int]:
    """What makes vectors of ids, and their size."""
    if experiment.input == "onehot":
        return OneHot(types), types
    return nn.Embedding(types, experiment.embed, padding_idx=pad), experiment.embed
