"""What the lesson on first weights says, against a plain program."""

from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.support.walks import walked

IDS, TARGETS = torch.tensor([[0, 1, 2, 3]]), torch.tensor([1, 2, 3, 2])  # five tokens of four types


def trained(fill) -> tuple[list[float], Tensor, Tensor, list[str]]:
    """Losses; at the end hidden states [step, unit] and what is predicted; whose first gradient is not 0."""
    torch.manual_seed(0)
    parts = {"embedding": nn.Embedding(4, 16), "rnn": nn.RNN(16, 32, batch_first=True), "linear": nn.Linear(32, 4)}
    for name in ("rnn", "linear"):
        for p in parts[name].parameters():
            fill(p)
    weights = {f"{part}.{name}": p for part, one in parts.items() for name, p in one.named_parameters()}
    optimizer = torch.optim.Adam(weights.values(), lr=0.01)
    losses, moving = [], []
    for _ in range(100):
        optimizer.zero_grad()
        loss = F.cross_entropy(parts["linear"](parts["rnn"](parts["embedding"](IDS))[0])[0], TARGETS)
        loss.backward()
        moving = moving or [name for name, p in weights.items() if p.grad is not None and bool(p.grad.any())]
        optimizer.step()
        losses.append(loss.item())
    hidden = parts["rnn"](parts["embedding"](IDS))[0][0]
    return losses, hidden, parts["linear"](hidden).argmax(1), moving


def matrices(fill):
    return lambda p: fill(p) if p.dim() > 1 else nn.init.zeros_(p)


def test_what_each_question_is_answered_with():
    starts = {
        "torch": lambda _: None,
        "xavier": matrices(nn.init.xavier_uniform_),
        "orthogonal": matrices(nn.init.orthogonal_),
        "constant": matrices(lambda p: nn.init.constant_(p, 0.1)),
        "zeros": nn.init.zeros_,
    }
    found = {init: trained(fill) for init, fill in starts.items()}
    last = {init: losses[-1] for init, (losses, *_) in found.items()}
    late = [*walked("zeros", "zh").values()][-1].late

    losses, hidden, predicted, moving = found["zeros"]
    assert predicted.tolist() == [2, 2, 2, 2]
    assert not hidden.any()
    told = late.tells["says"]
    assert late.found["says"] == "same"
    assert (told["word"], told["accuracy"]) == ("学习", "50%")
    assert (told["first"], told["last"]) == (f"{losses[0]:.3g}", f"{losses[-1]:.3g}")
    assert told["floor"] == f"{0.5 * log(2) + 2 * 0.25 * log(4):.3g}"
    assert losses[-1] > float(told["floor"])

    assert late.found["gradient"] == (len(moving),) == (1,)
    assert late.tells["gradient"] == {"tensors": 7, "names": moving[0]}

    _, hidden, _, moving = found["constant"]
    assert len(moving) == 7
    assert (hidden - hidden[:, :1]).abs().max() < 1e-5
    assert late.found["equal"] == (1,)
    assert late.tells["equal"] == {"units": 32, "last": f"{last['constant']:.3g}"}

    assert late.found["drawn"] == (sum(loss < 0.01 for loss in last.values()),) == (3,)
    assert {init: float(said) for init, said in late.tells["drawn"].items()} == {
        init: float(f"{loss:.2g}") for init, loss in last.items()
    }
