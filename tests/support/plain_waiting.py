"""`long-range` as a plain program: a colour, so many steps of waiting, a question; the answer is the colour."""

from dataclasses import dataclass, field
from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

COLOURS = (0, 3, 4, 5)  # ids in order of appearance: the first colour, wait, ask, the other colours
WAIT, ASK = 1, 2


@dataclass(frozen=True)
class Waiting:
    layer: nn.RNNBase
    linear: nn.Linear
    x: Tensor  # [line, step, token]
    targets: Tensor  # [line, step]
    losses: list[float] = field(default_factory=list)  # by epoch, before its update
    rights: list[float] = field(default_factory=list)  # likewise, share of targets

    def answers(self, hidden: Tensor) -> list[int]:
        """After the last step of each line, of states [line, step, unit] or of that step alone."""
        return self.linear(hidden[:, -1] if hidden.dim() == 3 else hidden).argmax(-1).tolist()


@cache
def waiting(kind: str, steps: int = 20, epochs: int = 300, seed: int = 0) -> Waiting:
    torch.manual_seed(seed)
    ids = torch.tensor([[colour, *[WAIT] * steps, ASK] for colour in COLOURS])
    targets = torch.tensor([[WAIT] * (steps + 1) + [colour] for colour in COLOURS])
    layer = getattr(nn, kind)(6, 32, batch_first=True)
    net = Waiting(layer, nn.Linear(32, 6), F.one_hot(ids, 6).float(), targets)
    weights = [*layer.parameters(), *net.linear.parameters()]
    optimizer = torch.optim.Adam(weights, lr=0.01)
    for _ in range(epochs):
        logits = net.linear(layer(net.x)[0])
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        net.losses.append(loss.item())
        net.rights.append((logits.argmax(-1) == targets).double().mean().item())
    return net
