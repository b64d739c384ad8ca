"""What the lesson on padding says, against the lines of its text counted by hand, and a plain LSTM."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnlab.records.history import History
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


def read(history: History, epoch: int) -> tuple[np.ndarray, np.ndarray]:
    """By a program of its own over a run's weights: how far the state of each line alone is from that after its
    padding; and the probability of its right label, [alone or padded, line]."""
    o, e = history.opening, history.experiment
    checkpoint = next(one for one in history.checkpoints if one.epoch == epoch)
    numbers = torch.frombuffer(bytearray(checkpoint.weights), dtype=torch.float32)
    embedding, lstm = nn.Embedding(len(o.vocabulary), e.embed), nn.LSTM(e.embed, e.hidden, batch_first=True)
    linear, at = nn.Linear(e.hidden, len(o.classes)), 0
    for parameter in [*embedding.parameters(), *lstm.parameters(), *linear.parameters()]:
        parameter.data = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    assert at == len(numbers)
    apart, shares = [], []
    for line in e.text.splitlines():
        label, words = line.split(" | ")
        ids = [o.vocabulary.index(word) for word in words.split()]
        with torch.no_grad():
            ends = [lstm(embedding(torch.tensor([one])))[1] for one in (ids, ids + [0] * (10 - len(ids)))]
            shares.append([linear(h[0, 0]).softmax(-1)[o.classes.index(label)].item() for h, _ in ends])
        apart.append(max(float((a - b).abs().max()) for a, b in zip(*ends, strict=True)))
    return np.array(apart), np.array(shares).T


def told(step: str, alone: np.ndarray, padded: np.ndarray) -> None:
    """The lesson tells of the line that padding changes most."""
    most = np.abs(alone - padded).argmax()
    found = {"line": most + 1, "alone": f"{alone[most]:.1%}", "padded": f"{padded[most]:.1%}"}
    assert walked("packing", "zh")[step].late.tells[step] == found


def test_what_padding_does_to_a_plain_lstm():
    steps = walked("packing", "zh")
    history = steps["verdict"].after.history
    assert tuple(len(line.split()) - 2 for line in history.experiment.text.splitlines()) == LENGTHS
    apart, _ = read(history, 10)
    assert steps["states"].late.tells["states"]["distances"] == ", ".join(f"{one:.2f}" for one in apart)
    _, (alone, padded) = read(history, 5)  # of two labels: the likelier one has more than half
    told("verdict", alone, padded)
    assert steps["verdict"].late.found["verdict"] == ("yes" if ((alone > 0.5) != (padded > 0.5)).any() else "no")


def test_who_always_meets_padding_in_training_comes_to_rely_on_it():
    steps = walked("packing", "zh")
    _, (alone, padded) = read(steps["without"].after.history, 10)
    told("without", alone, padded)
    assert (padded >= alone - 1e-6).all()
    assert (padded - alone).max() > 0.05
    assert steps["without"].late.found["without"] == "relies"
