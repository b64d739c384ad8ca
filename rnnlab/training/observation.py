"""What each task records of a network that reads the probe. All in evaluation mode, and drawing no random numbers:
training goes on as if nothing had been observed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from rnnlab.data import NO_TARGET, Batch, Data, Pair, batch_of
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import PROBE_TOKENS
from rnnlab.models import Classifier, NumberModel, Pass, Recurrent, Seq2Seq, read, readout
from rnnlab.models.decoding import beam, greedy
from rnnlab.models.recurrent import layer_cells
from rnnlab.models.seq2seq import by_layer
from rnnlab.records.opening import NumberColumn
from rnnlab.records.short_repr import ShortRepr

ALTERNATIVES = 5  # tokens that could have been written, at each step
FEWEST_ALONE, MOST_ALONE = 20, 100  # numbers that a network goes on with beyond the end of what is known


@dataclass(frozen=True, repr=False)
class Observation(ShortRepr):
    """One frame of the probe, still as tensors."""

    hidden: Tensor  # [step, unit]: the recurrent output, of both directions, or of encoder and decoder
    logits: Tensor  # [step, class]; nan where nothing is predicted after a step
    task_arrays: dict[str, np.ndarray] = field(default_factory=dict)

    def finite(self, start: int) -> bool:
        """Whether all that is predicted from step `start` on can be shown: else the weights are about to diverge."""
        said = self.task_arrays.get("predicted")
        return bool(self.logits[start:].isfinite().all() if said is None else np.isfinite(said).all())


def probe_batch(data: Data) -> Batch:
    """[batch 1, step]"""
    return batch_of([data.probe], data.class_weights)


def observe_tokens(model: nn.Module, data: Data) -> Observation:
    with torch.no_grad():
        result = model(probe_batch(data))
    return Observation(result.output[0], result.logits[0])


# One label for a sentence


def observe_classifier(model: nn.Module, data: Data) -> Observation:
    """The scores after every beginning of the sentence, and

    | `chances`  | [step, class] the probability of every label after each beginning                                |
    | `saliency` | [step] how the score of the likeliest label would grow with each token's vector (gradient times  |
    |            | input, summed over its entries)                                                                  |
    """
    assert isinstance(model, Classifier)
    batch = probe_batch(data)
    with torch.no_grad():
        output = model(batch).output[0]
        logits = prefix_logits(model, batch.ids[0])
    more = {"chances": logits.softmax(-1).numpy(), "saliency": saliency(model, batch).numpy()}
    return Observation(output, logits, more)


def prefix_logits(model: Classifier, ids: Tensor) -> Tensor:
    """The logits [step, class] of the sentence's first token, its first two, and so on, each as a sentence of its own;
    of ids [step]."""
    steps = len(ids)
    lengths = torch.arange(1, steps + 1)
    x = model.input(ids.expand(steps, steps))
    output, final = read(model.recurrent, x, lengths, None, packed=True)
    return readout_logits(model, output, final, lengths)


def readout_logits(model: Classifier, output: Tensor, final: Recurrent, lengths: Tensor) -> Tensor:
    """The logits [batch, class] of sentences of these lengths, from what the recurrent part made of them."""
    assert model.head is not None
    return model.head(readout(model.readout_kind, output, final, lengths, model.experiment.bidirectional))


def saliency(model: Classifier, batch: Batch) -> Tensor:
    """Gradient times input, [step], of the likeliest label's logit. Source: Shrikumar et al., 2016."""
    with torch.enable_grad():
        x = model.input(batch.ids).detach().requires_grad_()
        output, final = model.recurrent(x)
        logits = readout_logits(model, output, final, batch.lengths)[0]
        (gradient,) = torch.autograd.grad(logits.max(), x)
    return (gradient * x).sum(-1)[0].detach()


# Another sequence


