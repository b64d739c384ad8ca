"""Encoder and decoder: one network reads the source, another writes the target, and may look back at what was read.

Additive attention: score(h, enc_s) = v . tanh(W [h; enc_s]), h being the
decoder's last hidden state before it writes; the decoder reads [embedding; context], and its output layer [h; context].
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.data import NO_TARGET, Batch
from rnnlab.data.labelled import BOS_ID, PAD_ID
from rnnlab.experiment import Experiment
from rnnlab.models.recurrent import Recurrent, input_module, read, recurrent_module
from rnnlab.models.token_model import Pass, Stages


@dataclass(frozen=True)
class Memory:
    """What the encoder leaves to the decoder."""

    encoded: Tensor  # [batch, source, unit]: its output at every step
    keys: Tensor  # [batch, source, unit]: of that what does not depend on the decoder
    own: Tensor  # [batch, source] bool: what is no padding


@dataclass(frozen=True)
class DecoderOutput:
    """What the decoder did: one step, or all of them with an axis `target` more."""

    logits: Tensor  # [batch, class]
    output: Tensor  # [batch, unit]
    weights: Tensor | None  # [batch, source]: of attention, where there is any
    features: Tensor  # [batch, embed]: of the token that was read


@dataclass(frozen=True, kw_only=True)
class Seq2SeqPass(Pass):
    """A pass through both: what `Pass` says of features, output and final state is of the encoder."""

    tokens: Tensor  # [batch, target]: what the decoder read
    decoder: DecoderOutput  # with an axis `target` behind the batch's

    def stages(self) -> Stages:
        h_n, c_n = self.final if isinstance(self.final, tuple) else (self.final, None)
        stages: Stages = {
            "encoded": (self.output, ("batch", "source", "unit")),
            "h_n": (h_n, ("layer", "batch", "unit")),
        }
        if c_n is not None:
            stages["c_n"] = (c_n, ("layer", "batch", "unit"))
        stages["tokens"] = (self.tokens, ("batch", "target"))
        stages["target_embedded"] = (self.decoder.features, ("batch", "target", "embed"))
        if self.decoder.weights is not None:
            stages["weights"] = (self.decoder.weights, ("batch", "target", "source"))
        return stages | {
            "decoded": (self.decoder.output, ("batch", "target", "unit")),
            "logits": (self.logits, ("batch", "target", "class")),
        }


class Attention(nn.Module):
    """How much each step of the source matters to the decoder's hidden state."""

    def __init__(self, kind: str, hidden: int):
        super().__init__()
        if kind == "additive":
            self.W = nn.Linear(2 * hidden, hidden)
            self.v = nn.Linear(hidden, 1, bias=False)
        self.kind, self.hidden = kind, hidden

    def keys(self, encoded: Tensor) -> Tensor:
        """The part of W [h; enc_s] that is the same at every target step, [batch, source, unit]."""
        if self.kind == "dot":
            return encoded
        return functional.linear(encoded, self.W.weight[:, self.hidden :], self.W.bias)

    def forward(self, query: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Context [batch, unit] and weights [batch, source], for the query [batch, unit]."""
        if self.kind == "dot":
            scores = (memory.keys @ query.unsqueeze(-1)).squeeze(-1)  # [batch, source]
        else:
            mine = functional.linear(query, self.W.weight[:, : self.hidden])  # [batch, unit]
            scores = self.v(torch.tanh(mine.unsqueeze(1) + memory.keys)).squeeze(-1)
        weights = scores.masked_fill(~memory.own, -torch.inf).softmax(-1)
        return (weights.unsqueeze(1) @ memory.encoded).squeeze(1), weights


class Encoder(nn.Module):
    def __init__(self, e: Experiment, types: int):
        super().__init__()
        self.input, width = input_module(e, types, PAD_ID)
        self.recurrent = recurrent_module(e, width)


class Decoder(nn.Module):
    def __init__(self, e: Experiment, classes: int):
        super().__init__()
        self.input, width = input_module(e, classes, PAD_ID)
        self.attention = None if e.attention == "none" else Attention(e.attention, e.hidden)
        extra = e.hidden if self.attention else 0
        self.recurrent = recurrent_module(e, width + extra)
        self.head = nn.Linear(e.hidden + extra, classes)


class Seq2Seq(nn.Module):
    """Encoder and decoder of the same cell and sizes; the decoder starts from the encoder's final state."""

    def __init__(self, experiment: Experiment, types: int, classes: int):
        super().__init__()
        self.experiment = experiment
        self.encoder, self.decoder = Encoder(experiment, types), Decoder(experiment, classes)

    def forward(self, batch: Batch, _: Recurrent | None = None) -> Seq2SeqPass:
        """Read the sources; write the targets, at each step given the true token before, or, while it trains, with the
        probability 1 - teacher the decoder's own."""
        features, output, state, memory = self.encode(batch.ids, batch.lengths)
        first = torch.full_like(batch.targets[:, :1], BOS_ID)
        truth = torch.cat([first, batch.targets[:, :-1]], dim=1)  # [batch, target]
        truth = truth.masked_fill(truth == NO_TARGET, PAD_ID)
        teacher = self.experiment.teacher if self.training else 1.0
        if self.decoder.attention is None and teacher == 1.0:
            tokens, written = truth, self.whole(truth, state)
        else:
            tokens, written = self.steps(truth, state, memory, teacher)
        return Seq2SeqPass(
            features=features, output=output, final=state, logits=written.logits, tokens=tokens, decoder=written
        )

    def encode(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Recurrent, Memory]:
        """Features, output and final state of the encoder, and what the decoder can look back at."""
        e = self.experiment
        features = self.encoder.input(ids)  # [batch, source, embed]
        x = self.dropped(features, e.dropout_embed)
        output, final = read(self.encoder.recurrent, x, lengths, None, e.packed)
        keys = self.decoder.attention.keys(output) if self.decoder.attention else output
        own = torch.arange(ids.shape[1]) < lengths[:, None]
        return features, output, final, Memory(output, keys, own)

    def dropped(self, x: Tensor, share: float) -> Tensor:
        return functional.dropout(x, share, self.training) if share else x

    def whole(self, tokens: Tensor, state: Recurrent) -> DecoderOutput:
        """All target steps in one fused pass: possible where no step depends on what was written before."""
        features = self.decoder.input(tokens)
        output, _ = self.decoder.recurrent(self.dropped(features, self.experiment.dropout_embed), state)
        return DecoderOutput(
            self.decoder.head(self.dropped(output, self.experiment.dropout_head)), output, None, features
        )

    def steps(self, truth: Tensor, state: Recurrent, memory: Memory, teacher: float) -> tuple[Tensor, DecoderOutput]:
        """Target step by target step; which of them are given the true token is drawn for the whole batch at once."""
        given = [True] * truth.shape[1] if teacher == 1.0 else (torch.rand(truth.shape[1]) < teacher).tolist()
        tokens: list[Tensor] = []
        written: list[DecoderOutput] = []
        for step, forced in enumerate(given):
            token = truth[:, step] if forced or not step else written[-1].logits.argmax(-1)
            one, state = self.step(token, state, memory)
            tokens.append(token)
            written.append(one)
        return torch.stack(tokens, dim=1), together(written)

    def step(self, token: Tensor, state: Recurrent, memory: Memory) -> tuple[DecoderOutput, Recurrent]:
        """One target step, for tokens [batch]."""
        e, decoder = self.experiment, self.decoder
        features = decoder.input(token.unsqueeze(1)).squeeze(1)  # [batch, embed]
        x, weights, context = self.dropped(features, e.dropout_embed), None, None
        if decoder.attention is not None:
            context, weights = decoder.attention(top_state(state), memory)
            x = torch.cat([x, context], dim=-1)
        output, state = decoder.recurrent(x.unsqueeze(1), state)
        output = output.squeeze(1)  # [batch, unit]
        scored = output if context is None else torch.cat([output, context], dim=-1)
        return DecoderOutput(decoder.head(self.dropped(scored, e.dropout_head)), output, weights, features), state


def top_state(state: Recurrent) -> Tensor:
    """The last layer's hidden state, [batch, unit]."""
    return (state[0] if isinstance(state, tuple) else state)[-1]


def together(steps: list[DecoderOutput]) -> DecoderOutput:
    """Target steps as one, with their axis behind the batch's."""

    def stacked(parts: list[Tensor | None]) -> Tensor | None:
        known = [part for part in parts if part is not None]
        return torch.stack(known, dim=1) if known else None

    logits, output, features = (
        torch.stack([getattr(s, n) for s in steps], dim=1) for n in ("logits", "output", "features")
    )
    return DecoderOutput(logits, output, stacked([s.weights for s in steps]), features)
