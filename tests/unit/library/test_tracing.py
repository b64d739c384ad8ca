"""A sentence through a recorded network, against programs of plain torch with the same weights."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import vector_to_parameters

from rnnlab import Experiment, LabError, run, trace
from tests.support.plain_parts import Translator

LINES = "good | a nice day\nbad | a sad day\ngood | nice and warm\nbad | cold and sad"
PAIRS = "a b c | c b a\na b | b a\nb c | c b\nc a | a c"


def weights_at(history, epoch: int) -> bytes:
    return next(one.weights for one in history.checkpoints if one.epoch == epoch)


@pytest.fixture(scope="module")
def history():
    return run(
        Experiment(text="a b c d a c b d", cell="lstm", hidden=5, embed=3, layers=2, bidirectional=True, epochs=6)
    )


def test_states_gates_and_scores_are_torchs(history):
    """Of a sentence of the reader's own, at an epoch in the middle."""
    seen = trace(history, 4, "d a d b")
    ids = torch.tensor([["abcd".index(letter) for letter in "dadb"]])
    modules = [nn.Embedding(4, 3), nn.LSTM(3, 5, 2, batch_first=True, bidirectional=True), nn.Linear(10, 4)]
    flat = torch.frombuffer(bytearray(weights_at(history, 4)), dtype=torch.float32)
    vector_to_parameters(flat, [p for module in modules for p in module.parameters()])
    with torch.no_grad():
        embedding, lstm, linear = modules
        output, (h_n, c_n) = lstm(embedding(ids))
        logits = linear(output)[0]
        sums = embedding(ids)[0, 0] @ lstm.weight_ih_l0.T + lstm.bias_ih_l0 + lstm.bias_hh_l0
    assert seen["h"].axes == ("layer", "direction", "step", "unit")
    np.testing.assert_allclose(seen["x"], embedding(ids)[0].detach(), atol=1e-6)
    np.testing.assert_allclose(seen["output"], output[0], atol=1e-6)
    np.testing.assert_allclose(seen["logits"], logits, atol=1e-6)
    np.testing.assert_allclose(seen["probability"], logits.softmax(-1), atol=1e-6)
    for name, final in (("h", h_n), ("c", c_n)):
        ends = np.stack([seen[name].values[layer, d, 0 if d else -1] for layer in range(2) for d in range(2)])
        np.testing.assert_allclose(ends, final[:, 0], atol=1e-6)
    i, _, g, o = sums.chunk(4)
    for name, gate in (("i", i.sigmoid()), ("g", g.tanh()), ("o", o.sigmoid())):
        np.testing.assert_allclose(seen[name].values[0, 0, 0], gate, atol=1e-6)
    assert seen.labels == {"step": ("d", "a", "d", "b"), "class": ("a", "b", "c", "d")}
    assert seen.difference < 1e-6 < seen.largest
    assert (seen.epoch, seen.notes) == (4, ())


def test_without_a_sentence_it_is_the_line_that_was_watched(history):
    seen = trace(history)
    np.testing.assert_allclose(seen["output"], history.frames[-1].hidden, atol=1e-6)
    assert seen.labels["step"] == history.opening.probe[: history.opening.inputs]
    assert "<Trace at epoch 6" in repr(seen)
    assert "layer 2 × direction 2 × step 7 × unit 5" in repr(seen)


def test_what_the_network_does_not_know_is_left_out_and_told(history):
    seen = trace(history, sentence="a x b")
    assert seen.labels["step"] == ("a", "b")
    assert [note.code for note in seen.notes] == ["units_left_out"]


def test_a_classifier_is_asked_after_every_word():
    history = run(Experiment(task="classify", text=LINES, hidden=4, embed=3, epochs=2))
    whole, beginning = trace(history, sentence="a sad day"), trace(history, sentence="bad | a sad")
    assert whole["probability"].values.shape == (3, 2)
    np.testing.assert_allclose(whole["probability"].values[1], beginning["probability"].values[-1], atol=1e-6)


def test_encoder_and_decoder_have_names_of_their_own():
    e = Experiment(task="seq2seq", text=PAIRS, attention="dot", hidden=5, embed=4, epochs=60)
    history = run(e)
    seen = trace(history, sentence="b c a | a c b")
    oracle = Translator(
        e, history.checkpoints[-1].weights, len(history.opening.vocabulary), len(history.opening.classes)
    )
    source = [history.opening.vocabulary.index(token) for token in "bca"]
    target = [*(history.opening.classes.index(token) for token in "acb"), 2]
    _, _, x, weights, logits = oracle(source, target)
    with torch.no_grad():
        np.testing.assert_allclose(seen["decoder.logits"], logits, atol=1e-5)
        np.testing.assert_allclose(seen["decoder.attention"], torch.stack(weights), atol=1e-6)
        np.testing.assert_allclose(seen["decoder.x"], x, atol=1e-6)
    assert seen["decoder.attention"].axes == ("target", "source")
    assert seen.labels["target"] == ("<bos>", "a", "c", "b")
    alone = trace(history, sentence=" ".join(history.opening.probe[: history.opening.parts[0].stop]))
    written = history.frames[-1].task_arrays["free"]  # what it writes by itself
    assert len(written) > 2
    assert alone.labels["target"][1:] == tuple(history.opening.classes[id] for id in written[:-1])
    np.testing.assert_allclose(alone["decoder.attention"], history.frames[-1].task_arrays["free_weights"], atol=1e-6)


def test_numbers_are_said_in_their_own_units():
    history = run(Experiment(task="series", text="1 2 3 4 5 4 3 2 1 2 3 4 5", epochs=3))
    predicted = history.frames[-1].task_arrays["predicted"]
    np.testing.assert_allclose(trace(history)["predicted"], predicted[: history.opening.inputs], rtol=1e-5)
    np.testing.assert_allclose(trace(history, sentence="1 2 3 4")["predicted"], predicted[:4], rtol=1e-5)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"epoch": 9}, ["epoch", "9", "0 to 6", "6"]),
        ({"sentence": "a b\nc d"}, ["sentence", "2", "1"]),
        ({"sentence": "x y"}, ["x y"]),
        ({"sentence": ["a", "b"]}, ["['a', 'b']", "text"]),
    ],
)
def test_what_can_not_be_traced_is_told(history, asked, named):
    with pytest.raises(LabError) as caught:
        trace(history, **asked)
    assert all(part in str(caught.value) for part in named)
