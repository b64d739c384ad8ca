"""What is watched of a classifier, against captum and against a plain program on the same weights."""

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient
from torch import nn

from rnnlab import Experiment, run
from rnnlab.inspection.readouts import omissions
from rnnlab.inspection.trace import network
from rnnlab.training.tasks import TASKS
from tests.support import modules

TEXT = """good | a fine film with a warm heart
bad | a dull film
mixed | fine actors in a dull story
good | we loved the story
bad | we hated all of it"""

FIELDS = [
    {"cell": "rnn", "readout": "final"},
    {"cell": "lstm", "readout": "final", "bidirectional": True, "layers": 2},
    {"cell": "gru", "readout": "last", "bidirectional": True, "packed": True},
    {"cell": "lstm", "readout": "valid", "dropout_head": 0.5, "layers": 2, "dropout": 0.3},
    {"cell": "gru", "readout": "mean", "bidirectional": True, "impl": "cell"},
    {"cell": "rnn", "readout": "mean", "input": "onehot", "nonlinearity": "relu"},
]


def experiment(fields) -> Experiment:
    common = {"task": "classify", "text": TEXT, "hidden": 7, "embed": 5, "epochs": 4, "batch": 2, "lr": 0.02}
    return Experiment(**common | fields)


class Plain(nn.Module):
    """The classifier as a textbook has it, for one sentence without padding: vectors [batch 1, step, embed] -> scores
    [batch 1, class]."""

    def __init__(self, e: Experiment, width: int, classes: int):
        super().__init__()
        layer = modules.LAYERS[e.cell]
        more = modules.options(e.cell, e.nonlinearity)
        self.e = e
        self.recurrent = layer(width, e.hidden, e.layers, batch_first=True, bidirectional=e.bidirectional, **more)
        self.head = nn.Linear(e.hidden * (2 if e.bidirectional else 1), classes)

    def forward(self, x):
        output, final = self.recurrent(x)
        h_n = final[0] if self.e.cell == "lstm" else final
        if self.e.readout == "final":
            whole = torch.cat((h_n[-2], h_n[-1]), 1) if self.e.bidirectional else h_n[-1]
        elif self.e.readout == "mean":
            whole = output.mean(1)
        else:  # without padding the last step is the last real one
            whole = output[:, -1]
        return self.head(whole)


def plain(e: Experiment, weights: bytes) -> tuple[Plain, torch.Tensor, list[int]]:
    """The program, the vectors of the watched sentence, and its ids: from the recorded numbers, in their order."""
    data = TASKS["classify"].data(e)
    types, classes = len(data.vocabulary), len(data.classes)
    numbers = torch.from_numpy(np.frombuffer(weights, np.float32).copy())
    ids = data.probe.inputs
    if e.input == "embedding":
        table, numbers = numbers[: types * e.embed].view(types, e.embed), numbers[types * e.embed :]
    else:
        table = torch.eye(types)
    model = Plain(e, table.shape[1], classes)
    nn.utils.vector_to_parameters(numbers, model.parameters())
    return model.eval(), table[ids].unsqueeze(0), ids


@pytest.fixture(params=FIELDS, ids=lambda fields: "-".join(map(str, fields.values())))
def trained(request):
    e = experiment(request.param)
    return e, run(e)


def test_saliency_is_captums_input_times_gradient_at_every_recorded_epoch(trained):
    e, history = trained
    for checkpoint in history.checkpoints:
        frame = next(frame for frame in history.frames if frame.epoch == checkpoint.epoch)
        model, x, _ = plain(e, checkpoint.weights)
        target = int(model(x).argmax())
        assert frame.top_classes[-1, 0] == target
        attributed = InputXGradient(model).attribute(x.requires_grad_(), target=target)
        expected = attributed.sum(-1)[0].detach().numpy()
        np.testing.assert_allclose(frame.task_arrays["saliency"], expected, rtol=1e-4, atol=1e-6)
        assert np.abs(frame.task_arrays["saliency"]).max() > 1e-4, "nothing was compared"


def test_saliency_is_how_the_score_grows_with_the_vector(trained):
    """By central differences in double precision, captum aside."""
    e, history = trained
    model, x, _ = plain(e, history.checkpoints[-1].weights)
    model, x = model.double(), x.double()
    target, step = int(model(x).argmax()), 1e-5
    with torch.no_grad():
        for place in range(x.shape[1]):
            score = []
            for sign in (1, -1):
                moved = x.clone()
                moved[0, place] *= 1 + sign * step
                score.append(model(moved)[0, target].item())
            slope = (score[0] - score[1]) / (2 * step)
            assert history.frames[-1].task_arrays["saliency"][place] == pytest.approx(slope, rel=1e-3, abs=1e-5)


def test_leaving_a_token_out_is_reading_the_sentence_without_it(trained):
    """The plain program reads each shorter sentence by itself."""
    e, history = trained
    weights = history.checkpoints[-1].weights
    found = omissions(e, weights)
    model, x, ids = plain(e, weights)
    whole = model(x).softmax(-1)[0]
    assert (found.label, found.whole) == (int(whole.argmax()), pytest.approx(whole.max().item(), rel=1e-4))
    shorter = [[place for place in range(len(ids)) if place != gone] for gone in range(len(ids))]
    expected = np.stack([model(x[:, places]).softmax(-1)[0].detach().numpy() for places in shorter])
    np.testing.assert_allclose(found.chances, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found.left, found.chances[:, found.label])
    assert found.answers.tolist() == expected.argmax(-1).tolist()
    assert np.ptp(found.left) > 1e-4, "nothing was compared"


def test_the_chances_after_each_beginning_are_those_of_that_beginning_alone(trained):
    e, history = trained
    model, x, ids = plain(e, history.checkpoints[-1].weights)
    frame = history.frames[-1]
    expected = np.stack([model(x[:, : k + 1]).softmax(-1)[0].detach().numpy() for k in range(len(ids))])
    np.testing.assert_allclose(frame.task_arrays["chances"], expected, rtol=1e-4, atol=1e-6)
    assert frame.top_classes[:, 0].tolist() == expected.argmax(-1).tolist()
    assert frame.bytes >= frame.task_arrays["chances"].nbytes


def test_what_is_watched_is_within_the_bytes_that_are_reckoned_with(trained):
    e, history = trained
    task = TASKS["classify"]
    more = history.frames[-1].task_arrays.values()
    assert sum(array.nbytes for array in more) == task.extra_bytes(e, network(e, history.checkpoints[0].weights)[0])