def observe_seq2seq(model: nn.Module, data: Data) -> Observation:
    """The decoder is given the true target. Besides, with S source steps, T target steps and L steps written freely:

    | `weights`          | [T, S] attention, given the true target; only where there is attention |
    | `free`             | int32 [L] what it writes by itself, greedily                            |
    | `free_weights`     | [L, S] attention meanwhile                                              |
    | `options`          | int32 [L, rank] the likeliest tokens at each of these steps             |
    | `option_chances`   | [L, rank] their probabilities                                           |
    | `beams`            | int32 [beam, length] what a beam search finds, filled up with -1        |
    | `beam_scores`      | [beam] natural logarithm of each one's probability                      |
    """
    assert isinstance(model, Seq2Seq)
    batch = probe_batch(data)
    limit = min(write_limit(data), PROBE_TOKENS)
    with torch.no_grad():
        result = model(batch)
        tokens, written = greedy(model, batch.ids, batch.lengths, limit)
        hypotheses = beam(model, batch.ids, batch.lengths, model.experiment.beam, limit)
    unpredicted = torch.full((result.output.shape[1], result.logits.shape[-1]), torch.nan)  # while it reads
    chances = written.logits[0].softmax(-1).topk(min(ALTERNATIVES, written.logits.shape[-1]), dim=-1)
    longest = max(len(one.tokens) for one in hypotheses)
    more = {
        "free": tokens[0].int().numpy(),
        "options": chances.indices.int().numpy(),
        "option_chances": chances.values.numpy(),
        "beams": np.array([[*one.tokens, *[-1] * (longest - len(one.tokens))] for one in hypotheses], dtype=np.int32),
        "beam_scores": np.array([one.score for one in hypotheses], dtype=np.float32),
    }
    for name, decoded in (("weights", result.decoder), ("free_weights", written)):
        if decoded.attention is not None:
            more[name] = decoded.attention.weights[0].numpy()
    hidden = torch.cat([result.output[0], result.decoder.output[0]])
    return Observation(hidden, torch.cat([unpredicted, result.logits[0]]), more)


# The next number


def observe_series(model: nn.Module, data: Data) -> Observation:
    """No class is predicted: the logits are nan. Besides, in the numbers' own units, with N numbers in the column, of
    which the network reads all, one after the other:

    | `predicted` | [N] what it says after each number; the last is one beyond the end                               |
    | `alone`     | what it says from the end of training on, through what is only tested on and beyond the end, if   |
    |             | from there it is given no number any more but its own predictions                                |
    """
    column = column_of(data)
    with torch.no_grad():
        hidden = model(probe_batch(data)).output[0]
        said = read_on(model, column.standard[: column.trained])
        rest = read_on(model, column.standard[column.trained :], said.final) if column.held else None
        alone = goes_on(model, said, len(column.standard) - column.trained + beyond(column))
    predicted = torch.cat([one.logits[0, :, 0] for one in (said, rest) if one is not None])
    silent = torch.full((len(hidden), 1), torch.nan)
    return Observation(hidden, silent, {"predicted": unscaled(predicted, column), "alone": unscaled(alone, column)})


def column_of(data: Data) -> NumberColumn:
    assert data.column is not None
    return data.column


def read_on(model: nn.Module, numbers: Sequence[float], state: Recurrent | None = None) -> Pass:
    """A network over numbers, standardised, from a state that it was left in."""
    return model(batch_of([Pair(list(numbers), [NO_TARGET])]), state)


def goes_on(model: nn.Module, said: Pass, steps: int) -> Tensor:
    """What it says next, [step], if it reads its own predictions."""
    assert isinstance(model, NumberModel)
    head = model.head
    assert head is not None
    cells, states = layer_cells(model.recurrent), by_layer(said.final, model.recurrent)
    numbers = [said.logits[:, -1]]  # each [batch 1, 1]
    while len(numbers) < steps:
        x = numbers[-1]
        for layer, cell in enumerate(cells):
            states[layer] = state = cell(x, states[layer])
            x = state if isinstance(state, Tensor) else state[0]
        numbers.append(head(x))
    return torch.cat(numbers)[:, 0]


def beyond(column: NumberColumn) -> int:
    """How far the network goes on beyond the end of what is known."""
    return max(FEWEST_ALONE, min(MOST_ALONE, len(column.numbers) // 4))


def unscaled(standard: Tensor, column: NumberColumn) -> np.ndarray:
    """float32, in the numbers' own units."""
    return (standard.double().numpy() * column.deviation + column.mean).astype(np.float32)


def write_limit(data: Data) -> int:
    """How far a decoder may write: somewhat longer than any target it was shown."""
    return max(len(pair.targets) for pair in data.pairs) + 5


# How many bytes a frame takes for what only its task has, at most


def no_extra_bytes(_: Experiment, __: Data) -> int:
    return 0


def classifier_extra_bytes(_: Experiment, data: Data) -> int:
    return 4 * len(data.probe.inputs) * (1 + len(data.classes))


def seq2seq_extra_bytes(e: Experiment, data: Data) -> int:
    source, target = len(data.probe.inputs), len(data.probe.targets)
    limit = min(write_limit(data), PROBE_TOKENS)
    attention = 0 if e.attention == "none" else 4 * source * (target + limit)
    beyond = sum(
        write_limit(data) - len(pair.targets) for pair in data.held[: data.examined]
    )  # what is written is no shorter
    return attention + limit * (4 + 8 * ALTERNATIVES) + e.beam * 4 * (limit + 1) + 4 * beyond


def series_extra_bytes(_: Experiment, data: Data) -> int:
    column = column_of(data)
    return 4 * (2 * len(column.numbers) - column.trained + beyond(column))


Observe = Callable[[nn.Module, Data], Observation]
ExtraBytes = Callable[[Experiment, Data], int]
