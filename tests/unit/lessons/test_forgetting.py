"""What the lesson on forgetting says, against plain programs and their own backward passes."""

from math import log10

import pytest
import torch
from torch.nn import functional as F

from tests.support.plain_waiting import Waiting, waiting
from tests.support.walks import walked

NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def factor(net: Waiting, line: int = 1) -> float:
    """By how much a step back multiplies |dL/dh|, from the last step to the first: a cell in a loop, over the line
    shown, each h of which keeps its gradient."""
    layer, cell = net.layer, getattr(torch.nn, f"{type(net.layer).__name__}Cell")(6, 32)
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    hidden, c = [], None
    for x in net.x[line : line + 1].unbind(1):
        before = hidden[-1] if hidden else torch.zeros(1, 32)
        if c is None and isinstance(cell, torch.nn.LSTMCell):
            c = torch.zeros(1, 32)
        h = cell(x, before) if c is None else cell(x, (before, c))
        if isinstance(h, tuple):
            h, c = h
        h.retain_grad()
        hidden.append(h)
    F.cross_entropy(net.linear(hidden[-1]), net.targets[line, -1:]).backward()
    near, far = (hidden[step].grad.double().norm() for step in (-1, 0))
    return (far / near).item() ** (1 / (len(hidden) - 1))


def fading_of_an_lstm(epochs: int) -> tuple[dict[str, float], float, float]:
    """The same of |dL/dh| and |dL/dc| of an LSTM, in equations; and the smallest and the largest value of its gates."""
    net = waiting("LSTM", epochs=epochs)
    w_ih, w_hh, b_ih, b_hh = net.layer.parameters()
    h, c, gates = torch.zeros(1, 32), torch.zeros(1, 32), []
    states: dict[str, list[torch.Tensor]] = {"h": [], "c": []}
    for x in net.x[1:2].unbind(1):
        i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, -1)
        i, f, o = i.sigmoid(), f.sigmoid(), o.sigmoid()
        c = f * c + i * g.tanh()
        h = o * c.tanh()
        c.retain_grad(), h.retain_grad()
        states["h"].append(h), states["c"].append(c), gates.extend([i, f, o])
    F.cross_entropy(net.linear(h), net.targets[1, -1:]).backward()
    left = {name: (all[0].grad.double().norm() / all[-1].grad.double().norm()).item() for name, all in states.items()}
    values = torch.cat(gates)
    return {name: one ** (1 / 21) for name, one in left.items()}, values.min().item(), values.max().item()


def test_what_gates_are_before_training_and_by_what_an_lstm_keeps_more_after_it():
    _, least, most = fading_of_an_lstm(epochs=0)
    assert 0.35 < least < most < 0.65
    rates, least, most = fading_of_an_lstm(epochs=300)
    assert rates["h"] == pytest.approx(factor(waiting("LSTM")), rel=1e-3)
    assert rates["c"] > rates["h"] + 0.05
    assert least < 0.1 < 0.9 < most


def test_the_first_steps_part_drowns_in_the_sum_of_the_gradient_of_shared_weights():
    """Each step has a copy of the weights, so that its part of the gradient is its own."""
    net, h, copies = waiting("RNN", epochs=0), torch.zeros(1, 32), []
    for x in net.x[1:2].unbind(1):
        w_ih, w_hh, b_ih, b_hh = (one.detach().clone().requires_grad_() for one in net.layer.parameters())
        h = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).tanh()
        copies.append((w_ih, w_hh, b_ih, b_hh))
    F.cross_entropy(net.linear(h), net.targets[1, -1:]).backward()
    first, *rest = (torch.cat([one.grad.flatten() for one in weights]) for weights in copies)
    assert 0 < first.norm() < 1e-4 * sum(rest, first).norm()


@pytest.mark.thorough
def test_what_each_question_is_answered_with():
    found = {id: one.late for id, one in walked("forgetting", "zh").items()}
    start = {cell: factor(waiting(name, epochs=0)) for cell, name in NAMES.items()}
    end = {cell: factor(waiting(name)) for cell, name in NAMES.items()}
    assert found["gates-learn"].tells["gates-learn"] == {cell: f"{rate:.2f}" for cell, rate in start.items()}
    assert found["flattest"].tells["flattest"] == {cell: f"{rate:.2f}" for cell, rate in end.items()}
    assert found["flattest"].found["flattest"] == max(end, key=end.__getitem__)
    assert found["gates-learn"].found["gates-learn"] == "0.6"
    assert found["what-is-left"].found["what-is-left"] == "0.000005"
    assert round(log10(start["rnn"] ** 21)) == -5
    told = found["what-is-left"].tells["what-is-left"]
    assert (told["rate"], told["steps"]) == (f"{start['rnn']:.2f}", 21)
    assert float(told["decimal"]) == pytest.approx(start["rnn"] ** 21, rel=0.05)

    rnn = waiting("RNN")
    answers = rnn.answers(rnn.layer(rnn.x)[0])
    right = sum(a == b for a, b in zip(answers, rnn.targets[:, -1].tolist(), strict=True))
    assert found["not-solved"].found["not-solved"] == "no"
    told = found["not-solved"].tells["not-solved"]
    assert (told["right"], told["lines"], told["accuracy"]) == (right, 4, f"{rnn.rights[-1]:.1%}")
    assert told["level"] == f"{85 / 88:.1%}"

    waits = ", ".join(f"{steps} {'✓' if waiting('RNN', steps).rights[-1] == 1 else '✗'}" for steps in (1, 5, 10, 15))
    ten = waiting("RNN", 10)
    answers = ten.answers(ten.layer(ten.x)[0])
    right = sum(a == b for a, b in zip(answers, ten.targets[:, -1].tolist(), strict=True))
    told = found["shorter"].tells["shorter"]
    assert (told["waits"], told["right"], told["lines"]) == (waits, right, 4)
    assert found["shorter"].found["shorter"] == ("yes" if "10 ✓" in waits else "no")

    wins = {cell: sum(waiting(n, seed=seed).rights[-1] == 1 for seed in range(3)) for cell, n in NAMES.items()}
    assert found["nine-runs"].tells["nine-runs"] == wins
    assert found["nine-runs"].found["nine-runs"] == (sum(wins.values()),)
    assert wins["rnn"] == pytest.approx(0)
