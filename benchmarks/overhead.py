"""What recording costs: the lab's `run`, with a snapshot and a frame every epoch, against a plain training loop.

    python -m benchmarks.overhead [repeats]

Both sides are timed whole: building the data's tensors, the model and the optimizer is included on both, and so
is, on the lab's side only, reading the text. The plain loops do nothing but train and read the loss. What counts is
the time of this thread, and the sides take turns, so that a busy machine disturbs both alike; the result is the median
of the ratios, turn by turn. Of the two translating presets the plain loop is their tutorial's program.
"""

import random
import sys
import time
from collections.abc import Callable
from statistics import median

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rnnlab import Experiment, run
from scripts.tutorials.sentences import translator_losses


def plain_words_next() -> list[float]:
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(4, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 4)
    optimizer = torch.optim.Adam([*embedding.parameters(), *rnn.parameters(), *linear.parameters()], lr=0.01)
    ids, targets = torch.tensor([[0, 1, 2, 3]]), torch.tensor([1, 2, 3, 2])
    losses = []
    for _ in range(100):
        optimizer.zero_grad()
        loss = cross_entropy(linear(rnn(embedding(ids))[0])[0], targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def plain_ohlol_cell() -> list[float]:
    torch.manual_seed(0)
    cell = nn.RNNCell(4, 4)
    optimizer = torch.optim.Adam(cell.parameters(), lr=0.1)
    x, targets = torch.eye(4)[[0, 1, 2, 2, 3]].unsqueeze(1), torch.tensor([3, 0, 2, 3, 2])
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        hidden, steps = torch.zeros(1, 4), []
        for x_t in x:
            hidden = cell(x_t, hidden)
            steps.append(hidden)
        loss = cross_entropy(torch.cat(steps), targets, reduction="sum")
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# 128 windows of 50 tokens: 4 batches of 32 an epoch
TYPES = [first + second for first in "abcdefghij" for second in "abcdef"]
STREAM = TYPES + random.Random(0).choices(TYPES, k=128 * 50 + 1 - len(TYPES))
LSTM = Experiment(text=" ".join(STREAM), window=50, stride=50, batch=32, cell="lstm", embed=64, hidden=128, epochs=20)


def plain_lstm() -> list[float]:
    stream = torch.tensor([TYPES.index(token) for token in STREAM])
    inputs, targets = stream[:-1].view(4, 32, 50), stream[1:].view(4, 32 * 50)
    torch.manual_seed(0)
    embedding, lstm, linear = nn.Embedding(60, 64), nn.LSTM(64, 128, batch_first=True), nn.Linear(128, 60)
    optimizer = torch.optim.Adam([*embedding.parameters(), *lstm.parameters(), *linear.parameters()], lr=0.01)
    losses = []
    for _ in range(20):
        total = 0.0
        for x, y in zip(inputs, targets, strict=True):
            optimizer.zero_grad()
            loss = cross_entropy(linear(lstm(embedding(x))[0]).flatten(0, 1), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / 4)
    return losses


ATTENTION = Experiment(preset="attention", epochs=3)
SEQ2SEQ = Experiment(preset="seq2seq", epochs=3)


def plain_attention() -> list[float]:
    return translator_losses(ATTENTION, packed=True, masked=True)


def plain_seq2seq() -> list[float]:
    return translator_losses(SEQ2SEQ, packed=True, masked=False)


CASES: list[tuple[str, Experiment, Callable[[], list[float]], float, int]] = [
    ("words-next, 100 epochs", Experiment(), plain_words_next, 0.8, 31),
    ("ohlol-cell, 20 epochs", Experiment(preset="ohlol-cell"), plain_ohlol_cell, 1.15, 61),
    ("LSTM 128 on 32x50, 20 epochs of 4", LSTM, plain_lstm, 1.03, 7),
    ("attention, 3 epochs", ATTENTION, plain_attention, 0.6, 5),
    ("seq2seq, 3 epochs", SEQ2SEQ, plain_seq2seq, 0.6, 5),
]


def seconds(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def compare(experiment: Experiment, plain: Callable[[], list[float]], repeats: int) -> tuple[float, float, float]:
    """Median seconds of both sides, and the median ratio."""
    ours, theirs = run(experiment).losses, plain()  # also warms up
    assert all(abs(a - b) < 1e-4 for a, b in zip(ours, theirs, strict=True)), "not the same work"
    turns = []
    for turn in range(repeats):
        if turn % 2:
            lab, bare = seconds(lambda: run(experiment)), seconds(plain)
        else:
            bare, lab = seconds(plain), seconds(lambda: run(experiment))
        turns.append((bare, lab, lab / bare))
    bare, lab, ratio = (median(column) for column in zip(*turns, strict=True))
    return bare, lab, ratio


def main() -> None:
    torch.set_num_threads(1)
    print(f"{'':34}{'plain ms':>9}{'lab ms':>9}{'ratio':>8}{'goal':>7}")
    for name, experiment, plain, goal, repeats in CASES:
        bare, lab, ratio = compare(experiment, plain, int(sys.argv[1]) if len(sys.argv) > 1 else repeats)
        verdict = "met" if ratio <= goal else "missed"
        print(f"{name:34}{bare * 1e3:9.1f}{lab * 1e3:9.1f}{ratio:8.3f}{goal:7.2f}  {verdict}")


if __name__ == "__main__":
    main()
