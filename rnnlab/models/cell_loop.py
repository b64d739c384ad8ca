"""A recurrent layer as a loop over cells. All that follows this line is also shown to readers, as part of a program."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

Recurrent = Tensor | tuple[Tensor, ...]  # h, or (h, c); of all cells [layer x direction, batch, unit] each


def parts(state: Recurrent) -> tuple[Tensor, ...]:
    return state if isinstance(state, tuple) else (state,)


def together(parts: Iterable[Tensor]) -> Recurrent:
    """(h, c), or h itself where there is no c."""
    first, *rest = parts
    return (first, *rest) if rest else first


class CellLoop(nn.Module):
    """What `nn.RNN`, `nn.LSTM` and `nn.GRU` do, written as a loop over cells: it takes and returns what they do.

    `cell(input_size, hidden_size, **options)` makes one cell. They are made layer by layer, forward before backward, as
    the fused layers make their weights: from the same seed both start alike.
    """

    def __init__(
        self, cell: Callable[..., nn.Module], input_size: int, hidden_size: int, num_layers: int = 1,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False, **options: Any,
    ):  # fmt: skip
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.batch_first, self.dropout, self.directions = batch_first, dropout, 2 if bidirectional else 1
        self.cells = nn.ModuleList(
            cell(hidden_size * self.directions if layer else input_size, hidden_size, **options)
            for layer in range(num_layers)
            for _ in range(self.directions)
        )

    def forward(self, x: Any, initial: Recurrent | None = None) -> tuple[Any, Recurrent]:
        """x [step, batch, input], or with batch_first [batch, step, input]; one sequence [step, input]; or packed."""
        if isinstance(x, PackedSequence):
            padded, lengths = pad_packed_sequence(x, batch_first=True)
            steps = torch.arange(padded.shape[1], device=padded.device)
            mask = steps < lengths.to(padded.device)[:, None]  # [batch, step]: what is no padding
            output, final = self.read(padded, initial, mask)
            in_order = x.sorted_indices is None
            return pack_padded_sequence(output, lengths, batch_first=True, enforce_sorted=in_order), final
        if x.dim() == 2:
            first = None if initial is None else together(part.unsqueeze(1) for part in parts(initial))
            output, final = self.read(x.unsqueeze(0), first)
            return output.squeeze(0), together(part.squeeze(1) for part in parts(final))
        output, final = self.read(x if self.batch_first else x.transpose(0, 1), initial)
        return output if self.batch_first else output.transpose(0, 1), final

    def read(self, x: Tensor, initial: Recurrent | None, mask: Tensor | None = None) -> tuple[Tensor, Recurrent]:
        """x [batch, step, input] -> [batch, step, direction x unit], and every cell's state after its last step."""
        if initial is not None and len(parts(initial)[0]) != len(self.cells):
            raise ValueError(f"a state for each of {len(self.cells)} cells is wanted, got {len(parts(initial)[0])}")
        finals = []
        for layer in range(len(self.cells) // self.directions):
            if layer and self.dropout:
                x = functional.dropout(x, self.dropout, self.training)
            outputs = []
            for direction in range(self.directions):
                index = layer * self.directions + direction
                state = None if initial is None else together(part[index].clone() for part in parts(initial))
                output, final = scan(self.cells[index], x, state, mask, backward=direction == 1)
                outputs.append(output)
                finals.append(parts(final))
            x = torch.cat(outputs, dim=-1) if len(outputs) > 1 else outputs[0]
        return x, together(torch.stack(states) for states in zip(*finals, strict=True))


def scan(
    cell: nn.Module, x: Tensor, state: Recurrent | None, mask: Tensor | None, backward: bool
) -> tuple[Tensor, Any]:
    """One cell over all steps: h [batch, step, unit] of x [batch, step, input], and its state after the last one. Where
    `mask` is false a sequence has no token and keeps the state that it has."""
    hidden = []
    steps = list(enumerate(x.unbind(1)))
    for t, x_t in reversed(steps) if backward else steps:
        after = parts(cell(x_t, state))
        if mask is not None:
            before = [torch.zeros_like(part) for part in after] if state is None else parts(state)
            after = [torch.where(mask[:, t, None], new, old) for new, old in zip(after, before, strict=True)]
        state = together(after)
        hidden.append(after[0])
    if backward:
        hidden.reverse()
    return torch.stack(hidden, dim=1), state
