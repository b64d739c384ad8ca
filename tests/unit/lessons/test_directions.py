"""What the lesson on two directions says, against gradients of a plain LSTM, and runs of its own."""

import pytest
import torch
from torch import nn

from rnnlab import Experiment, run
from tests.support.walks import walked


def words_reached(layers: int, words: int) -> int:
    """How many inputs of a random LSTM that reads both ways the backward half of its output at the last step feels."""
    torch.manual_seed(1)
    x = torch.randn(1, words, 3, requires_grad=True)
    output, _ = nn.LSTM(3, 4, num_layers=layers, bidirectional=True, batch_first=True)(x)
    (felt,) = torch.autograd.grad(output[0, -1, 4:].sum(), x)
    return int((felt[0].abs().sum(dim=1) > 0).sum())


def first_epoch(**fields) -> int:
    history = run(Experiment(preset="bilstm", **fields))
    return next(frame.epoch for frame in history.frames if frame.held_out.score >= 0.95)


@pytest.mark.thorough
def test_what_each_question_is_answered_with():
    *_, last = walked("directions", "zh").values()
    found, tells = last.late.found, last.late.tells
    losses = [run(Experiment(bidirectional=both)).losses[-1] for both in (True, False)]
    assert tells["one-way"] == {"loss": f"{losses[1]:.5f}"}
    assert tells["two-ways"] == {"two": f"{losses[0]:.5f}", "one": f"{losses[1]:.5f}"}
    assert found["two-ways"] == ("lower" if losses[0] < losses[1] else "higher")
    assert found["reach"] == (words_reached(1, 10),) == (1,)
    assert found["two-layers"] == (words_reached(2, 10),) == (10,)
    late, soon = first_epoch(readout="last"), first_epoch(readout="final")
    assert (tells["last"]["epoch"], tells["final"]["epoch"]) == (late, soon)
    assert found["last"] == ("few" if late <= 5 else "some" if late <= 15 else "many")
    assert found["final"] == ("sooner" if soon < late else "later")
    module = nn.LSTM(3, Experiment(preset="bilstm").hidden, num_layers=2, bidirectional=True)
    output, (h_n, _) = module(torch.zeros(5, 1, 3))
    assert found["joined"] == (output.shape[-1], h_n.shape[0])
