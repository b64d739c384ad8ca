"""What the lesson on the beginnings says, against figures counted by hand and a plain program."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.support.walks import walked

LINES = {
    "zh": ["白天", "我", "看", "书", "晚上", "我", "看", "星星"],
    "en": ["today", "we", "watch", "birds", "tonight", "we", "watch", "stars"],
}  # the third word twice


def chances(line: list[str]) -> list[float]:
    """What a network gives what really comes after each word, after a hundred epochs."""
    types = list(dict.fromkeys(line))
    ids = torch.tensor([types.index(word) for word in line])
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(6, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 6)
    optimizer = torch.optim.Adam([p for m in (embedding, rnn, linear) for p in m.parameters()], lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(linear(rnn(embedding(ids[None, :-1]))[0])[0], ids[1:]).backward()
        optimizer.step()
    p = linear(rnn(embedding(ids[None, :-1]))[0])[0].softmax(-1)
    return p[range(7), ids[1:]].tolist()


@pytest.mark.parametrize("lang", LINES)
def test_what_each_question_is_answered_with(lang):
    line, late = LINES[lang], [*walked("beginnings", lang).values()][-1].late
    network = chances(line)
    undecided = [2, 6]
    assert late.found == {
        "early": (3,),  # 1990, 1997 and 2003; the age begins in 2010
        "rules": (3,),  # "I am *"
        "counts": (1 / (2 + 6),),
        "features": "triple",  # both times the same word before it
        "networks": (sum(network[place] > 1 / 2 for place in undecided),),
        "pairs": (8 * 8,),
    }
    assert late.tells["rules"] == {"rules": "3, 7, 8"}
    assert late.tells["counts"] == {
        "token": line[2],
        "total": 2,
        "types": 6,
        "next": line[7],
        "before": "0.500",
        "after": f"{(1 + 1) / (2 + 6):.3f}",
    }
    assert late.tells["features"] == {"token": line[2], "here": 2, "before": 2, "pair": 2, "triple": 1}
    assert late.tells["networks"] == {
        "token": line[2],
        "counts": "0.500",
        "network": ", ".join(f"{network[place]:.3f}" for place in undecided),
    }
    assert late.tells["pairs"] == {"words": 8, "pairs": 64, "longer": 80, "more": "6,400"}
