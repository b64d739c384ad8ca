"""Encoder and decoder: one network reads the source, another writes the target, with or without attention.

Additive attention (Bahdanau et al., 2015): e_tj = v . tanh(W [s_(t-1); h_j]), s_(t-1) being the decoder's hidden state
before it writes step t, h_j the encoder's output at step j; dot attention (Luong et al., 2015): s_(t-1) . h_j. The
recurrent part of the decoder then reads [embedding; context], and its output layer [output; context].
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnlab.data import NO_TARGET, Batch
from rnnlab.data.batches import BOS_ID, PAD_ID
from rnnlab.experiment import Experiment
from rnnlab.models.cell_loop import Recurrent
from rnnlab.models.recurrent import input_module, read, recurrent_module
from rnnlab.models.token_model import Pass, Stages, dropped, packs


@dataclass(frozen=True)
class Memory:
    """What the encoder leaves for the decoder's attention."""

    encoded: Tensor  # [batch, source, unit]: the encoder's output at every step
    mask: Tensor  # [batch, source] bool: true where there is no padding


@dataclass(frozen=True)
class AttentionOutput:
    """Attention over the source: one target step, or all of them with an axis `target` behind the batch's."""

    scores: Tensor  # [batch, source]: before the softmax, padding among them
    weights: Tensor  # [batch, source]: add up to 1, exactly 0 on padding
    context: Tensor  # [batch, unit]: the encoder's outputs, summed by weight


@dataclass(frozen=True)
class DecoderOutput:
    """What the decoder did: one target step, or all of them with an axis `target` behind the batch's."""

    logits: Tensor  # [batch, class]
    output: Tensor  # [batch, unit]: of the recurrent part
    features: Tensor  # [batch, embed]: of the token that was read
    inputs: Tensor  # [batch, embed]: what the recurrent part read; [batch, embed + unit] with the context behind it
    attention: AttentionOutput | None = None


@dataclass(frozen=True, kw_only=True)
class Seq2SeqPass(Pass):
    """A pass through both: what `Pass` says of features, output and final state is of the encoder."""

    tokens: Tensor  # [batch, target]: what the decoder read
    decoder: DecoderOutput  # with an axis `target` behind the batch's

    def stages(self) -> Stages:
        stages: Stages = {"encoded": (self.output, ("batch", "source", "unit")), **self.final_stages()}
        stages["tokens"] = (self.tokens, ("batch", "target"))
        stages["target_embedded"] = (self.decoder.features, ("batch", "target", "embed"))
        if attention := self.decoder.attention:
            stages["scores"] = (attention.scores, ("batch", "target", "source"))
            stages["weights"] = (attention.weights, ("batch", "target", "source"))
            stages["context"] = (attention.context, ("batch", "target", "unit"))
            stages["decoder_input"] = (self.decoder.inputs, ("batch", "target", "embed_unit"))
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
        self.kind = kind

    def forward(self, query: Tensor, memory: Memory) -> AttentionOutput:
        """For the query [batch, unit]: the decoder's last hidden state. W reads both side by side, as it is written:
        its half for the encoder's outputs, computed once for all steps, would round in another way."""
        encoded = memory.encoded
        if self.kind == "dot":
            scores = (encoded @ query.unsqueeze(-1)).squeeze(-1)  # [batch, source]
        else:
            both = torch.cat([query.unsqueeze(1).expand_as(encoded), encoded], dim=-1)  # [batch, source, 2 x unit]
            scores = self.v(torch.tanh(self.W(both))).squeeze(-1)
        weights = scores.masked_fill(~memory.mask, -torch.inf).softmax(-1)
        return AttentionOutput(scores, weights, (weights.unsqueeze(1) @ encoded).squeeze(1))


class Encoder(nn.Module):
    def __init__(self, e: Experiment, types: int):
        super().__init__()
        self.input, width = input_module(e, types, PAD_ID)
        self.recurrent = recurrent_module(e, width)


class Decoder(nn.Module):
    def __init__(self, e: Experiment, classes: int):
        super().__init__()
        self.input, width = input_module(e, classes, PAD_ID)
        context = 0 if e.attention == "none" else e.hidden
        self.recurrent = recurrent_module(e, width + context)
        self.attention = Attention(e.attention, e.hidden) if context else None
        self.head = nn.Linear(e.hidden + context, classes)


