"""What the lesson on writing says, against a plain GRU that is given the weights of its run and writes by itself."""

from math import log2

import pytest
import torch
from torch import nn

from rnnlab.records.history import History
from tests.support.walks import walked


@torch.no_grad()
def written(history: History, checkpoint: int, temperature: float) -> str:
    """Two hundred characters after the first eight of the text. Temperature 0: always the most probable."""
    o, e = history.opening, history.experiment
    size = len(o.vocabulary)
    embedding, gru, linear = nn.Embedding(size, e.embed), nn.GRU(e.embed, e.hidden), nn.Linear(e.hidden, size)
    numbers, at = torch.frombuffer(bytearray(history.checkpoints[checkpoint].weights), dtype=torch.float32), 0
    for parameter in [*embedding.parameters(), *gru.parameters(), *linear.parameters()]:
        parameter.data = numbers[at : at + parameter.numel()].view_as(parameter)
        at += parameter.numel()
    assert at == len(numbers)
    read, state, found = [o.vocabulary.index(char) for char in e.text[:8]], None, []
    draws = torch.Generator().manual_seed(0)
    for _ in range(200):
        output, state = gru(embedding(torch.tensor(read)), state)
        logits = linear(output[-1]).double()
        if temperature:
            read = torch.multinomial((logits / temperature).softmax(-1), 1, generator=draws).tolist()
        else:
            read = [int(logits.argmax())]
        found += read
    return "".join(o.classes[id] for id in found)


def copied(text: str, source: str) -> int:
    """The length of the longest stretch of a text that stands in another."""
    return max(
        length
        for start in range(len(text))
        for length in range(len(text) - start + 1)
        if text[start : start + length] in source
    )


@pytest.mark.thorough
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_each_question_is_answered_with(lang):
    steps = walked("writer", lang)
    history, late = steps["copies"].after.history, steps["copies"].late
    source = history.experiment.text
    types = len(set(source))
    assert late.found["blind"] == (pytest.approx(log2(types), abs=0.1),)
    assert late.tells["blind"] == {"types": types, "most": f"{log2(types):.2f}"}
    greedy, hot = (copied(written(history, -1, temperature), source) for temperature in (0.0, 2.0))
    assert late.tells["greedy"] == {"copied": greedy, "length": 200}
    assert late.found["greedy"] == "many"
    assert greedy > 50
    assert late.tells["hot"] == {"temperature": "2", "hot": hot, "greedy": greedy}
    assert late.found["hot"] == "shorter"
    assert late.found["top-k"] == "yes"
    assert late.tells["top-k"] == {"temperature": "2", "hot": greedy, "greedy": greedy}
    early, end = (copied(written(history, checkpoint, 0.8), source) for checkpoint in (5, -1))
    assert late.tells["copies"] == {"epoch": 5, "early": early, "late": end}
    assert early < end, "the longer it trains, the more it knows by heart"
    assert late.found["copies"] == ("few" if early <= 10 else "some" if early <= 50 else "many")
