"""What the lesson on ohlol says, against a plain program."""

from functools import cache
from math import exp, log

import torch
from torch import nn
from torch.nn import functional as F

from tests.support.walks import walked

IDS, TARGETS = [0, 1, 2, 2, 3], torch.tensor([3, 0, 2, 3, 2])  # hello, ohlol


@cache
def says(seed: int, epochs: int, output_layer: bool = False) -> tuple[str, float]:
    """What it says then, and the loss before the last update."""
    torch.manual_seed(seed)
    rnn = nn.RNN(4, 4, batch_first=True)
    head = nn.Linear(4, 4) if output_layer else nn.Identity()
    x = F.one_hot(torch.tensor([IDS]), 4).float()
    optimizer = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=0.1)
    for _ in range(epochs):
        loss = F.cross_entropy(head(rnn(x)[0])[0], TARGETS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return "".join("helo"[best] for best in head(rnn(x)[0])[0].argmax(1)), loss.item()


def how_many(*run: int | bool) -> int:
    return sum(says(seed, *run)[0] == "ohlol" for seed in range(10))


def test_what_each_question_is_answered_with():
    found = {id: one.late for id, one in walked("ohlol", "en").items()}
    assert found["how-many"].found["how-many"] == (how_many(20),)
    assert found["how-many"].tells["how-many"] == {"first": 0, "last": 9, "right": how_many(20)}
    said, loss = says(0, 20)
    assert found["which-letter"].tells["which-letter"] == {"said": said, "seed": 0}
    assert said != "ohlol", "the lesson begins with a seed that fails"
    wrong = next(place for place, (a, b) in enumerate(zip(said, "ohlol", strict=True), 1) if a != b)
    assert found["which-letter"].found["which-letter"] == str(wrong)
    sure = exp(1) / (exp(1) + 3 * exp(-1))
    assert found["lowest-loss"].found["lowest-loss"] == "0.34"
    assert found["lowest-loss"].tells["lowest-loss"] == {
        "sure": f"{sure:.1%}",
        "lowest": f"{-log(sure):.3f}",
        "loss": f"{loss:.3f}",
    }
    assert found["what-helps"].tells["what-helps"] == {
        "early": how_many(20),
        "late": how_many(199),  # an epoch's accuracy is that of its own pass, before its update
        "linear": how_many(20, True),
        "seeds": 10,
        "epochs": 200,
    }
    assert found["what-helps"].found["what-helps"] == "layer"
    assert says(0, 200, True)[1] < 0.001, "with an output layer the loss goes down towards 0"
