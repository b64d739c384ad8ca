"""A training step against a plain program written by hand, and against the run's own weights."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rnnlab import Experiment, run
from rnnlab.inspection.training.loss import loss_shapes
from rnnlab.inspection.training.passes import modes, second_backward
from rnnlab.inspection.training.step import training_step

HELLO = {"text": "h e l l o", "target": "o h l o l", "hidden": 6, "embed": 5, "epochs": 4, "lr": 0.05}


def network() -> tuple[nn.Embedding, nn.LSTM, nn.Linear]:
    torch.manual_seed(3)
    return nn.Embedding(4, 5), nn.LSTM(5, 6, batch_first=True), nn.Linear(6, 4)


def norm(tensors) -> float:
    return math.sqrt(sum(float((one.detach() ** 2).sum()) for one in tensors))


def test_a_step_is_that_of_a_plain_program():
    e = Experiment(**HELLO, cell="lstm", seed=3, clip=0.05)
    shown = training_step(e, run(e).checkpoints[0].weights)
    embedding, lstm, linear = network()
    ids, targets = torch.tensor([[0, 1, 2, 2, 3]]), torch.tensor([[3, 0, 2, 3, 2]])  # h e l o, by first appearance
    parameters = [*embedding.parameters(), *lstm.parameters(), *linear.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.05)
    logits = linear(lstm(embedding(ids))[0])
    loss = cross_entropy(logits.view(-1, 4), targets.view(-1))
    loss.backward()
    gradients = [p.grad.clone() for p in parameters]
    assert shown.loss == pytest.approx(loss.item(), rel=1e-6)
    assert shown.norm == pytest.approx(norm(gradients), rel=1e-5)
    assert [one.gradient for one in shown.parameters] == pytest.approx([norm([g]) for g in gradients], rel=1e-5)
    assert shown.norm > 0.05
    assert shown.clipped == pytest.approx(0.05, rel=1e-4)
    for p in parameters:
        p.grad *= 0.05 / norm(gradients)
    before = [p.detach().clone() for p in parameters]
    optimizer.step()
    change = [(p.detach() - old).abs().max().item() for p, old in zip(parameters, before, strict=True)]
    assert [one.change for one in shown.parameters] == pytest.approx(change, rel=1e-3)
    again = cross_entropy(linear(lstm(embedding(ids))[0]).view(-1, 4), targets.view(-1))
    assert shown.loss_after == pytest.approx(again.item(), rel=1e-4)
    assert [one.name for one in shown.parameters[:2]] == ["embedding.weight", "lstm.weight_ih_l0"]
    assert [position.loss for position in shown.positions] == pytest.approx(
        cross_entropy(logits[0], targets[0], reduction="none").tolist(), rel=1e-5
    )


@pytest.mark.parametrize("epoch", [0, 2])
def test_without_memory_the_step_is_the_runs_own_at_every_epoch(epoch):
    e = Experiment(**HELLO, cell="gru", optimizer="sgd")
    weights = [one.weights for one in run(e).checkpoints]
    shown = training_step(e, weights[epoch], weights[epoch + 1])
    before, after = (np.frombuffer(weights[i], np.float32) for i in (epoch, epoch + 1))
    assert max(one.change for one in shown.parameters) == pytest.approx(np.abs(after - before).max(), rel=1e-4)
    assert [one.change for one in shown.parameters] == pytest.approx(
        [one.recorded for one in shown.parameters], rel=1e-3, abs=1e-7
    )


def test_with_memory_it_is_so_at_the_first_epoch_alone():
    e = Experiment(**HELLO)
    weights = [one.weights for one in run(e).checkpoints]
    first, later = (training_step(e, weights[i], weights[i + 1]) for i in (0, 3))
    assert [one.change for one in first.parameters] == pytest.approx([one.recorded for one in first.parameters], 1e-4)
    assert [one.change for one in later.parameters] != pytest.approx([one.recorded for one in later.parameters], 1e-2)
    assert all(math.isnan(one.recorded) for one in training_step(e, weights[3]).parameters)


def test_a_long_batch_is_begun_and_it_is_said():
    e = Experiment(text="\n".join(["a b c d e f"] * 90), hidden=4, batch=64, epochs=1)
    shown = training_step(e, run(e).checkpoints[0].weights)
    assert not shown.whole
    assert shown.stages[0].facts.shape[0] < 64


def test_steps_are_taken_for_classes_where_they_are_as_many():
    """Four words: logits [1, 4, 4] are taken as they are, and another loss comes of them."""
    e = Experiment(epochs=1)
    trials = {one.name: one for one in loss_shapes(e, run(e).checkpoints[0].weights).trials}
    assert not trials["unflattened"].error
    assert trials["unflattened"].value != pytest.approx(trials["right"].value, rel=1e-3)
    assert trials["transposed"].value == pytest.approx(trials["right"].value, rel=1e-6)
    fewer = Experiment(text="a b a b c", epochs=1)  # four steps, three classes
    trials = {one.name: one for one in loss_shapes(fewer, run(fewer).checkpoints[0].weights).trials}
    assert [name for name, one in trials.items() if one.error] == ["unflattened", "int32", "floats", "integers"]
    assert trials["unflattened"].error == "Expected target size [1, 3], got [1, 4]"


def test_a_state_that_is_not_detached_keeps_its_past():
    e = Experiment(**HELLO, carry=True)
    by_way = {trial.way: trial for trial in second_backward(e, run(e).checkpoints[0].weights)}
    assert by_way["detached"].error == ""
    assert by_way["detached"].second == by_way["kept"].second, "the numbers are the same, with their past or without"
    assert "modified by an inplace operation" in by_way["retained"].error


@pytest.mark.parametrize(("own", "shares"), [(False, {"dropout_head": 0.5}), (True, {"dropout_embed": 0.3})])
def test_dropout_tells_the_modes_apart(own, shares):
    e = Experiment(**HELLO, **(shares if own else {}))
    found = modes(e, run(e).checkpoints[-1].weights)
    one, another, asked, again, unrecorded = (call.probabilities for call in found.calls)
    assert one != another
    assert asked == again
    assert unrecorded == pytest.approx(asked, rel=1e-6)
    assert [call.requires_grad for call in found.calls] == [True] * 4 + [False]
    assert (found.shares, found.own) == (shares, own)


def test_a_text_that_is_read_from_its_beginning_is_learnt_with_a_carried_state_or_without():
    """As the page says beside what `detach` is for."""
    losses = [run(Experiment(preset="hello-elloh", carry=carry)).losses[-1] for carry in (True, False)]
    assert max(losses) < 2 * min(losses) < 2e-4
