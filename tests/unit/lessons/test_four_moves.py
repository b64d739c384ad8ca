"""What the lesson on the training loop says, against a plain program."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rnnlab.engine import jobs
from rnnlab.lessons.course import LESSONS
from tests.support.walks import walked

IDS, TARGETS = torch.tensor([[0, 1, 2, 3]]), torch.tensor([1, 2, 3, 2])  # five words


@dataclass
class Plain:
    rnn: nn.RNN
    losses: list[float] = field(default_factory=list)  # by epoch, before its update
    rights: list[bool] = field(default_factory=list)  # whether all is right after it


def trained(lr: float, epochs: int = 100) -> tuple[Plain, torch.Tensor]:
    """And the loss with the weights that it has by then, still to be derived."""
    torch.manual_seed(0)
    embedding, rnn, linear = nn.Embedding(4, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 4)
    plain = Plain(rnn)
    optimizer = torch.optim.Adam([p for module in (embedding, rnn, linear) for p in module.parameters()], lr=lr)
    logits = linear(rnn(embedding(IDS))[0])[0]
    for _ in range(epochs):
        loss = F.cross_entropy(logits, TARGETS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logits = linear(rnn(embedding(IDS))[0])[0]
        plain.losses.append(loss.item())
        plain.rights.append(bool((logits.argmax(1) == TARGETS).all()))
    optimizer.zero_grad()
    return plain, F.cross_entropy(logits, TARGETS)


def test_what_each_question_is_answered_with():
    plain, _ = trained(lr=0.01)
    losses = plain.losses
    still = trained(lr=1e-6)[0].losses
    found = {id: one.late for id, one in walked("four-moves", "zh").items()}
    assert found["first-loss"].found["first-loss"] == min(
        ("0", "0.7", "1.4", "4"), key=lambda o: abs(float(o) - losses[0])
    )
    assert found["first-loss"].tells["first-loss"] == {"loss": f"{losses[0]:.2f}", "classes": 4, "chance": "1.386"}
    assert found["all-right"].found["all-right"] == (plain.rights.index(True) + 1,)
    assert found["still"].tells["still"] == {"first": f"{still[0]:.3f}", "last": f"{still[-1]:.3f}"}
    told = found["learnt"].tells["learnt"]
    assert [told[one] for one in ("first", "half", "last")] == [
        f"{losses[0]:.3f}",
        f"{losses[49]:.5f}",
        f"{losses[99]:.5f}",
    ]
    assert (told["times"], told["later"]) == (f"{losses[0] / losses[49]:.0f}", f"{losses[49] / losses[99]:.1f}")
    times = [before / after for before, after in pairwise(losses[::10])]
    assert times == sorted(times, reverse=True), "fast, then ever more slowly"


def test_the_weight_that_is_checked_goes_where_plain_sgd_would_take_it():
    steps = walked("four-moves", "zh")
    plain, loss = trained(lr=0.01, epochs=steps["check"].before.epochs)
    weight = plain.rnn.weight_hh_l0
    loss.backward()
    place = np.unravel_index(int(weight.grad.abs().argmax()), weight.shape)
    before, gradient = weight[place].item(), weight.grad[place].item()
    torch.optim.SGD([weight], lr=0.01).step()
    late = steps["check"].late
    assert late.found["check"] == ("larger" if weight[place].item() > before else "smaller")
    told = late.tells["check"]
    assert [float(told[one].replace("−", "-")) for one in ("slope", "autograd")] == [
        pytest.approx(gradient, rel=1e-3),
        pytest.approx(gradient, rel=1e-3),
    ]
    assert (float(told["above"]) > float(told["below"])) is (gradient > 0)


def test_another_weight_than_the_one_asked_about_is_no_answer():
    step = next(one for one in LESSONS["four-moves"].steps if one.id == "check")
    after = walked("four-moves", "zh")["check"].after
    other = jobs.check(after.experiment, after.checkpoint.weights, after.check.name, (0, 0))
    assert step.done(after)
    assert not step.done(replace(after, check=other))
