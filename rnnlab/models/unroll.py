"""One readable step of each recurrent cell, over torch's own weights, with every value that it goes through.

Training runs torch's fused layers; these functions are what the lab *explains* with. Tests and the page itself hold
them to torch's results. Shapes: x [batch, input], h and c [batch, unit]; no value has a unit of measure.

Where a textbook writes its equations otherwise, torch's are followed: each gate has two biases; an LSTM's gates are
laid out i, f, g, o and a GRU's r, z, n; a GRU keeps the old state by z, and applies r after the hidden product.

Every named value passes through `see(name, value)` as soon as it is there, and what that returns goes on: this is how a
value is overwritten to see what depends on it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnlab.models.recurrent import CellLoop

Values = dict[str, Tensor]  # name -> [batch, unit], in the order of computation; "h" and "c" are the new state
State = tuple[Tensor, ...]  # (h,), or (h, c) of an LSTM
See = Callable[[str, Tensor], Tensor]
SeeStep = Callable[[int, str, Tensor], Tensor]  # the same, with the step


@dataclass(frozen=True)
class Weights:
    """What one layer and direction has learnt, in torch's layout: the rows of its gates one block below the other."""

    weight_ih: Tensor  # [gate x unit, input]
    weight_hh: Tensor  # [gate x unit, unit]
    bias_ih: Tensor  # [gate x unit]
    bias_hh: Tensor  # [gate x unit]


def as_it_is(_: str, value: Tensor) -> Tensor:
    return value


def products(x: Tensor, h: Tensor, w: Weights) -> tuple[Tensor, Tensor]:
    """What comes from below and what comes from before: W_ih x + b_ih and W_hh h + b_hh, [batch, gate x unit] each."""
    return x @ w.weight_ih.T + w.bias_ih, h @ w.weight_hh.T + w.bias_hh


def rnn_step(x: Tensor, state: State, w: Weights, nonlinearity: str = "tanh", see: See = as_it_is) -> Values:
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or ReLU in the place of tanh.

    Source: the PyTorch page "RNN".
    """
    below, before = products(x, state[0], w)
    total = below + before
    return {"h": see("h", total.tanh() if nonlinearity == "tanh" else total.relu())}


def lstm_step(x: Tensor, state: State, w: Weights, _: str = "", see: See = as_it_is) -> Values:
    """i, f, o = sigmoid(...) and g = tanh(...) of W_ih x + b_ih + W_hh h + b_hh; c' = f c + i g; h' = o tanh(c').

    Source: the PyTorch page "LSTM".
    """
    h, c = state
    below, before = products(x, h, w)
    i, f, g, o = (below + before).chunk(4, dim=-1)  # [batch, unit] each
    i, f, g, o = see("i", i.sigmoid()), see("f", f.sigmoid()), see("g", g.tanh()), see("o", o.sigmoid())
    c = see("c", f * c + i * g)
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": see("h", o * c.tanh())}


def gru_step(x: Tensor, state: State, w: Weights, _: str = "", see: See = as_it_is) -> Values:
    """r, z = sigmoid(...); n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h' = (1 - z) n + z h.

    Source: the PyTorch page "GRU".
    """
    h = state[0]
    below, before = (part.chunk(3, dim=-1) for part in products(x, h, w))  # r, z, n: [batch, unit] each
    r = see("r", (below[0] + before[0]).sigmoid())
    z = see("z", (below[1] + before[1]).sigmoid())
    n = see("n", (below[2] + r * before[2]).tanh())
    return {"r": r, "z": z, "n": n, "h": see("h", (1 - z) * n + z * h)}


STEPS: dict[str, Callable[..., Values]] = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def weights_of(recurrent: nn.Module, layer: int, direction: int) -> Weights:
    """The weights of one layer (from 0) and direction (0 forward, 1 backward) of a torch layer or a loop over cells."""
    if isinstance(recurrent, CellLoop):
        cell, end = recurrent.cells[layer * recurrent.directions + direction], ""
    else:
        cell, end = recurrent, f"_l{layer}" + ("_reverse" if direction else "")
    return Weights(*(getattr(cell, name + end) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


def zero_state(cell: str, batch: int, hidden: int) -> State:
    """Where a sequence starts when nothing else is said: [batch, unit] each."""
    return tuple(torch.zeros(batch, hidden) for _ in range(2 if cell == "lstm" else 1))


def unroll(
    cell: str,
    x: Tensor,
    w: Weights,
    state: State,
    backward: bool = False,
    nonlinearity: str = "tanh",
    see: SeeStep | None = None,
    own: Tensor | None = None,
) -> list[Values]:
    """One layer and direction over a sequence, x [batch, step, input]: the values of every step, in the sequence's own
    order, also where it is read backward. Where `own` [batch, step] is false a row keeps the state that it has."""
    steps: list[Values] = [{}] * x.shape[1]
    for t in reversed(range(x.shape[1])) if backward else range(x.shape[1]):
        here = (lambda name, value, t=t: see(t, name, value)) if see else as_it_is
        values = steps[t] = STEPS[cell](x[:, t], state, w, nonlinearity, here)
        if own is not None:
            kept = dict(zip("hc", state, strict=False))
            values |= {name: torch.where(own[:, t, None], values[name], before) for name, before in kept.items()}
        state = (values["h"], values["c"]) if cell == "lstm" else (values["h"],)
    return steps
