"""Passes over the same batch, one after the other: with a state carried over, and in either mode."""

import torch
from torch import Tensor

from rnnlab.experiment import Experiment
from rnnlab.explain.programs.training_loop import drops, with_dropout
from rnnlab.inspection.training.bench import Bench
from rnnlab.records.training.passes import CarryTrial, ModeCall, Modes
from rnnlab.training.trainer import detached

LIKELY = 3  # classes whose probabilities are compared
DROPOUTS = ("dropout_embed", "dropout", "dropout_head")


def second_backward(experiment: Experiment, weights: bytes) -> tuple[CarryTrial, ...]:
    """Two passes over the first batch, each with its way back, the second from the first one's final state: detached;
    as it is; and as it is with its graph retained and an update in between, as torch's message proposes."""
    found = []
    for way in ("detached", "kept", "retained"):
        bench = Bench(experiment, weights)
        optimizer = bench.optimizer()
        with bench.draws():
            result, first = bench.forward()
            first.backward(retain_graph=way == "retained")
            if way == "retained":
                optimizer.step()
            _, second = bench.forward(detached(result.final) if way == "detached" else result.final)
            error = ""
            try:
                second.backward()
            except RuntimeError as refused:
                error = str(refused)
        found.append(CarryTrial(way, first.item(), second.item(), error))
    return tuple(found)


def modes(experiment: Experiment, weights: bytes) -> Modes:
    """The first sentence of the first batch alone through the same network: twice in training mode, twice in
    evaluation mode, once more without a record. Where the experiment drops nothing, with dropout all the same."""
    e = with_dropout(experiment)
    bench = Bench(e, weights, alone=True)
    model, found = bench.model, []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(e.seed)
        for training, recorded in ((True, True), (True, True), (False, True), (False, True), (False, False)):
            model.train(training)
            with torch.set_grad_enabled(recorded):
                found.append((training, recorded, bench.forward()[0].logits))
    answer = last_number if e.reads_numbers else last_chances
    asked = answer(found[2][2])
    classes = asked.topk(min(LIKELY, len(asked))).indices
    active = [name for name in DROPOUTS if name != "dropout" or e.layers > 1]
    return Modes(
        shares={name: getattr(e, name) for name in active if getattr(e, name)},
        own=drops(experiment),
        classes=tuple(classes.tolist()),
        calls=tuple(
            ModeCall(
                training,
                recorded,
                tuple(answer(logits)[classes].tolist()),
                logits.requires_grad,
                logits.grad_fn is not None,
            )
            for training, recorded, logits in found
        ),
    )


def last_chances(logits: Tensor) -> Tensor:
    """[class], after the last step."""
    return logits.detach().flatten(0, -2)[-1].softmax(-1)


def last_number(logits: Tensor) -> Tensor:
    """[1], after the last step."""
    return logits.detach()[0, -1]
