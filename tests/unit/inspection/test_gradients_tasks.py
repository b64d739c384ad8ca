"""Gradients in classifiers, taggers and encoder–decoders, held against autograd through plain programs."""

import numpy as np
import pytest
import torch
from hypothesis import given
from torch.nn.functional import cross_entropy

from rnnlab import Experiment, LabError, run
from rnnlab.data import NO_TARGET
from rnnlab.inspection import gradients
from rnnlab.inspection.trace import data_of, network
from rnnlab.records.history import Checkpoint
from rnnlab.training.observation import probe_batch
from tests.support import plain_parts
from tests.support.examples import examples
from tests.support.small_tasks import EVERY_TASK, classifiers, translators, twin_of, weights_of


def norms_of(states, name: str) -> list[float]:
    """|dL/dh| or |dL/dc| of each of these states, after a backward pass; 0 where none arrived."""
    found = []
    for state in states:
        gradient = plain_parts.parts(state)["hc".index(name)].grad
        found.append(0.0 if gradient is None else gradient.double().norm().item())
    return found


def close(found, expected) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-7)


@given(translators)
@examples(25)
def test_from_the_decoder_back_into_the_encoder(e):
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    source, target = data.probe.inputs, data.probe.targets
    for layer in range(e.layers):
        found = gradients.through_time(e, weights, layer, 0)
        assert np.isnan(found.losses[: len(source)]).all()
        assert (found.classes == [-1] * len(source) + target).all()
        for t in range(len(target)):
            read, wrote, _, _, logits = twin(source, target)
            loss = cross_entropy(logits[t], torch.tensor(target[t]))
            loss.backward()
            assert found.losses[len(source) + t] == pytest.approx(loss.item(), rel=1e-4, abs=1e-6)
            for name, norms in found.norms.items():
                assert np.isnan(norms[: len(source)]).all()
                close(norms[len(source) + t], norms_of([*read[layer], *wrote[layer]], name))


@given(classifiers)
@examples(25)
def test_each_beginning_of_a_sentence_has_a_loss_of_its_own(e):
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    ids, (label,) = data.probe.inputs, data.probe.targets
    for layer in range(e.layers):
        for direction in range(1 + e.bidirectional):
            found = gradients.through_time(e, weights, layer, direction)
            assert (found.unread == np.triu(np.ones((len(ids), len(ids)), bool), 1)).all()
            for t in range(len(ids)):
                kept, logits = twin(ids[: t + 1])
                loss = cross_entropy(logits, torch.tensor(label))
                loss.backward()
                assert found.losses[t] == pytest.approx(loss.item(), rel=1e-4, abs=1e-6)
                for name, norms in found.norms.items():
                    close(norms[t], norms_of(kept[layer][direction], name) + [0.0] * (len(ids) - t - 1))


def of(task: str) -> Experiment:
    return Experiment(hidden=4, embed=3, **EVERY_TASK[task])


@pytest.mark.parametrize("task", EVERY_TASK)
def test_all_epochs_at_once_are_each_epoch_by_itself(task):
    e = of(task)
    steps = data_of(e).parts[-1]
    kept = tuple(Checkpoint(i, weights_of(e.model_copy(update={"seed": i}))) for i in range(3))
    single = [gradients.through_time(e, one.weights, e.layers - 1, 0) for one in kept]
    for t in range(steps.start, steps.stop):
        found = gradients.over_epochs(e, kept, e.layers - 1, 0, t)
        np.testing.assert_allclose(found.losses, [one.losses[t] for one in single], rtol=1e-4, atol=1e-6)
        for name, norms in found.norms.items():
            np.testing.assert_allclose(norms, [one.norms[name][t] for one in single], rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("task", EVERY_TASK)
def test_the_gradient_of_every_parameter_is_what_moving_it_shows(task):
    e = of(task)
    weights = weights_of(e)
    _, model = network(e, weights)
    named = [(name, tuple(p.shape)) for name, p in model.named_parameters()]
    assert [(p.name, p.shape) for p in gradients.parameters(e)] == named
    for name, _ in named:
        found = gradients.check(e, weights, name, None)
        assert np.isfinite(found.loss)
        assert found.difference == pytest.approx(found.autograd, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("task", ["own", "own pair", "own tags"])
def test_where_the_right_class_is_not_known_the_likeliest_takes_its_place(task):
    e = of(task)
    weights = weights_of(e)
    data, model = network(e, weights)
    asked = data.parts[-1]
    assert set(data.step_targets[asked.start :]) == {NO_TARGET}
    found = gradients.through_time(e, weights, 0, 0)
    assert np.isfinite(found.losses[asked.start :]).all()
    assert (found.norms["h"][asked.start :].diagonal(asked.start) > 0).all()
    with torch.no_grad():
        last = model(probe_batch(data)).logits.flatten(0, -2)[-1]
    assert found.classes[-1] == last.argmax()
    assert found.losses[-1] == pytest.approx(-last.log_softmax(-1).max().item(), rel=1e-4)


def test_the_loss_on_a_known_line_is_the_one_that_is_checked():
    e = of("additive")
    weights = weights_of(e)
    losses = gradients.through_time(e, weights, 0, 0).losses
    assert gradients.check(e, weights, "decoder.head.bias", None).loss == pytest.approx(np.nanmean(losses), rel=1e-5)


def test_after_a_step_that_is_only_read_there_is_nothing_to_derive():
    e = of("none")
    with pytest.raises(LabError) as error:
        gradients.over_epochs(e, (Checkpoint(0, weights_of(e)),), 0, 0, 1)
    assert [p.code for p in error.value.problems] == ["no_loss"]
    assert "{" not in str(error.value)


def test_attention_is_a_way_back_that_does_not_lead_through_the_state():
    """Trained to reverse, the gradient of the last written token reaches the first one read."""
    e = Experiment(task="seq2seq", data="reversal", pairs=60, attention="dot", cell="rnn", epochs=2, batch=60)
    weights = run(e).checkpoints[-1].weights
    cut = e.model_copy(update={"attention": "none"})
    with_it = gradients.through_time(e, weights, 0, 0).norms["h"]
    without = gradients.through_time(cut, run(cut).checkpoints[-1].weights, 0, 0).norms["h"]
    assert with_it[-1, 0] > without[-1, 0] > 0
