"""What the lesson on gates says, against cells written out by hand over weights of a plain program."""

import torch
from torch import Tensor

from tests.support.plain_waiting import Waiting, waiting
from tests.support.walks import walked

CLASSES = ("红", "等", "问", "黄", "蓝", "绿")


@torch.no_grad()
def lstm(net: Waiting, forget: float | None = None) -> tuple[Tensor, Tensor]:
    """The last h [line, unit] with the forget gate held; and the gate's values at all steps [line, step, unit]."""
    layer = net.layer
    h = c = torch.zeros(len(net.x), layer.hidden_size)
    gates = []
    for x in net.x.unbind(1):
        i, f, g, o = (x @ layer.weight_ih_l0.T + layer.bias_ih_l0 + h @ layer.weight_hh_l0.T + layer.bias_hh_l0).chunk(
            4, 1
        )
        f = torch.sigmoid(f) if forget is None else torch.full_like(f, forget)
        c = f * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        gates.append(f)
    return h, torch.stack(gates, 1)


@torch.no_grad()
def gru(net: Waiting, update: float) -> Tensor:
    layer = net.layer
    h = torch.zeros(len(net.x), layer.hidden_size)
    for x in net.x.unbind(1):
        (xr, _, xn), (hr, _, hn) = (
            (x @ layer.weight_ih_l0.T + layer.bias_ih_l0).chunk(3, 1),
            (h @ layer.weight_hh_l0.T + layer.bias_hh_l0).chunk(3, 1),
        )
        n = torch.tanh(xn + torch.sigmoid(xr + hr) * hn)
        h = (1 - update) * n + update * h
    return h


def told(net: Waiting, hidden: Tensor) -> dict[str, object]:
    answers = net.answers(hidden)
    right = sum(answer == target for answer, target in zip(answers, net.targets[:, -1].tolist(), strict=True))
    return {"right": right, "lines": 4, "answers": ", ".join(CLASSES[answer] for answer in answers)}


def test_what_each_question_is_answered_with():
    net, other = waiting("LSTM"), waiting("GRU")
    assert told(net, lstm(net)[0])["right"] == told(other, other.layer(other.x)[0])["right"] == 4, "both have learnt"
    found = {id: one.late for id, one in walked("gates", "zh").items()}

    gate = lstm(net)[1][1, 1:21]  # the line shown, while it waits
    mean = gate.mean().item()
    assert found["forget-gate"].found["forget-gate"] == "0.9"
    assert 0.7 < mean < 1
    assert found["forget-gate"].tells["forget-gate"] == {
        "mean": f"{mean:.2f}",
        "keeps": "0.99",
        "left": "82%",
        "units": int((gate.amin(0) > 0.99).sum()),
        "hidden": 32,
    }
    for step, hidden in (
        ("forgets", lstm(net, 0.0)[0]),
        ("keeps-all", lstm(net, 1.0)[0]),
        ("never-copies", gru(other, 0.0)),
    ):
        assert found[step].tells[step] == told(net if "copies" not in step else other, hidden), step
    assert found["forgets"].found["forgets"] == (told(net, lstm(net, 0.0)[0])["right"],)
    assert found["keeps-all"].found["keeps-all"] == "no"
    assert not gru(other, 1.0).any()
    assert found["copies"].found["copies"] == "0"
    only_bias = CLASSES[other.linear.bias.argmax()]
    assert found["copies"].tells["copies"]["answers"] == ", ".join([only_bias] * 4)
    layers = {kind: sum(p.numel() for p in getattr(torch.nn, kind)(6, 32).parameters()) for kind in ("RNN", "LSTM")}
    assert found["parameters"].found["parameters"] == (sum(p.numel() for p in torch.nn.GRU(6, 32).parameters()),)
    assert found["parameters"].tells["parameters"]["rnn"] == f"{layers['RNN']:,}"
    assert found["parameters"].tells["parameters"]["lstm"] == f"{layers['LSTM']:,}"
