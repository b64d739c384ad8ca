"""One step of training, move by move: what each of them changes."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_, get_total_norm

from rnnlab.data import NO_TARGET, Batch
from rnnlab.experiment import Experiment
from rnnlab.explain.programs.training_loop import program_name
from rnnlab.inspection.training.bench import Bench, facts
from rnnlab.models import Pass, all_stages
from rnnlab.records.training.step import OneWeight, ParameterStep, Position, Stage, TrainingStep

SHOWN = 12  # targets of the first sequence


def training_step(experiment: Experiment, weights: bytes, following: bytes = b"") -> TrainingStep:
    """zero_grad, forward, loss, backward, clip, step, with a new optimizer: what each of them changes.

    What lies in .grad before is that of a pass over the same batch with the same weights. `following`: the weights
    that the run itself had an epoch later, where they are recorded."""
    e, bench = experiment, Bench(experiment, weights)
    parameters, optimizer = bench.parameters, bench.optimizer()

    def back() -> tuple[Pass, Tensor]:
        with bench.draws():
            result, loss = bench.forward()
        loss.backward()
        return result, loss

    back()
    left, left_norm = norms([p.grad for p in parameters]), total(parameters)
    back()
    unzeroed = total(parameters)
    optimizer.zero_grad()
    result, loss = back()
    gradients, norm = norms([p.grad for p in parameters]), total(parameters)
    if e.clip:
        clip_grad_norm_(parameters, e.clip)
    clipped, clipped_norm = norms([p.grad for p in parameters]), total(parameters)
    before = [p.detach().clone() for p in parameters]
    optimizer.step()
    with bench.draws(), torch.no_grad():
        _, loss_after = bench.forward()
    names = [program_name(e, name) for name, _ in bench.model.named_parameters()]
    steps = [
        ParameterStep(*row)
        for row in zip(
            names,
            [tuple(p.shape) for p in parameters],
            left,
            gradients,
            clipped,
            norms([*before]),
            norms([p.detach() for p in parameters]),
            [(p.detach() - old).abs().max().item() for p, old in zip(parameters, before, strict=True)],
            recorded_changes(before, following),
            strict=True,
        )
    ]
    return TrainingStep(
        whole=bench.whole,
        stages=stages(e, bench.batch, result),
        count=bench.batch.count,
        weight=bench.batch.weight,
        positions=positions(result, bench.batch),
        loss=loss.item(),
        left=left_norm,
        unzeroed=unzeroed,
        norm=norm,
        clipped=clipped_norm,
        parameters=tuple(steps),
        one=steepest(names, parameters, before),
        loss_after=loss_after.item(),
    )


def stages(e: Experiment, batch: Batch, result: Pass) -> tuple[Stage, ...]:
    return tuple(
        Stage(name, facts(one), one.min().item(), one.max().item(), one.requires_grad)
        for name, (one, _) in all_stages(e, batch, result).items()
    )


def recorded_changes(before: list[Tensor], following: bytes) -> list[float]:
    if not following:
        return [math.nan] * len(before)
    later = torch.frombuffer(bytearray(following), dtype=torch.float32).split([p.numel() for p in before])
    return [(new - old.flatten()).abs().max().item() for new, old in zip(later, before, strict=True)]


def norms(tensors: list[Tensor | None]) -> list[float]:
    return [0.0 if tensor is None else tensor.norm().item() for tensor in tensors]


def total(parameters: list[nn.Parameter]) -> float:
    return get_total_norm([p.grad for p in parameters if p.grad is not None]).item()


def positions(result: Pass, batch: Batch) -> tuple[Position, ...]:
    logits = result.logits[:1].detach().flatten(0, -2)  # [target, class]
    targets = batch.targets[0]
    if targets.is_floating_point():
        return tuple(
            Position(target, said, math.nan, (said - target) ** 2, 1.0)
            for target, said in zip(targets[:SHOWN].tolist(), logits[:SHOWN, 0].tolist(), strict=True)
        )
    real = targets != NO_TARGET
    logits, targets = logits[real][:SHOWN], targets[real][:SHOWN]
    losses = cross_entropy(logits, targets, reduction="none")
    chances = logits.softmax(-1).gather(1, targets[:, None])[:, 0]
    weights = torch.ones(len(targets)) if batch.class_weights is None else batch.class_weights[targets]
    columns = (targets, logits.argmax(-1), chances, losses, weights)
    return tuple(Position(*row) for row in zip(*(column.tolist() for column in columns), strict=True))


def steepest(names: list[str], parameters: list[nn.Parameter], before: list[Tensor]) -> OneWeight:
    sizes = [0.0 if p.grad is None else p.grad.abs().max().item() for p in parameters]
    index = max(range(len(sizes)), key=sizes.__getitem__)
    p, gradient = parameters[index], parameters[index].grad
    assert gradient is not None
    place = tuple(int(i) for i in torch.unravel_index(gradient.abs().argmax(), gradient.shape))
    return OneWeight(names[index], place, gradient[place].item(), before[index][place].item(), p[place].item())
