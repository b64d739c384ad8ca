"""The recurrent modules that the lab's numbers are held against: torch's own, and, of a cell that torch.nn lacks, the
equations of its paper in plain loops: no batch, no padding, one sequence after the other."""

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, linear
from torch.nn.utils.rnn import PackedSequence, pack_sequence, unpack_sequence

from rnnlab import cells


class MGUCell(nn.Module):
    """Zhou, Wu, Zhang, Zhou: Minimal gated unit for recurrent neural networks, 2016.

    f = sigmoid(W_f [h, x] + b_f); n = tanh(W_n [f * h, x] + b_n); h' = (1 - f) * h + f * n.
    Weights as torch would lay them out: f above n, two biases, each drawn from ±1/sqrt(hidden).
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True):
        super().__init__()
        bound = 1 / hidden_size**0.5
        for name, *shape in (("weight_ih", input_size), ("weight_hh", hidden_size), ("bias_ih",), ("bias_hh",)):
            if bias or name.startswith("weight"):
                values = torch.empty(2 * hidden_size, *shape).uniform_(-bound, bound)
                self.register_parameter(name, nn.Parameter(values))
        self.hidden_size, self.bias = hidden_size, bias

    def forward(self, x: Tensor, h: Tensor | None = None) -> Tensor:
        if x.dim() not in (1, 2) or (h is not None and h.shape != (*x.shape[:-1], self.hidden_size)):
            raise ValueError("does not fit")
        size = self.hidden_size
        h = torch.zeros(*x.shape[:-1], size, dtype=x.dtype) if h is None else h
        b_ih, b_hh = (self.bias_ih, self.bias_hh) if self.bias else 2 * [torch.zeros(2 * size, dtype=x.dtype)]
        W, U = self.weight_ih, self.weight_hh
        f = torch.sigmoid(linear(x, W[:size], b_ih[:size]) + linear(h, U[:size], b_hh[:size]))
        n = torch.tanh(linear(x, W[size:], b_ih[size:]) + linear(f * h, U[size:], b_hh[size:]))
        return (1 - f) * h + f * n


class MGU(nn.Module):
    """Layers of them, taking and returning what nn.GRU does; dropout draws other numbers."""

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False,
    ):  # fmt: skip
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.both, self.batch_first, self.dropout = bidirectional, batch_first, dropout
        sizes = [input_size] + [hidden_size * (1 + bidirectional)] * (num_layers - 1)
        self.cells = nn.ModuleList(MGUCell(s, hidden_size, bias) for s in sizes for _ in range(1 + bidirectional))

    def __getattr__(self, name: str):
        """The weights by the names that nn.GRU has for them, such as weight_ih_l0_reverse."""
        kind, found, place = name.partition("_l")
        if not found:
            return super().__getattr__(name)
        layer, _, reverse = place.partition("_")
        return getattr(self.cells[int(layer) * (1 + self.both) + bool(reverse)], kind)

    def forward(self, x, h_0=None):
        if isinstance(x, PackedSequence):
            found = [self.sequence(one, None if h_0 is None else h_0[:, i]) for i, one in enumerate(unpack_sequence(x))]
            packed = pack_sequence([output for output, _ in found], enforce_sorted=x.sorted_indices is None)
            return packed, torch.stack([h_n for _, h_n in found], dim=1)
        if x.dim() == 2:
            return self.sequence(x, h_0)
        if x.dim() != 3 or (h_0 is not None and h_0.dim() != 3):
            raise ValueError("does not fit")
        axis = 0 if self.batch_first else 1
        if h_0 is not None and h_0.shape[1] != x.shape[axis]:
            raise ValueError("does not fit")
        lines = x.unbind(axis)
        if not lines:
            empty = self.sequence(x.new_zeros(x.shape[1 - axis], x.shape[2]), None)
            return empty[0].unsqueeze(axis).narrow(axis, 0, 0), empty[1][:, None][:, :0]
        found = [self.sequence(one, None if h_0 is None else h_0[:, i]) for i, one in enumerate(lines)]
        return torch.stack([o for o, _ in found], dim=axis), torch.stack([h for _, h in found], dim=1)

    def sequence(self, x: Tensor, h_0: Tensor | None) -> tuple[Tensor, Tensor]:
        """One sequence [step, input]."""
        if h_0 is not None and (h_0.dim() != 2 or len(h_0) != len(self.cells)):
            raise ValueError("does not fit")
        ends = []
        while len(ends) < len(self.cells):
            x = dropout(x, self.dropout, self.training) if ends else x
            outputs = []
            for backward in (False, True)[: 1 + self.both]:
                h, states = None if h_0 is None else h_0[len(ends)], []
                for x_t in x.flip(0) if backward else x:
                    h = self.cells[len(ends)](x_t, h)
                    states.append(h)
                ends.append(h)
                outputs.append(torch.stack(states[::-1] if backward else states))
            x = torch.cat(outputs, dim=-1)
        return x, torch.stack(ends)


LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU, "mgu": MGU}
CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell, "mgu": MGUCell}


# How the page on the cell writes each.
WRITTEN = dict.fromkeys(("lstm", "gru"), ("steps", "cell", "layer")) | {
    "rnn": ("steps", "concat", "cell", "layer"),
    "mgu": ("steps", "cell"),
}
NAMES = tuple(cells.CELLS)  # in the lab's own order


def options(cell: str, nonlinearity: str = "tanh") -> dict[str, str]:
    """What a module of this cell is made with besides its sizes."""
    return {"nonlinearity": nonlinearity} if cell == "rnn" else {}
