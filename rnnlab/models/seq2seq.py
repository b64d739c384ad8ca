"""Encoder and decoder: one network reads the source, another writes the target, with or without attention."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnlab.data import NO_TARGET, Batch
from rnnlab.data.batches import BOS_ID, PAD_ID
from rnnlab.experiment import Experiment
from rnnlab.models.attention import Attention, AttentionOutput, Memory
from rnnlab.models.cell_loop import CellLoop, Recurrent, parts, together
from rnnlab.models.initialisation import initialise
from rnnlab.models.recurrent import LayerCell, input_module, layer_cells, read, read_lstm, recurrent_module, within
from rnnlab.models.token_model import Pass, Stages, dropped, packs


@dataclass(frozen=True)
class DecoderStep:
    """What the decoder did before its output layer: one target step, or all of them with an axis `target` behind the
    batch's."""

    features: Tensor  # [batch, embed]: of the token that was read
    inputs: Tensor  # [batch, embed]: what the recurrent part read; [batch, embed + unit] with the context behind it
    output: Tensor  # [batch, unit]: of the recurrent part
    scored: Tensor  # [batch, unit]: what the output layer reads; [batch, 2 x unit] with the context behind it
    attention: AttentionOutput | None = None


@dataclass(frozen=True, kw_only=True)
class DecoderOutput(DecoderStep):
    logits: Tensor  # [batch, class]


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
        initialise(self, experiment.init)

    def forward(self, batch: Batch, initial: Recurrent | None = None) -> Seq2SeqPass:
        """Read the sources, from this state of the encoder; write the targets, at each step given the true token
        before, or, while it trains, with the probability 1 - teacher the decoder's own."""
        features, output, state, memory = self.encode(batch.ids, batch.lengths, initial)
        first = torch.full_like(batch.targets[:, :1], BOS_ID)
        truth = torch.cat([first, batch.targets[:, :-1]], dim=1)  # [batch, target]
        truth = truth.masked_fill(truth == NO_TARGET, PAD_ID)
        teacher = self.experiment.teacher if self.training else 1.0
        if self.decoder.attention is not None or (teacher < 1.0 and self.drops):
            tokens, decoded = self.decode(truth, state, memory, teacher)
        else:  # no gradient depends on which tokens are read; once they are known, no step waits for another
            tokens = truth if teacher == 1.0 else self.choose_tokens(truth, state, memory, teacher)
            decoded = self.decode_fused(tokens, state)
        return Seq2SeqPass(
            features=features, output=output, final=state, logits=decoded.logits, tokens=tokens, decoder=decoded
        )

    def encode(
        self, ids: Tensor, lengths: Tensor, initial: Recurrent | None = None
    ) -> tuple[Tensor, Tensor, Recurrent, Memory]:
        """Features, output and final state of the encoder, and what the decoder can look back at."""
        e = self.experiment
        features = self.encoder.input(ids)  # [batch, source, embed]
        x = dropped(self, features, e.dropout_embed)
        recurrent, packed = self.encoder.recurrent, packs(e, self.training, lengths)
        if packed and isinstance(recurrent, nn.LSTM) and e.layers == 1 and initial is None:
            output, final = read_lstm(recurrent, x, lengths)
        else:
            output, final = read(recurrent, x, lengths, initial, packed)
        return features, output, final, self.memory(output, within(ids, lengths))

    def memory(self, encoded: Tensor, mask: Tensor) -> Memory:
        """Of the encoder's output [batch, source, unit] and of what of it is no padding, bool [batch, source]."""
        attention = self.decoder.attention
        return Memory(encoded, mask, encoded) if attention is None else attention.memory(encoded, mask)

    @property
    def drops(self) -> bool:
        """Whether it draws, while it trains, what it drops."""
        e = self.experiment
        return bool(e.dropout_embed or e.dropout_head or (e.dropout and e.layers > 1))

    def decode_fused(self, tokens: Tensor, state: Recurrent) -> DecoderOutput:
        """All target steps in one fused pass: possible where no step depends on what was written before."""
        e, decoder = self.experiment, self.decoder
        features = decoder.input(tokens)
        x = dropped(self, features, e.dropout_embed)
        output, _ = read(decoder.recurrent, x, None, state, packed=False)
        return self.with_logits(DecoderStep(features, x, output, dropped(self, output, e.dropout_head)))

    @torch.no_grad()
    def choose_tokens(self, truth: Tensor, state: Recurrent, memory: Memory, teacher: float) -> Tensor:
        """The tokens [batch, target] that `decode` reads."""
        forced = torch.rand(truth.shape[1]) < teacher  # as many draws as there are steps, like those of a loop
        tokens, states = truth.clone(), by_layer(state, self.decoder.recurrent)
        cells = layer_cells(self.decoder.recurrent)
        own = [step for step, true_next in enumerate(forced[:-1].tolist()) if not true_next]
        for step in range(own[-1] + 1 if own else 0):
            decoded, states = self.advance(self.decoder.input(tokens[:, step]), states, memory, cells)
            if not forced[step]:
                tokens[:, step + 1] = self.decoder.head(decoded.scored).argmax(-1)
        return tokens

    def decode(self, truth: Tensor, state: Recurrent, memory: Memory, teacher: float) -> tuple[Tensor, DecoderOutput]:
        """Target step by target step, the first from the first token of truth [batch, target]. After each step it is
        drawn, for the whole batch, whether the next one is given the true token: after the last one too, as in a plain
        program's loop, for the next batch's draws follow. Returns the tokens that were read, too."""
        decoder = self.decoder
        true_features, cells = decoder.input(truth).unbind(1), layer_cells(decoder.recurrent)
        token, features, states = truth[:, 0], true_features[0], by_layer(state, decoder.recurrent)
        tokens: list[Tensor] = []
        steps: list[DecoderStep] = []
        while True:
            decoded, states = self.advance(features, states, memory, cells)
            tokens.append(token)
            steps.append(decoded)
            forced = teacher == 1.0 or bool(torch.rand(()) < teacher)
            if len(steps) == truth.shape[1]:  # what the output layer makes of a step no other waits for: of all at once
                return torch.stack(tokens, dim=1), self.with_logits(stacked(steps))
            if forced:
                token, features = truth[:, len(steps)], true_features[len(steps)]
            else:
                token = decoder.head(decoded.scored.detach()).argmax(-1)
                features = decoder.input(token)

    def step(self, token: Tensor, state: Recurrent, memory: Memory) -> tuple[DecoderOutput, Recurrent]:
        """One target step, for tokens [batch]."""
        cells = layer_cells(self.decoder.recurrent)
        decoded, states = self.advance(
            self.decoder.input(token), by_layer(state, self.decoder.recurrent), memory, cells
        )
        after = together(torch.stack(layers) for layers in zip(*map(parts, states), strict=True))
        return self.with_logits(decoded), after

    def advance(
        self, features: Tensor, states: list[Recurrent], memory: Memory, cells: list[LayerCell]
    ) -> tuple[DecoderStep, list[Recurrent]]:
        """One target step up to what the output layer reads, from the state [batch, unit] of each layer to the next."""
        e, attend = self.experiment, self.decoder.attention
        inputs, attention = dropped(self, features, e.dropout_embed), None
        if attend is not None:
            attention = attend(parts(states[-1])[0], memory)
            inputs = torch.cat([inputs, attention.context], dim=-1)
        x, after = inputs, []
        for layer, cell in enumerate(cells):
            if layer:
                x = dropped(self, x, e.dropout)
            after.append(cell(x, states[layer]))
            x = parts(after[-1])[0]
        scored = x if attention is None else torch.cat([x, attention.context], dim=-1)
        return DecoderStep(features, inputs, x, dropped(self, scored, e.dropout_head), attention), after

    def with_logits(self, step: DecoderStep) -> DecoderOutput:
        return DecoderOutput(**vars(step), logits=self.decoder.head(step.scored))


def by_layer(state: Recurrent, recurrent: nn.Module) -> list[Recurrent]:
    """The state [batch, unit] of each layer, of those of all [layer, batch, unit]; for a loop over cells each in memory
    of its own, as the loop itself gives them to its cells."""
    own = Tensor.clone if isinstance(recurrent, CellLoop) else lambda one: one
    return [together(map(own, layer)) for layer in zip(*(part.unbind() for part in parts(state)), strict=True)]


def stacked(steps: Sequence[DecoderStep]) -> DecoderStep:
    """Target steps as one, with their axis behind the batch's."""

    def stack(values: Iterable[Tensor]) -> Tensor:
        return torch.stack(tuple(values), dim=1)

    attention = [step.attention for step in steps if step.attention]
    return DecoderStep(
        stack(step.features for step in steps),
        stack(step.inputs for step in steps),
        stack(step.output for step in steps),
        stack(step.scored for step in steps),
        AttentionOutput(
            stack(one.scores for one in attention),
            stack(one.weights for one in attention),
            stack(one.context for one in attention),
        )
        if attention
        else None,
    )
