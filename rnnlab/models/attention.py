"""Attention: how much each step of the source matters to a decoder.

Additive (Bahdanau et al., 2015): e_tj = v . tanh(W [s_(t-1); h_j]), s_(t-1) being the decoder's hidden state before it
writes step t, h_j the encoder's output at step j; dot (Luong et al., 2015): s_(t-1) . h_j. The recurrent part of the
decoder then reads [embedding; context], and its output layer [output; context].
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Memory:
    """What the encoder leaves for the decoder's attention."""

    encoded: Tensor  # [batch, source, unit]: the encoder's output at every step
    mask: Tensor  # [batch, source] bool: true where there is no padding
    keys: Tensor  # [batch, source, unit]: what a query is compared with


@dataclass(frozen=True)
class AdditiveMemory(Memory):
    """And what of an additive score is the same at every target step."""

    W: Tensor  # [unit, unit]: of a query
    v: Tensor  # [unit]
    shift: Tensor  # a scalar


@dataclass(frozen=True)
class AttentionOutput:
    """Attention over the source: one target step, or all of them with an axis `target` behind the batch's."""

    scores: Tensor  # [batch, source]: before the softmax, padding among them
    weights: Tensor  # [batch, source]: add up to 1, exactly 0 on padding
    context: Tensor  # [batch, unit]: the encoder's outputs, summed by weight


class Attention(nn.Module):
    """How much each step of the source matters to the decoder's hidden state."""

    def __init__(self, kind: str, hidden: int):
        super().__init__()
        if kind == "additive":
            self.W = nn.Linear(2 * hidden, hidden)
            self.v = nn.Linear(hidden, 1, bias=False)
        self.kind = kind

    def memory(self, encoded: Tensor, mask: Tensor) -> Memory:
        """W reads a query and an output of the encoder side by side. What it makes of the latter is the same for all
        target steps. tanh(x) is 2 sigmoid(2x) - 1, for which torch takes a fifth of the time: twice x and twice v."""
        if self.kind == "dot":
            return Memory(encoded, mask, encoded)
        query, key = (2 * self.W.weight).split(self.W.out_features, dim=1)  # each [unit, unit]
        keys, v = functional.linear(encoded, key, 2 * self.W.bias), self.v.weight[0]
        return AdditiveMemory(encoded, mask, keys, query.T, 2 * v, -v.sum())

    def forward(self, query: Tensor, memory: Memory) -> AttentionOutput:
        """For the query [batch, unit]: the decoder's last hidden state."""
        if isinstance(memory, AdditiveMemory):
            s = torch.sigmoid(memory.keys + (query @ memory.W).unsqueeze(1))  # [batch, source, unit]
            scores = s @ memory.v + memory.shift  # [batch, source]
        else:
            scores = (memory.keys @ query.unsqueeze(-1)).squeeze(-1)
        weights = scores.masked_fill(~memory.mask, -torch.inf).softmax(-1)
        return AttentionOutput(scores, weights, torch.bmm(weights.unsqueeze(1), memory.encoded).squeeze(1))
