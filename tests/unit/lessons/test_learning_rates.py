"""What the lesson on learning rates says, against a plain program."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rnnlab.presets.presets import RAIN
from tests.support.walks import walked


def trained(
    optimizer: str = "SGD", lr: float = 0.5, clip: float = 0.0, reduction: str = "sum", epochs: int = 100
) -> tuple[list[float], list[float]]:
    """Losses and norms before clipping, by epoch."""
    lines = RAIN.split("\n")
    vocabulary = {char: id for id, char in enumerate(["<pad>", *dict.fromkeys("".join(lines))])}
    torch.manual_seed(0)
    embedding, rnn = nn.Embedding(len(vocabulary), 16, padding_idx=0), nn.RNN(16, 48, batch_first=True)
    linear = nn.Linear(48, len(vocabulary))
    weights = [*embedding.parameters(), *rnn.parameters(), *linear.parameters()]
    rule = getattr(torch.optim, optimizer)(weights, lr=lr)
    ids = [torch.tensor([[vocabulary[char] for char in line]]) for line in lines]
    losses, norms = [], []
    for _ in range(epochs):
        logits = torch.cat([linear(rnn(embedding(line[:, :-1]))[0])[0] for line in ids])
        loss = F.cross_entropy(logits, torch.cat([line[0, 1:] for line in ids]), reduction=reduction)
        rule.zero_grad()
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(weights, clip or torch.inf).item())
        rule.step()
        losses.append(loss.item())
    return losses, norms


def rises(losses: list[float]) -> int:
    return sum(after > 1.1 * before for before, after in pairwise(losses))


@pytest.mark.thorough
def test_what_each_question_is_answered_with():
    found = {id: one.late for id, one in walked("learning-rates", "zh").items()}
    answers = {id: late.found[id] for id, late in found.items()}
    targets = sum(len(line) - 1 for line in RAIN.split("\n"))
    told = found["sum-or-mean"].tells["sum-or-mean"]
    (_, [of_sum]), (_, [of_mean]) = trained(epochs=1), trained(reduction="mean", epochs=1)
    assert (told["sum"], told["mean"], told["targets"]) == (f"{of_sum:.3g}", f"{of_mean:.3g}", targets)
    assert of_sum / of_mean == pytest.approx(targets, rel=1e-3)
    assert answers["sum-or-mean"] == "times"

    losses, _ = trained()
    assert answers["unclipped"] == "leaps"
    assert rises(losses) > 20
    assert losses[-1] > 2 * losses[0]

    losses, norms = trained(clip=1.0)
    told = found["what-is-cut"].tells["what-is-cut"]
    assert answers["what-is-cut"] == "length"
    assert told["last"] == f"{losses[-1]:.3g}"
    assert (told["count"], told["epochs"], told["limit"]) == (sum(norm > 1 for norm in norms), 100, "1")

    ends = {rate: trained(lr=rate)[0][-1] for rate in (0.05, 0.01, 0.005, 0.001)}
    assert answers["which-rate"] == f"{min(ends, key=ends.__getitem__):g}"
    said = dict(one.split(": ") for one in found["which-rate"].tells["which-rate"]["losses"].split("; "))
    assert [float(said[f"{rate:g}"]) for rate in ends] == pytest.approx([*ends.values()], rel=0.02)
    assert float(said["0.5"].replace(",", "")) > 100 > ends[0.05]

    limited = {rate: trained(lr=rate, clip=1.0)[0][-1] for rate in (0.5, 0.05)}
    told = found["what-it-buys"].tells["what-it-buys"]
    assert answers["what-it-buys"] == told["best"] == "0.5"
    assert (told["best_without"], told["times"]) == ("0.05", "10")
    rates = [limited[0.5], ends[0.05], limited[0.05]]
    assert [float(told[one]) for one in ("loss", "loss_without", "same_rate")] == pytest.approx(rates, rel=0.02)

    losses, _ = trained("Adam", lr=0.01)
    assert answers["adam"] == "falls"
    assert rises(losses) < 5
    assert float(found["adam"].tells["adam"]["last"]) == pytest.approx(losses[-1], rel=0.01)
    of_mean, _ = trained("Adam", lr=0.01, reduction="mean")
    assert [targets * loss for loss in of_mean] == pytest.approx(losses, rel=0.01), "sum or mean: the same steps"
