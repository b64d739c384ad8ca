"""One call of a recurrent module of torch's, written out by the readable steps of its cell (`rnnlab.cells`).

Padding is no step: of packed sequences each row is read as far as it goes.
"""

from dataclasses import dataclass, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlab.cells import CELLS, WEIGHTS, Cell, State, Values, Weights
from rnnlab.models.unroll import StepHook, Transition, unroll

LAYERS = {nn.RNN: "rnn", nn.LSTM: "lstm", nn.GRU: "gru"}
ONE_STEP = {nn.RNNCell: "rnn", nn.LSTMCell: "lstm", nn.GRUCell: "gru"}


def cell_of(module: nn.Module) -> Cell | None:
    """The cell of a recurrent module, subclasses included; None of any other."""
    return next((CELLS[name] for kind, name in (LAYERS | ONE_STEP).items() if isinstance(module, kind)), None)


@dataclass(frozen=True)
class RecurrentCall:
    """What it went through, still with its graph. Lists are by layer and direction, then by step, in the order of the
    sequence; tensors are [batch, unit]."""

    cell: Cell
    values: list[list[list[Values]]]
    zeros: list[list[list[dict[str, Tensor]]]]  # added to the states: what is derived by them is derived by the states
    given: State | None  # the state that the call was handed: [layer x direction, batch, unit]
    final: State  # and the one that it hands on
    mask: Tensor | None  # [batch, step]: what belongs to each row; None: everything
    result: Any  # what torch's module returns, made of these values
    difference: float  # the largest between that and what torch made
    largest: float  # absolute value that torch made


def written_out(module: Any, x: Any, given: Any, returned: Any) -> RecurrentCall:
    """Of a call `module(x, given)` that has `returned` something."""
    cell = cell_of(module)
    assert cell is not None
    is_cell = isinstance(module, tuple(ONE_STEP))
    layers, directions = (1, 1) if is_cell else (module.num_layers, 2 if module.bidirectional else 1)
    features, mask, batched = sequences(module, x, is_cell)
    given = given if given is None or isinstance(given, tuple) else (given,)
    if given is not None:
        given = tuple(part.reshape(layers * directions, len(features), part.shape[-1]) for part in given)
    start = zeros_for(module, cell, features, layers * directions) if given is None else given

    values, zeros, reads = [], [], features
    for layer in range(layers):
        values.append([])
        zeros.append([])
        for direction in range(directions):
            place = layer * directions + direction
            added: list[dict[str, Tensor]] = [{} for _ in range(features.shape[1])]
            transition = Transition(cell, weights_at(module, layer, direction, is_cell), nonlinearity(module))
            hook = adding(added, projection(module, layer, direction), cell)
            state = tuple(part[place] for part in start)
            values[-1].append(unroll(transition, reads, state, backward=direction == 1, hook=hook, mask=mask))
            zeros[-1].append(added)
        reads = torch.cat([torch.stack([step["h"] for step in steps], dim=1) for steps in values[-1]], dim=-1)
    ends = [cell.new_state(steps[0 if d else -1]) for row in values for d, steps in enumerate(row)]
    final = tuple(torch.stack(parts) for parts in zip(*ends, strict=True))

    result = result_like(module, x, reads, final, batched, is_cell)
    pairs = list(zip(tensors(returned), tensors(result), strict=True))
    gap = max(float((theirs - own).detach().abs().max()) for theirs, own in pairs)
    largest = max(float(theirs.detach().abs().max()) for theirs, _ in pairs)
    return RecurrentCall(cell, values, zeros, given, final, mask, result, gap, largest)


def sequences(module: Any, x: Any, is_cell: bool) -> tuple[Tensor, Tensor | None, bool]:
    """What is read as [batch, step, input], the mask of its rows, and whether it was a batch."""
    if isinstance(x, PackedSequence):
        padded, lengths = pad_packed_sequence(x, batch_first=True)
        mask = torch.arange(padded.shape[1], device=padded.device) < lengths.to(padded.device)[:, None]
        return padded, mask, True
    if is_cell:
        return x.reshape(-1, 1, x.shape[-1]), None, x.dim() == 2
    if x.dim() == 2:
        return x[None], None, False
    return x if module.batch_first else x.transpose(0, 1), None, True


def zeros_for(module: Any, cell: Cell, x: Tensor, places: int) -> State:
    sizes = {"h": getattr(module, "proj_size", 0) or module.hidden_size, "c": module.hidden_size}
    return tuple(x.new_zeros(places, len(x), sizes[name]) for name in cell.states)


def nonlinearity(module: Any) -> str:
    return getattr(module, "nonlinearity", "tanh")


def suffix(layer: int, direction: int) -> str:
    return f"_l{layer}" + ("_reverse" if direction else "")


def weights_at(module: Any, layer: int, direction: int, is_cell: bool) -> Weights:
    """As they are now, whatever has been put in the place of a parameter; zeros where there is no bias."""
    end = "" if is_cell else suffix(layer, direction)
    found = [getattr(module, name + end) for name in WEIGHTS[:2]]
    biases = [getattr(module, name + end, None) for name in WEIGHTS[2:]]
    return Weights(*found, *(found[0].new_zeros(len(found[0])) if bias is None else bias for bias in biases))


def projection(module: Any, layer: int, direction: int) -> Tensor | None:
    """What an LSTM with `proj_size` multiplies h by: [projection, unit]."""
    return getattr(module, "weight_hr" + suffix(layer, direction)) if getattr(module, "proj_size", 0) else None


def adding(zeros: list[dict[str, Tensor]], projected: Tensor | None, cell: Cell) -> StepHook:
    """h is projected, where it is, and to every state a zero is added, which is kept."""

    def hook(step: int, name: str, value: Tensor) -> Tensor:
        if name == "h" and projected is not None:
            value = value @ projected.T
        if name in cell.states:
            zeros[step][name] = torch.zeros_like(value, requires_grad=True)
            value = value + zeros[step][name]
        return value

    return hook


def result_like(module: Any, x: Any, output: Tensor, final: State, batched: bool, is_cell: bool) -> Any:
    """Output [batch, step, direction x unit] and final state as the module itself returns them."""
    if is_cell:
        ends = tuple(part[0] if batched else part[0, 0] for part in final)
        return ends if len(ends) > 1 else ends[0]
    ends = tuple(part if batched else part[:, 0] for part in final)
    if isinstance(x, PackedSequence):
        _, lengths = pad_packed_sequence(x, batch_first=True)
        if x.sorted_indices is not None:
            output, lengths = output[x.sorted_indices], lengths[x.sorted_indices.cpu()]
        data = pack_padded_sequence(output, lengths, batch_first=True).data
        laid: Any = PackedSequence(data, x.batch_sizes, x.sorted_indices, x.unsorted_indices)
    elif not batched:
        laid = output[0]
    else:
        laid = output if module.batch_first else output.transpose(0, 1)
    return laid, ends if len(ends) > 1 else ends[0]


def tensors(value: Any) -> list[Tensor]:
    """All tensors in what a module takes or returns, in order; of a packed sequence its data."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, PackedSequence):
        return [value.data]
    if isinstance(value, dict):
        return [tensor for one in value.values() for tensor in tensors(one)]
    if isinstance(value, tuple | list):
        return [tensor for one in value for tensor in tensors(one)]
    return tensors(vars(value)) if is_dataclass(value) else []
