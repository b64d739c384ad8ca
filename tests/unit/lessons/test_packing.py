"""What the lesson on padding says, against the lines of its text counted by hand, and a plain LSTM."""

import pytest
import torch
from torch import nn

from rnnlab import Experiment, run
from rnnlab.experiment import preset_texts
from rnnlab.lessons.storyboards.sequences.packing import unsorted
from tests.support.walks import walked

LENGTHS = (6, 10, 4, 8)  # words of the lines, in the order of the lesson


@pytest.fixture(scope="module")
def found():
    return walked("packing", "zh")["without"].late


def test_what_is_counted(found):
    assert found.found["padding"] == (4 * 10 - sum(LENGTHS),)
    assert found.found["packed"] == (sum(LENGTHS),)
    assert found.tells["packed"] == {"sizes": "4, 4, 4, 4, 3, 3, 2, 2, 1, 1", "order": "1, 3, 0, 2"}
    assert found.found["states"] == (3,)  # all but the longest line


def test_what_padding_does_to_a_plain_lstm():
    """The state of each line alone, and after its padding, by a program of its own over the run's last weights."""
    text = unsorted({"text": preset_texts("packed")["zh"]})["text"]
    history = run(Experiment(preset="packed", text=text))
    words = [line.partition(" | ")[2].split() for line in text.splitlines()]
    assert tuple(map(len, words)) == LENGTHS
    o, e = history.opening, history.experiment
    numbers = torch.frombuffer(bytearray(history.checkpoints[-1].weights), dtype=torch.float32)
    embedding, lstm = nn.Embedding(len(o.vocabulary), e.embed), nn.LSTM(e.embed, e.hidden, batch_first=True)
    at = 0
    for parameter in [*embedding.parameters(), *lstm.parameters()]:
        parameter.data = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    apart = []
    for line in words:
        ids = [o.vocabulary.index(word) for word in line]
        (alone, padded) = (
            lstm(embedding(torch.tensor([one])).detach())[1] for one in (ids, ids + [0] * (10 - len(ids)))
        )
        apart.append(max(float((a - b).detach().abs().max()) for a, b in zip(alone, padded, strict=True)))
    told = walked("packing", "zh")["states"].late.tells
    assert told["states"]["distances"] == ", ".join(f"{one:.2f}" for one in apart)
