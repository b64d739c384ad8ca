"""Looking inside classifiers, taggers and encoder–decoders: what is shown is what plain programs compute."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given

from rnnlab import Experiment, LabError, run
from rnnlab.inspection.implementations import implementations
from rnnlab.inspection.trace import data_of, trace
from rnnlab.records.opening import Place
from rnnlab.records.trace import Intervention, PartTrace
from tests.support import modules, plain_parts
from tests.support.examples import examples
from tests.support.small_tasks import CELLS, LABELLED, PAIRS, classifiers, translators, twin_of, weights_of


def holds(walk: PartTrace, states, layer: int, direction: int = 0) -> None:
    """States of one layer by step, (h,) or (h, c)."""
    for name, place in (("h", 0), ("c", 1)):
        if name in walk.values:
            expected = torch.cat([plain_parts.parts(state)[place] for state in states]).detach()
            np.testing.assert_allclose(walk.values[name], expected, rtol=1e-5, atol=2e-5)
    np.testing.assert_array_equal(walk.values["h"], walk.hidden[layer, direction])


def expects(walk: PartTrace, logits: torch.Tensor, targets) -> None:
    chances = logits.detach().softmax(-1)
    np.testing.assert_allclose(
        walk.top_probabilities, chances.topk(walk.top_probabilities.shape[1]).values, rtol=1e-5, atol=2e-5
    )
    np.testing.assert_allclose(
        chances.gather(1, torch.tensor(walk.top_classes).long()), walk.top_probabilities, rtol=1e-5, atol=2e-5
    )
    np.testing.assert_allclose(walk.target_probability, chances[range(len(targets)), targets], rtol=1e-5, atol=2e-5)


@given(translators)
@examples(40)
def test_both_parts_of_an_encoder_decoder_are_a_plain_loops(e):
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    read, wrote, x, attention, logits = twin(data.probe.inputs, data.probe.targets)
    for layer in range(e.layers):
        encoder, decoder = (trace(e, weights, Place(part, layer)) for part in ("encoder", "decoder"))
        holds(encoder.original, read[layer], layer)
        holds(decoder.original, wrote[layer], layer)
        assert encoder.difference < 1e-5
        assert decoder.difference < 1e-5
        first = torch.cat(plain_parts.parts(read[layer][-1])).detach()
        np.testing.assert_allclose(np.stack(list(decoder.original.initial.values())), first, rtol=1e-5, atol=2e-5)
    np.testing.assert_allclose(decoder.original.features, x.detach(), rtol=1e-5, atol=2e-5)
    expects(decoder.original, logits, data.probe.targets)
    assert (encoder.original.top_classes == -1).all()
    assert np.isnan(encoder.original.target_probability).all()
    if e.attention == "none":
        assert decoder.original.attention is None
    else:
        np.testing.assert_allclose(decoder.original.attention, torch.stack(attention).detach(), rtol=1e-5, atol=2e-5)
        summed = decoder.original.attention @ decoder.original.encoded
        np.testing.assert_allclose(decoder.original.features[:, -e.hidden :], summed, rtol=1e-5, atol=2e-5)


@given(classifiers)
@examples(40)
def test_a_classifier_says_after_each_token_what_it_would_say_of_that_beginning_alone(e):
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    ids = data.probe.inputs
    kept, _ = twin(ids)
    for layer in range(e.layers):
        for direction in range(1 + e.bidirectional):
            found = trace(e, weights, Place("network", layer, direction))
            holds(found.original, kept[layer][direction], layer, direction)
            assert found.difference < 1e-5
    beginnings = torch.stack([twin(ids[:end])[1] for end in range(1, len(ids) + 1)])
    expects(found.original, beginnings, data.probe.targets * len(ids))


@pytest.mark.parametrize(
    "fields",
    [
        {"task": "classify", "text": LABELLED, "bidirectional": True, "readout": "mean"},
        {"task": "tag", "text": "we/P rain/N\nrain/N falls/V", "bidirectional": True, "cell": "gru"},
        {"task": "seq2seq", "data": "reversal", "pairs": 20, "attention": "additive", "cell": "lstm"},
        {"task": "seq2seq", "data": "reversal", "pairs": 20, "packed": True},
    ],
)
def test_what_is_looked_into_is_what_a_run_has_recorded(fields):
    e = Experiment(epochs=3, hidden=6, embed=4, **fields)
    history = run(e)
    frame, kept = history.frames[-1], history.checkpoints[-1]
    for part in history.opening.parts:
        walk = trace(e, kept.weights, Place(part.name)).original
        steps = slice(part.start, part.stop)
        np.testing.assert_allclose(
            np.concatenate(list(walk.hidden[-1]), axis=-1), frame.hidden[steps], rtol=1e-5, atol=1e-5
        )
        if part == history.opening.parts[-1]:
            np.testing.assert_allclose(walk.top_probabilities, frame.top_probabilities[steps], rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(walk.target_probability, frame.target_probability[steps], rtol=1e-5, atol=1e-5)


# Changes


@pytest.mark.parametrize("attention", ["none", "additive", "dot"])
@pytest.mark.parametrize("cell", CELLS)
def test_what_the_encoder_reads_is_felt_in_the_decoder(cell, attention):
    e = Experiment(task="seq2seq", text=PAIRS, cell=cell, attention=attention, layers=2, hidden=4, embed=3)
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    edit = Intervention("token", 3, step=0, part="encoder")
    changed = trace(e, weights, Place("decoder", 1), (edit,)).changed
    _, wrote, x, _, logits = twin([3, *data.probe.inputs[1:]], data.probe.targets)
    holds(changed, wrote[1], 1)
    np.testing.assert_allclose(changed.features, x.detach(), rtol=1e-5, atol=2e-5)
    expects(changed, logits, data.probe.targets)


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_another_token_another_state_and_another_weight_in_the_decoder(attention):
    e = Experiment(task="seq2seq", text=PAIRS, cell="lstm", attention=attention, layers=2, hidden=4, embed=3)
    weights = weights_of(e)
    twin, data = twin_of(e, weights)

    def change(states):
        h, c = states[1]
        h = h.clone()
        h[0, 2] = 0.7
        return [states[0], (h, c)]

    with torch.no_grad():
        twin.decoder[0][0].weight_hh[5, 1] = 2.0
    edits = (
        Intervention("state", 0.7, "h", layer=1, unit=2, part="decoder"),
        Intervention("weight", 2.0, "weight_hh", unit=5, column=1, part="decoder"),
    )
    changed = trace(e, weights, Place("decoder", 1), edits).changed
    _, wrote, _, _, logits = twin(data.probe.inputs, data.probe.targets, change)
    holds(changed, wrote[1], 1)
    expects(changed, logits, data.probe.targets)
    encoder = trace(e, weights, Place("encoder", 1), edits)
    np.testing.assert_array_equal(encoder.changed.values["h"], encoder.original.values["h"])


def test_a_change_in_a_classifier_is_felt_in_every_later_beginning_and_in_no_earlier_one():
    e = Experiment(task="classify", text=LABELLED, bidirectional=True, cell="gru", hidden=4, embed=3)
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    found = trace(e, weights, Place("network", 0, 1), (Intervention("token", 5, step=2),))
    ids = [*data.probe.inputs[:2], 5, *data.probe.inputs[3:]]
    beginnings = torch.stack([twin(ids[:end])[1] for end in range(1, len(ids) + 1)])
    expects(found.changed, beginnings, data.probe.targets * len(ids))
    np.testing.assert_array_equal(found.changed.top_probabilities[:2], found.original.top_probabilities[:2])


@pytest.mark.parametrize("part", ["encoder", "decoder"])
@pytest.mark.parametrize("kind", ["token", "input", "state", "gate", "off", "weight"])
def test_a_change_of_a_part_that_changes_nothing_gives_exactly_the_original(part, kind):
    e = Experiment(task="seq2seq", text=PAIRS, cell="lstm", attention="additive", hidden=4, embed=3)
    weights = weights_of(e)
    walk = trace(e, weights, Place(part)).original
    data = data_of(e)
    token = data.probe.inputs[1] if part == "encoder" else data.probe.targets[0]
    edit = {
        "token": Intervention("token", token, step=1),
        "input": Intervention("input", float(walk.features[1, -1]), step=1, unit=walk.features.shape[1] - 1),
        "state": Intervention("state", float(walk.initial["c"][3]), "c", unit=3),
        "gate": Intervention("gate", float(walk.values["f"][1, 2]), "f", step=1, unit=2),
        "off": Intervention("gate", float(walk.values["h"][1, 2]), "h", step=1, unit=2),
        "weight": Intervention("weight", float(walk.weights["weight_ih"][7, 2]), "weight_ih", unit=7, column=2),
    }[kind]
    for seen in ("encoder", "decoder"):
        found = trace(e, weights, Place(seen), (replace(edit, part=part),))
        for name, values in found.original.values.items():
            np.testing.assert_array_equal(found.changed.values[name], values)
        np.testing.assert_array_equal(found.changed.top_probabilities, found.original.top_probabilities)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Intervention("token", 0, step=0), "edit_part"),
        (Intervention("token", 6, step=0, part="decoder"), "edit_token"),
        (Intervention("token", 0, step=3, part="decoder"), "edit_step"),
        (Intervention("input", 0.0, step=0, unit=7, part="decoder"), "edit_row"),
        (Intervention("input", 0.0, step=0, unit=3, part="encoder"), "edit_row"),
    ],
)
def test_a_change_without_a_place_in_its_part_is_refused(edit, code):
    e = Experiment(task="seq2seq", text=PAIRS, attention="dot", hidden=4, embed=3)
    with pytest.raises(LabError) as caught:
        trace(e, weights_of(e), Place("decoder"), (edit,))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert "{" not in str(caught.value)


def test_a_part_that_is_not_there_is_said():
    e = Experiment(task="seq2seq", text=PAIRS)
    for ask in (lambda: trace(e, weights_of(e), Place()), lambda: implementations(e, weights_of(e), "network")):
        with pytest.raises(LabError, match="encoder, decoder"):
            ask()


@given(translators)
@examples(15)
def test_however_a_part_is_written_its_numbers_are_the_same(e):
    weights = weights_of(e)
    twin, data = twin_of(e, weights)
    read, wrote, *_ = twin(data.probe.inputs, data.probe.targets)
    for part, states in (("encoder", read), ("decoder", wrote)):
        expected = torch.cat([plain_parts.parts(state)[0] for state in states[-1]]).detach()
        found = implementations(e, weights, part)
        assert tuple(way.name for way in found) == modules.WRITTEN[e.cell]
        for way in found:
            np.testing.assert_allclose(way.hidden, expected, rtol=1e-5, atol=2e-5)
