"""What goes into the loss, and what torch makes of other shapes and types."""

import warnings
from collections.abc import Callable
from functools import partial

from torch import Tensor
from torch.nn.functional import cross_entropy, mse_loss

from rnnlab.data import NO_TARGET
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.training_loop import loss_trials
from rnnlab.inspection.training.bench import Bench, facts, targets_of
from rnnlab.records.training.loss import LossShapes, LossTrial, Maximum

SHOWN = 12  # numbers of an argmax
Tried = dict[str, Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]]  # of logits and targets as they are
NUMBERS: Tried = {
    "right": lambda predicted, targets: (predicted, targets),
    "flattened": lambda predicted, targets: (predicted.flatten(), targets.flatten()),
    "column": lambda predicted, targets: (predicted.flatten(), targets.view(-1, 1)),
    "integers": lambda predicted, targets: (predicted.long(), targets),
}
TRIED: Tried = {
    "right": lambda logits, targets: (logits.flatten(0, -2), targets.flatten()),
    "unflattened": lambda logits, targets: (logits, targets),
    "transposed": lambda logits, targets: (logits.transpose(1, 2), targets),
    "column": lambda logits, targets: (logits, targets.view(-1, 1)),
    "int32": lambda logits, targets: (logits.flatten(0, -2), targets.flatten().int()),
    "floats": lambda logits, targets: (logits.flatten(0, -2), targets.flatten().float()),
    "integers": lambda logits, targets: (logits.flatten(0, -2).long(), targets.flatten()),
}


def loss_shapes(experiment: Experiment, weights: bytes) -> LossShapes:
    """Shapes and types of logits and targets of the first batch, what torch makes of them in other shapes and types,
    and what argmax gives over each of their axes."""
    e, bench = experiment, Bench(experiment, weights)
    with bench.draws():
        result, _ = bench.forward()
    logits, targets = result.logits.detach(), targets_of(e, bench.batch)
    if e.reads_numbers:  # no axis of classes
        logits = logits.squeeze(-1)
    tried = NUMBERS if e.reads_numbers else TRIED
    flat_logits, flat_targets = tried["flattened" if e.reads_numbers else "right"](logits, targets)
    return LossShapes(
        logits=facts(logits),
        targets=facts(targets),
        flat_logits=facts(flat_logits),
        flat_targets=facts(flat_targets),
        padding=int((targets == NO_TARGET).sum()),
        trials=tuple(
            loss_trial(e, name, *tried[name](logits, targets), bench.batch.class_weights) for name in loss_trials(e)
        ),
        maxima=() if e.reads_numbers else tuple(maximum(logits, dim) for dim in range(logits.dim())),
    )


def loss_trial(e: Experiment, name: str, logits: Tensor, targets: Tensor, weighing: Tensor | None) -> LossTrial:
    loss = mse_loss if e.reads_numbers else partial(cross_entropy, weight=weighing)
    try:
        with warnings.catch_warnings():  # torch warns of shapes that differ, and goes on
            warnings.simplefilter("ignore", UserWarning)
            return LossTrial(name, value=loss(logits, targets, reduction=e.loss).item())
    except (RuntimeError, IndexError, ValueError) as error:
        return LossTrial(name, error=str(error))


def maximum(logits: Tensor, dim: int) -> Maximum:
    best = logits.argmax(dim)
    return Maximum(dim, tuple(best.shape), tuple(best.flatten()[:SHOWN].tolist()))
