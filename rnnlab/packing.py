"""Lines of different lengths through a recurrent layer: padded, packed, and each by itself."""

import torch
from torch import Tensor
from torch.nn.utils import vector_to_parameters
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from rnnlab.data import NO_TARGET
from rnnlab.experiment import Experiment
from rnnlab.models import Recurrent, TokenModel
from rnnlab.tasks import TASKS
from rnnlab.textlooks import LINES, Packing


def packing(experiment: Experiment, weights: bytes, start: int) -> Packing:
    """Sequences from the `start`-th on (counted from 1) as one batch, through the run's own layer, from a zero state.

    The weights are recorded ones: float32, all parameters in the model's order. A loop over a cell takes no packed
    sequence; torch's layer, which has the same parameters in the same order, stands in for it.
    """
    experiment = experiment.model_copy(update={"impl": "layer"})
    task = TASKS[experiment.task]
    data = task.data(experiment)
    chosen = list(range(len(data.pairs)))[start - 1 : start - 1 + LINES]
    (batch,) = data.batches(LINES, chosen)
    mask = batch.targets != NO_TARGET  # [batch, step]
    lengths = mask.sum(1)  # [batch]
    ids = pack_padded_sequence(batch.ids, lengths, batch_first=True, enforce_sorted=False)
    rows, steps = batch.ids.shape
    cells = torch.arange(rows * steps).view(rows, steps)  # the padded cells' numbers: packed, they tell where from
    cells = pack_padded_sequence(cells, lengths, batch_first=True, enforce_sorted=False)
    assert ids.sorted_indices is not None
    assert ids.unsorted_indices is not None

    model = task.model(experiment, data)
    assert isinstance(model, TokenModel)
    vector_to_parameters(torch.frombuffer(bytearray(weights), dtype=torch.float32), model.parameters())
    model.eval()
    finals = states(model, batch.ids, lengths)
    hidden = {name: last_layer(final[0], experiment).numpy() for name, final in finals.items()}
    differences = {name: difference(finals[name], finals["alone"]).numpy() for name in ("padded", "packed")}
    return Packing(
        tokens={id: data.vocabulary.tokens[id] for id in batch.ids.unique().tolist()},
        numbers=tuple(place + 1 for place in chosen),
        ids=batch.ids.numpy(),
        mask=mask.numpy(),
        lengths=lengths.numpy(),
        data=ids.data.numpy(),
        origin=torch.stack([cells.data // steps, cells.data % steps], dim=-1).numpy(),
        batch_sizes=ids.batch_sizes.numpy(),
        sorted_indices=ids.sorted_indices.numpy(),
        unsorted_indices=ids.unsorted_indices.numpy(),
        hidden=hidden,
        differences=differences,
    )


@torch.no_grad()
def states(model: TokenModel, ids: Tensor, lengths: Tensor) -> dict[str, tuple[Tensor, ...]]:
    """The final states, (h_n,) or (h_n, c_n), each [layer x direction, batch, unit], of the three ways."""
    features = model.input(ids)  # [batch, step, embed]
    packed: PackedSequence = pack_padded_sequence(features, lengths, batch_first=True, enforce_sorted=False)

    def final(x: Tensor | PackedSequence) -> tuple[Tensor, ...]:
        state: Recurrent = model.recurrent(x)[1]
        return state if isinstance(state, tuple) else (state,)

    alone = [final(features[row : row + 1, :length]) for row, length in enumerate(lengths.tolist())]
    together = tuple(torch.cat(parts, dim=1) for parts in zip(*alone, strict=True))
    return {"alone": together, "padded": final(features), "packed": final(packed)}


def last_layer(h_n: Tensor, experiment: Experiment) -> Tensor:
    """The last layer's part of h_n, both directions side by side: [batch, direction x unit]."""
    directions = 2 if experiment.bidirectional else 1
    return torch.cat(list(h_n[-directions:]), dim=-1)


def difference(final: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> Tensor:
    """Largest absolute difference of two final states, line by line: [batch]."""
    each = [(a - b).abs().amax(dim=(0, 2)) for a, b in zip(final, other, strict=True)]
    return torch.stack(each).amax(0)
