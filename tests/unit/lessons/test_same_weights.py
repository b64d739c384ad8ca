"""What the lesson on shared weights says, against a plain program."""

import torch
from torch import nn
from torch.nn import functional as F

from rnnlab import Experiment, run
from rnnlab.engine import jobs
from rnnlab.experiment.limits import SPARE_UNITS
from rnnlab.records.opening import Place
from tests.support.walks import walked

WORDS = [0, 1, 2, 3, 2]  # five tokens of four types
DAY = [0, 1, 2, 3, 4, 1, 2, 5]  # the third token twice, with two successors


def learnt(ids: list[int], types: int) -> tuple[nn.Embedding, nn.RNN, nn.Linear]:
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(types, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, types)
    optimizer = torch.optim.Adam([p for m in (embedding, rnn, linear) for p in m.parameters()], lr=0.01)
    read, targets = torch.tensor([ids[:-1]]), torch.tensor(ids[1:])
    for _ in range(100):
        optimizer.zero_grad()
        F.cross_entropy(linear(rnn(embedding(read))[0])[0], targets).backward()
        optimizer.step()
    return embedding, rnn, linear


def states(rnn: nn.RNN, x: torch.Tensor, off: int | None = None) -> torch.Tensor:
    h, found = torch.zeros(32), []
    for x_t in x:
        h = torch.tanh(
            rnn.weight_ih_l0 @ x_t + rnn.bias_ih_l0 + rnn.weight_hh_l0 @ h + rnn.bias_hh_l0  # the formula
        )
        if off is not None:
            h = h.index_fill(0, torch.tensor([off]), 0.0)
        found.append(h)
    return torch.stack(found)


def test_what_each_question_is_answered_with():
    (embedding, rnn, linear), day = learnt(WORDS, 4), learnt(DAY, 6)
    changed = {}
    with torch.no_grad():
        x = embedding(torch.tensor(WORDS[:-1]))
        before, answers = states(rnn, x), linear(states(rnn, x)).argmax(1)
        spare = sum(bool((linear(states(rnn, x, unit)).argmax(1) == answers).all()) for unit in range(32))
        for name in ("weight_hh", "weight_ih"):
            weight = getattr(rnn, f"{name}_l0")
            kept, weight[0, 1] = weight[0, 1].clone(), 3.0
            changed[name] = [step + 1 for step, gap in enumerate((states(rnn, x) - before).abs().amax(1)) if gap > 1e-6]
            weight[0, 1] = kept
        chances = day[2](day[1](day[0](torch.tensor([DAY[:-1]])))[0])[0].softmax(-1)

    late = [*walked("same-weights", "en").values()][-1].late
    assert late.found == {
        "twice": "same",
        "formula": "steps",
        "hidden-weight": (len(changed["weight_hh"]),),
        "input-weight": (len(changed["weight_ih"]),),
        "missing": (spare,),
        "two-answers": "1",
    }
    parts = nn.Embedding(4, 16), nn.RNN(16, 32), nn.Linear(32, 4)
    count = sum(p.numel() for part in parts for p in part.parameters())
    assert late.tells["twice"] == {"tokens": 10, "parameters": f"{count:,}", "before": f"{count:,}"}
    assert late.tells["hidden-weight"]["felt"] == ", ".join(map(str, changed["weight_hh"]))
    assert late.tells["input-weight"]["felt"] == ", ".join(map(str, changed["weight_ih"]))
    told = late.tells["two-answers"]
    assert (told["counted"], told["chance"]) == ("0.5", f"{chances[-1, DAY[-1]]:.3f}")


def test_of_many_hidden_units_so_many_are_tried_as_a_job_may_take():
    history = run(Experiment(hidden=SPARE_UNITS + 6, epochs=1))
    weights = history.checkpoints[-1].weights
    assert max(jobs.units_to_spare(history.experiment, weights, Place()), default=0) < SPARE_UNITS
