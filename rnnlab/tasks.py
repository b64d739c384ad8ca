"""TASKS: what is particular to a task, as a record of functions. The trainer knows no task by name."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from rnnlab.data import NO_TARGET, Batch, Data, next_token_data
from rnnlab.experiment import Experiment
from rnnlab.models import Pass, TokenModel


@dataclass(frozen=True)
class Task:
    data: Callable[[Experiment], Data]
    model: Callable[[Experiment, Data], nn.Module]
    loss: Callable[[Experiment, Pass, Batch], Tensor]  # a scalar to minimise
    right: Callable[[Pass, Batch], Tensor]  # how many targets are predicted right, a scalar


def token_model(experiment: Experiment, data: Data) -> nn.Module:
    return TokenModel(experiment, len(data.vocabulary), 0 if data.vocabulary.specials else None)


def token_loss(experiment: Experiment, result: Pass, batch: Batch) -> Tensor:
    """Cross-entropy over all positions with a target, their mean or their sum."""
    logits, targets = result.logits.flatten(0, 1), batch.targets.flatten()  # [batch x step, class], [batch x step]
    return functional.cross_entropy(logits, targets, ignore_index=NO_TARGET, reduction=experiment.loss)


def tokens_right(result: Pass, batch: Batch) -> Tensor:
    best = result.logits.max(-1).indices  # a third quicker than argmax; padding is NO_TARGET, which no class is
    return (best == batch.targets).sum()


TASKS: dict[str, Task] = {
    "next": Task(next_token_data, token_model, token_loss, tokens_right),
}
