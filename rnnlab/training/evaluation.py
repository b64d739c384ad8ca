"""How good a network is on lines that it was never trained on. Each is judged as if it were read alone: so a model in
evaluation mode reads the lines of a batch."""

from collections.abc import Callable, Iterator
from math import nan
from operator import eq

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from rnnlab.data import NO_TARGET, Batch, Data
from rnnlab.data.batches import EOS_ID
from rnnlab.experiment.limits import STEP_TOKENS
from rnnlab.models import Seq2Seq
from rnnlab.models.decoding import greedy
from rnnlab.records.history import HeldOutResult
from rnnlab.training.observation import column_of, read_on, write_limit

BATCH_ROWS = 64


def held_batches(data: Data) -> Iterator[Batch]:
    """The held-out lines that every frame is about, in batches as large as a training step may be."""
    count = min(data.examined, len(data.held))
    longest = max(max(len(pair.inputs), len(pair.targets)) for pair in data.held[:count])
    yield from data.batches(max(1, min(BATCH_ROWS, STEP_TOKENS // longest)), range(count), held=True)


def summed_loss(logits: Tensor, batch: Batch) -> float:
    """Cross-entropy, summed over all targets, each times the weight of its class."""
    flat, targets = logits.flatten(0, -2), batch.targets.flatten()
    return cross_entropy(flat, targets, batch.class_weights, ignore_index=NO_TARGET, reduction="sum").item()


@torch.no_grad()
def evaluate(model: nn.Module, data: Data) -> HeldOutResult:
    """Each class against the right one. For a model whose logits are [batch, target, class] or [batch, class]."""
    loss, weight, correct, count, predictions = 0.0, 0.0, 0, 0, []
    for batch in held_batches(data):
        logits = model(batch).logits
        best = logits.argmax(-1).view_as(batch.targets)
        loss += summed_loss(logits, batch)
        weight += batch.weight
        correct += int((best == batch.targets).sum())
        count += batch.count
        lengths = (batch.targets != NO_TARGET).sum(1).tolist()
        predictions += [row[:length].int().numpy() for row, length in zip(best, lengths, strict=True)]
    return HeldOutResult(loss / weight, correct / count, nan, tuple(predictions))


@torch.no_grad()
def evaluate_seq2seq(model: nn.Module, data: Data) -> HeldOutResult:
    """Sequences written freely (greedily) against the right ones, whole and token by token; and token by token given
    the true one before. (Of whole sequences as many are right given the truth as written freely: where every step is
    right, what is written is what would have been given.)"""
    assert isinstance(model, Seq2Seq)
    loss, count, exact, forced, free, predictions = 0.0, 0, 0, 0, 0, []
    limit = write_limit(data)
    for batch in held_batches(data):
        logits = model(batch).logits
        loss += summed_loss(logits, batch)
        count += batch.count
        forced += int((logits.argmax(-1) == batch.targets).sum())
        tokens, _ = greedy(model, batch.ids, batch.lengths, limit)
        lengths = (batch.targets != NO_TARGET).sum(1).tolist()
        for row, padded, length in zip(tokens.tolist(), batch.targets.tolist(), lengths, strict=True):
            written, target = row[: row.index(EOS_ID) + 1] if EOS_ID in row else row, padded[:length]
            exact += written == target
            free += sum(map(eq, written, target))
            predictions.append(torch.tensor(written).int().numpy())
    return HeldOutResult(loss / count, exact / len(predictions), forced / count, tuple(predictions), free / count)


@torch.no_grad()
def evaluate_series(model: nn.Module, data: Data) -> HeldOutResult:
    """The squared error of each number behind those that are trained on, predicted by a network that has read all
    before it."""
    column = column_of(data)
    said = read_on(model, column.standard[:-1]).logits[0, column.trained - 1 :, 0]
    return HeldOutResult(mse_loss(said, torch.tensor(column.standard[column.trained :])).item(), nan, nan, ())


Evaluate = Callable[[nn.Module, Data], HeldOutResult]
