"""What a network does with lines that it was never trained on."""

from collections.abc import Callable, Iterator
from math import nan

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnnlab.data import NO_TARGET, Batch, Data
from rnnlab.decoding import greedy
from rnnlab.experiment import STEP_TOKENS
from rnnlab.history import HELD, Held
from rnnlab.labelled import EOS_ID
from rnnlab.translator import Translator
from rnnlab.watching import write_limit

ROWS = 64  # of a batch


def batches(data: Data) -> Iterator[Batch]:
    count = min(HELD, len(data.held))
    longest = max(max(len(pair.inputs), len(pair.targets)) for pair in data.held[:count])
    yield from data.batches(max(1, min(ROWS, STEP_TOKENS // longest)), range(count), held=True)


def summed_loss(logits: Tensor, targets: Tensor) -> float:
    """Cross-entropy, summed over all targets."""
    return cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=NO_TARGET, reduction="sum").item()


@torch.no_grad()
def examine(model: nn.Module, data: Data) -> Held:
    """Each class against the right one. For a model whose logits are [batch, target, class] or [batch, class]."""
    loss, right, count, said = 0.0, 0, 0, []
    for batch in batches(data):
        logits = model(batch).logits
        best = logits.argmax(-1).view_as(batch.targets)
        loss += summed_loss(logits, batch.targets)
        right += int((best == batch.targets).sum())
        count += batch.count
        lengths = (batch.targets != NO_TARGET).sum(1).tolist()
        said += [row[:length].int().numpy() for row, length in zip(best, lengths, strict=True)]
    return Held(loss / count, right / count, nan, tuple(said))


@torch.no_grad()
def examine_translator(model: nn.Module, data: Data) -> Held:
    """Whole sequences against the right ones: written freely (greedily), and with the true token at each step."""
    assert isinstance(model, Translator)
    loss, count, free, forced, said = 0.0, 0, 0, 0, []
    limit = write_limit(data)
    for batch in batches(data):
        logits = model(batch).logits
        loss += summed_loss(logits, batch.targets)
        count += batch.count
        asked = batch.targets != NO_TARGET
        forced += int(((logits.argmax(-1) == batch.targets) | ~asked).all(1).sum())
        tokens, _ = greedy(model, batch.ids, batch.lengths, limit)
        for row, target, own in zip(tokens.tolist(), batch.targets.tolist(), asked.sum(1).tolist(), strict=True):
            end = row.index(EOS_ID) + 1 if EOS_ID in row else len(row)
            free += row[:end] == target[:own]
            said.append(torch.tensor(row[:end]).int().numpy())
    return Held(loss / count, free / len(said), forced / len(said), tuple(said))


Examine = Callable[[nn.Module, Data], Held]
