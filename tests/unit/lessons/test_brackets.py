"""What the lesson on brackets says, against a plain GRU that is given the weights of its runs, and brackets counted by
hand."""

import numpy as np
import pytest
import torch
from torch import nn

from rnnlab.lessons.storyboards.sequences.brackets import nested
from rnnlab.records.history import History
from scripts.lesson_acts.brackets import SENTENCE
from tests.support.walks import walked


def open_after(line: str) -> list[int]:
    read = [line[: end + 1] for end in range(len(line))]
    return [sum(map(some.count, "(（")) - sum(map(some.count, ")）")) for some in read]


@torch.no_grad()
def states(history: History, line: str) -> np.ndarray:
    """[character, unit]"""
    o, e = history.opening, history.experiment
    embedding, gru = nn.Embedding(len(o.vocabulary), e.embed), nn.GRU(e.embed, e.hidden)
    numbers, at = torch.frombuffer(bytearray(history.checkpoints[-1].weights), dtype=torch.float32), 0
    for parameter in [*embedding.parameters(), *gru.parameters()]:
        parameter.data = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    return gru(embedding(torch.tensor([o.vocabulary.index(char) for char in line])))[0].numpy()


def strongest(history: History) -> tuple[int, float, np.ndarray, np.ndarray]:
    """The unit that follows most closely how many brackets are open, its r, its values, and how many are."""
    lines = history.experiment.text.splitlines()
    values = np.concatenate([states(history, line) for line in lines])
    depth = np.concatenate([open_after(line) for line in lines])
    r = [np.corrcoef(values[:, unit], depth)[0, 1] for unit in range(values.shape[1])]
    unit = int(np.argmax(np.abs(r)))
    return unit, r[unit], values[:, unit] * np.sign(r[unit]), depth


def signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


@pytest.mark.thorough
def test_what_each_question_is_answered_with():
    steps = walked("brackets", "en")
    late = steps["levels"].late
    flat, deep = steps["nested"].after.history, steps["levels"].after.history
    unit, r, _, depth = strongest(flat)
    assert set(depth) == {0, 1}
    assert late.found["finds"] == "1"
    assert abs(r) > 0.8
    assert late.tells["finds"] == {"unit": unit, "r": signed(r)}
    values = states(flat, SENTENCE)[:, unit] * np.sign(r)
    at = [(char, value) for char, value in zip(SENTENCE, values, strict=True) if char in "()"]
    assert [char for char, _ in at] == ["(", "(", ")", ")"]
    assert late.found["nested"] == ("counts" if at[2][1] > 0 else "switches") == "switches"
    assert late.tells["nested"]["values"] == ", ".join(signed(value * np.sign(r)) for _, value in at)
    unit, r, values, depth = strongest(deep)
    assert set(depth) == {0, 1, 2}
    means = [values[depth == level].mean() for level in range(3)]
    assert late.found["levels"] == ("first" if means[1] - means[0] > means[2] - means[1] else "second") == "first"
    shown = [signed(mean * np.sign(r)) for mean in means]
    assert late.tells["levels"] == {"unit": unit} | dict(zip(("none", "one", "two"), shown, strict=True))


def test_a_bracket_is_put_inside_each_and_what_is_open_is_counted():
    found = nested({"text": "a (b c) d\na (b c) d\n（天亮）了"})
    assert found["text"].splitlines() == ["a (b( c)) d", "a ((b) c) d", "（天（亮））了"]
    assert found["target"].splitlines() == ["00112221000", "00122111000", "1122100"]
