"""What a network answers at a step: one of several classes, or a number. How its answers are judged, and what a frame
keeps of them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rnnlab.data import NO_TARGET, Batch, Data
from rnnlab.experiment import Experiment
from rnnlab.models import Pass
from rnnlab.records.history import RANKS

Ranked = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class AnswerType:
    """One kind of them."""

    loss: Callable[[Experiment, Pass, Batch], Tensor]  # over all targets, their mean or their sum; a scalar
    correct: Callable[[Pass, Batch], float]  # how many targets are predicted right; nan where nothing is right or wrong
    ranked: Callable[[Tensor, Tensor], Ranked]  # of logits [..., step, class] and targets [step]: see `ranked_classes`
    targets: Callable[[Data], Tensor]  # [step] what is asked for at each step of the part that predicts
    step_losses: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # of logits [row, class] and targets, one a row


def cross_entropy(experiment: Experiment, result: Pass, batch: Batch) -> Tensor:
    """Each target counts for the weight of its class."""
    logits, targets = result.logits.flatten(0, -2), batch.targets.flatten()  # [target, class], [target]
    weight = None if batch.class_weights is None else batch.class_weights.to(logits.dtype)
    return functional.cross_entropy(logits, targets, weight, ignore_index=NO_TARGET, reduction=experiment.loss)


def correct_count(result: Pass, batch: Batch) -> float:
    """NumPy finds the likeliest class in two thirds of torch's time; padding is NO_TARGET, which no class is. Of a GPU
    no more than the count is brought back."""
    if result.logits.device.type != "cpu":
        best = result.logits.detach().argmax(-1)
        return int((best == batch.targets.view_as(best)).sum())
    best = result.logits.detach().numpy().argmax(-1)
    return int(np.count_nonzero(best == batch.targets.numpy().reshape(best.shape)))


def ranked_classes(logits: Tensor, targets: Tensor) -> Ranked:
    """The likeliest classes, int32 [..., step, rank], best first, -1 where nothing is predicted and logits
    are nan; their probabilities; and that of the right class, float32 [..., step], nan where there is none."""
    chances = logits.softmax(-1)
    best = chances.topk(min(RANKS, chances.shape[-1]), dim=-1)
    top, probability = best.indices.int().numpy(), best.values.numpy()
    silent = np.isnan(probability)
    if silent.any():
        top, probability = np.where(silent, np.int32(-1), top), np.nan_to_num(probability)
    right = chances[..., torch.arange(len(targets)), targets.clamp(min=0)]
    return top, probability, right.masked_fill(targets == NO_TARGET, torch.nan).numpy()


def class_targets(data: Data) -> Tensor:
    return torch.tensor(data.step_targets[data.parts[-1].start :])


def class_losses(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy of each row, and the class that it is of: the right one, or where that is not known the
    likeliest."""
    classes = torch.where(targets == NO_TARGET, logits.detach().argmax(-1), targets)
    return functional.cross_entropy(logits, classes, reduction="none"), classes


def squared_error(experiment: Experiment, result: Pass, batch: Batch) -> Tensor:
    return functional.mse_loss(result.logits.squeeze(-1), batch.targets, reduction=experiment.loss)


def no_classes(logits: Tensor, _: Tensor) -> Ranked:
    """None at any step."""
    shape = logits.shape[:-1]
    return np.full((*shape, 1), -1, np.int32), np.zeros((*shape, 1), np.float32), np.full(shape, nan, np.float32)


def number_targets(data: Data) -> Tensor:
    return torch.tensor(data.probe.targets)


def number_losses(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The squared error of each row; of no class."""
    return (logits[:, 0] - targets) ** 2, torch.full((len(logits),), -1)


CLASSES = AnswerType(cross_entropy, correct_count, ranked_classes, class_targets, class_losses)
NUMBERS = AnswerType(squared_error, lambda _, __: nan, no_classes, number_targets, number_losses)
