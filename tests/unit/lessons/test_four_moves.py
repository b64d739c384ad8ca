"""What the lesson on the training loop says, against a plain program."""

import torch
from torch import nn
from torch.nn import functional as F

from tests.support.walks import walked


def losses_and_rights(lr: float, epochs: int = 100) -> tuple[list[float], list[bool]]:
    """Five words, four targets: by epoch the loss before its update, and whether all is right after it."""
    torch.manual_seed(0)
    ids = torch.tensor([[0, 1, 2, 3]])
    targets = torch.tensor([1, 2, 3, 2])
    embedding, rnn, linear = nn.Embedding(4, 16), nn.RNN(16, 32, batch_first=True), nn.Linear(32, 4)
    parameters = [p for module in (embedding, rnn, linear) for p in module.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=lr)
    losses, rights = [], []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(linear(rnn(embedding(ids))[0])[0], targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rights.append(bool((linear(rnn(embedding(ids))[0])[0].argmax(1) == targets).all()))
    return losses, rights


def test_what_each_question_is_answered_with():
    losses, rights = losses_and_rights(lr=0.01)
    still, _ = losses_and_rights(lr=1e-6)
    found = {id: one.late for id, one in walked("four-moves", "zh").items()}
    assert found["first-loss"].found["first-loss"] == min(
        ("0", "0.7", "1.4", "4"), key=lambda o: abs(float(o) - losses[0])
    )
    assert found["first-loss"].tells["first-loss"] == {"loss": f"{losses[0]:.2f}", "classes": 4, "chance": "1.386"}
    assert found["all-right"].found["all-right"] == (rights.index(True) + 1,)
    assert found["still"].tells["still"] == {"first": f"{still[0]:.3f}", "last": f"{still[-1]:.3f}"}
    assert found["learnt"].tells["learnt"]["last"] == f"{losses[-1]:.3f}"
