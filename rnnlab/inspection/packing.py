"""Lines of different lengths through a recurrent layer: padded, packed, and each by itself."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence

from rnnlab.experiment import Experiment
from rnnlab.inspection.replay import part_module
from rnnlab.inspection.trace import network
from rnnlab.models import Classifier, Decoder, Encoder, TokenModel, read, readout
from rnnlab.records.text import LINES, Packing


def packing(experiment: Experiment, weights: bytes, start: int) -> Packing:
    """Sequences from the `start`-th on (counted from 1) as one batch, through the run's own layer, from a zero state;
    of an encoder–decoder through the encoder.

    The weights are recorded ones: float32, all parameters in the model's order. A loop over a cell takes no packed
    sequence; torch's layer, which has the same parameters in the same order, stands in for it.
    """
    data, model = network(experiment.model_copy(update={"impl": "layer"}), weights)
    chosen = list(range(len(data.pairs)))[start - 1 : start - 1 + LINES]
    (batch,) = data.batches(LINES, chosen)
    lengths = batch.lengths
    rows, steps = batch.ids.shape
    mask = torch.arange(steps) < lengths[:, None]  # [batch, step]
    ids = pack_padded_sequence(batch.ids, lengths, batch_first=True, enforce_sorted=False)
    cells = torch.arange(rows * steps).view(rows, steps)  # the padded cells' numbers: packed, they tell where from
    cells = pack_padded_sequence(cells, lengths, batch_first=True, enforce_sorted=False)
    assert ids.sorted_indices is not None
    assert ids.unsorted_indices is not None

    ways = read_three_ways(part_module(model, data.parts[0].name), batch.ids, lengths)
    logits = (
        {n: classifier_logits(model, way, lengths) for n, way in ways.items()} if isinstance(model, Classifier) else {}
    )
    right = batch.targets[:, 0]
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
        hidden={name: last_layer(way.final[0], experiment).numpy() for name, way in ways.items()},
        differences={name: difference(ways[name].final, ways["alone"].final).numpy() for name in ("padded", "packed")},
        labels=data.classes.tokens if logits else (),
        right=right.numpy(),
        probabilities={name: scores.softmax(-1).numpy() for name, scores in logits.items()},
        log_odds={name: log_odds(scores, right).numpy() for name, scores in logits.items()},
    )


@dataclass(frozen=True)
class ReadLines:
    """What a recurrent network makes of a batch, one way."""

    output: Tensor  # [batch, step, direction x unit]
    final: tuple[Tensor, ...]  # (h_n,) or (h_n, c_n), each [layer x direction, batch, unit]
    lengths: Tensor | None  # [batch]: where each line ends; None where the way knows nothing of that


@torch.no_grad()
def read_three_ways(part: TokenModel | Encoder | Decoder, ids: Tensor, lengths: Tensor) -> dict[str, ReadLines]:
    """The three ways: every line `alone`, all of them `padded`, all of them `packed`."""
    features = part.input(ids)  # [batch, step, embed]
    steps = ids.shape[1]

    def way(x: Tensor, ends: Tensor, packed: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        output, state = read(part.recurrent, x, ends, None, packed)
        return output, state if isinstance(state, tuple) else (state,)

    lines = [way(features[r : r + 1, :n], lengths[r : r + 1], False) for r, n in enumerate(lengths.tolist())]
    finals = tuple(torch.cat(parts, dim=1) for parts in zip(*(final for _, final in lines), strict=True))
    outputs = torch.zeros(len(ids), steps, lines[0][0].shape[-1])
    for row, (output, _) in enumerate(lines):
        outputs[row, : output.shape[1]] = output[0]
    return {
        "alone": ReadLines(outputs, finals, lengths),
        "padded": ReadLines(*way(features, lengths, False), None),
        "packed": ReadLines(*way(features, lengths, True), None),
    }


@torch.no_grad()
def classifier_logits(model: Classifier, way: ReadLines, lengths: Tensor) -> Tensor:
    """The scores [batch, class] that a model gives to lines which were read this way."""
    e = model.experiment
    kind = "valid" if way.lengths is not None and e.readout == "last" else e.readout  # alone a line ends with its last
    final = way.final if len(way.final) > 1 else way.final[0]
    assert model.head is not None
    return model.head(readout(kind, way.output, final, lengths, e.bidirectional))


def log_odds(logits: Tensor, right: Tensor) -> Tensor:
    """log p - log (1 - p) of the right class, [batch] of logits [batch, class]; from scores, for of a p near 1 float32
    would not know what is missing."""
    chosen = logits.gather(1, right[:, None])
    others = logits.scatter(1, right[:, None], -torch.inf).logsumexp(-1)
    return chosen[:, 0] - others


def last_layer(h_n: Tensor, experiment: Experiment) -> Tensor:
    """The last layer's part of h_n, both directions side by side: [batch, direction x unit]."""
    directions = experiment.directions
    return torch.cat(list(h_n[-directions:]), dim=-1)


def difference(final: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> Tensor:
    """Largest absolute difference of two final states, line by line: [batch]."""
    each = [(a - b).abs().amax(dim=(0, 2)) for a, b in zip(final, other, strict=True)]
    return torch.stack(each).amax(0)