class Seq2Seq(nn.Module):
    """Encoder and decoder of the same cell and sizes; the decoder starts from the encoder's final state. Modules are
    made in the order a plain program makes them: embedding and recurrent part of the encoder, then of the decoder, its
    attention, its output layer."""

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
            tokens, decoded = truth, self.decode_fused(truth, state)
        else:
            tokens, decoded = self.decode(truth, state, memory, teacher)
        return Seq2SeqPass(
            features=features, output=output, final=state, logits=decoded.logits, tokens=tokens, decoder=decoded
        )

    def encode(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Recurrent, Memory]:
        """Features, output and final state of the encoder, and what the decoder can look back at."""
        e = self.experiment
        features = self.encoder.input(ids)  # [batch, source, embed]
        x = dropped(self, features, e.dropout_embed)
        output, final = read(self.encoder.recurrent, x, lengths, None, packs(e, self.training, lengths))
        mask = torch.arange(ids.shape[1]) < lengths[:, None]
        return features, output, final, Memory(output, mask)

    def decode_fused(self, tokens: Tensor, state: Recurrent) -> DecoderOutput:
        """All target steps in one fused pass: possible where no step depends on what was written before."""
        e, decoder = self.experiment, self.decoder
        features = decoder.input(tokens)
        x = dropped(self, features, e.dropout_embed)
        output, _ = decoder.recurrent(x, state)
        return DecoderOutput(decoder.head(dropped(self, output, e.dropout_head)), output, features, x)

    def decode(self, truth: Tensor, state: Recurrent, memory: Memory, teacher: float) -> tuple[Tensor, DecoderOutput]:
        """Target step by target step, the first from the first token of truth [batch, target]. After each step it is
        drawn, for the whole batch, whether the next one is given the true token: after the last one too, as in a plain
        program's loop, for the next batch's draws follow. Returns the tokens that were read, too."""
        token = truth[:, 0]
        tokens: list[Tensor] = []
        steps: list[DecoderOutput] = []
        for true_next in [*truth[:, 1:].unbind(1), None]:
            decoded, state = self.step(token, state, memory)
            tokens.append(token)
            steps.append(decoded)
            forced = teacher == 1.0 or bool(torch.rand(()) < teacher)
            if true_next is not None:
                token = true_next if forced else decoded.logits.argmax(-1)
        return torch.stack(tokens, dim=1), stacked(steps)

    def step(self, token: Tensor, state: Recurrent, memory: Memory) -> tuple[DecoderOutput, Recurrent]:
        """One target step, for tokens [batch]."""
        e, decoder = self.experiment, self.decoder
        features = decoder.input(token.unsqueeze(1)).squeeze(1)  # [batch, embed]
        x, attention = dropped(self, features, e.dropout_embed), None
        if decoder.attention is not None:
            attention = decoder.attention(top_state(state), memory)
            x = torch.cat([x, attention.context], dim=-1)
        output, state = decoder.recurrent(x.unsqueeze(1), state)
        output = output.squeeze(1)  # [batch, unit]
        scored = output if attention is None else torch.cat([output, attention.context], dim=-1)
        return DecoderOutput(decoder.head(dropped(self, scored, e.dropout_head)), output, features, x, attention), state


def top_state(state: Recurrent) -> Tensor:
    """The last layer's hidden state, [batch, unit]."""
    return (state[0] if isinstance(state, tuple) else state)[-1]


def stacked(steps: list[DecoderOutput]) -> DecoderOutput:
    """Target steps as one output, with their axis behind the batch's."""

    def stack(values: list[Tensor]) -> Tensor:
        return torch.stack(values, dim=1)

    attention = [step.attention for step in steps if step.attention]
    return DecoderOutput(
        stack([step.logits for step in steps]),
        stack([step.output for step in steps]),
        stack([step.features for step in steps]),
        stack([step.inputs for step in steps]),
        AttentionOutput(
            stack([one.scores for one in attention]),
            stack([one.weights for one in attention]),
            stack([one.context for one in attention]),
        )
        if attention
        else None,
    )
