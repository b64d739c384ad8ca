"""The lessons' models as a textbook writes them: classifier, tagger, encoder and decoder with and without attention.

Each is an ordinary module that can be trained. `forward` returns every stage by name, in the order in which it is
computed, so that what is shown of a model are the tensors it works with; the last stage is what a loss is taken of.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.records.history import TensorShape
from rnnlab.records.layers import ModelLook

Stages = dict[str, Tensor]
Axes = tuple[str, ...]
Inputs = dict[str, tuple[int, tuple[int, ...], Axes]]  # name -> ids below, shape, axes

START = 1  # the id a decoder is given before its first token


class Classifier(nn.Module):
    """A class for a whole sequence, read from a bidirectional LSTM.

    `read="final"` joins the last layer's two final states: each direction has then seen the whole sequence.
    `read="last"` takes the output at the last step, where the backward direction has seen one token only.
    """

    def __init__(
        self, vocabulary: int, embed: int, hidden: int, layers: int, classes: int, dropout: float, read: str = "final",
        pad: int | None = None,
    ):  # fmt: skip
        super().__init__()
        self.read = read
        self.embedding = nn.Embedding(vocabulary, embed, padding_idx=pad)
        self.lstm = nn.LSTM(
            embed, hidden, layers, batch_first=True, bidirectional=True, dropout=dropout if layers > 1 else 0.0
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * hidden, classes)

    def forward(self, ids: Tensor) -> Stages:
        embedded = self.dropout(self.embedding(ids))  # [batch, step, embed]
        output, (h_n, c_n) = self.lstm(embedded)  # [batch, step, direction_unit], [layer_direction, batch, unit]
        last = output[:, -1]  # [batch, direction_unit]
        final = torch.cat([h_n[-2], h_n[-1]], dim=-1)  # [batch, direction_unit]
        logits = self.linear(self.dropout(last if self.read == "last" else final))  # [batch, class]
        chosen = {"last": last} if self.read == "last" else {"final": final}
        return {"embedded": embedded, "output": output, "h_n": h_n, "c_n": c_n, **chosen, "logits": logits}


class Tagger(nn.Module):
    """A tag for every token, from a bidirectional GRU."""

    def __init__(self, vocabulary: int, embed: int, hidden: int, tags: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embed)
        self.gru = nn.GRU(embed, hidden, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden, tags)

    def forward(self, ids: Tensor) -> Stages:
        embedded = self.embedding(ids)  # [batch, step, embed]
        output, h_n = self.gru(embedded)  # [batch, step, direction_unit], [layer_direction, batch, unit]
        logits = self.linear(output)  # [batch, step, class]
        return {"embedded": embedded, "output": output, "h_n": h_n, "logits": logits}


class Translator(nn.Module):
    """Encoder and decoder. At each target step the decoder reads the token before: with probability `teacher` the true
    one, else its own likeliest.

    With `attention` it also looks back at the source: score = v · tanh(W [h; encoder output]), softmax over the source
    steps, and the weighted sum of the encoder's outputs joins what the decoder reads and what its output is made from.
    """

    def __init__(
        self, source_types: int, target_types: int, embed: int, hidden: int, attention: bool = False,
        teacher: float = 0.5,
    ):  # fmt: skip
        super().__init__()
        self.attention, self.teacher = attention, teacher
        self.source_embedding = nn.Embedding(source_types, embed)
        self.encoder = nn.LSTM(embed, hidden, batch_first=True)
        self.target_embedding = nn.Embedding(target_types, embed)
        self.decoder = nn.LSTM(embed + hidden if attention else embed, hidden, batch_first=True)
        if attention:
            self.score_in = nn.Linear(2 * hidden, hidden)
            self.score_out = nn.Linear(hidden, 1, bias=False)
        self.linear = nn.Linear(2 * hidden if attention else hidden, target_types)

    def forward(self, source: Tensor, target: Tensor) -> Stages:
        source_embedded = self.source_embedding(source)  # [batch, source, embed]
        encoded, (h_n, c_n) = self.encoder(source_embedded)  # [batch, source, unit], [layer, batch, unit] twice
        state, token = (h_n, c_n), torch.full_like(target[:, 0], START)  # [batch]
        steps: list[Stages] = []
        for step in range(target.shape[1]):
            if step:
                truth = torch.rand(()) < self.teacher
                token = target[:, step - 1] if truth else steps[-1]["logits"].argmax(-1)
            stages, state = self.decode(token, state, encoded)
            steps.append(stages)
        joined = {name: torch.stack([one[name] for one in steps], dim=1) for name in steps[0]}  # [batch, target, .]
        return {"source_embedded": source_embedded, "encoded": encoded, "h_n": h_n, "c_n": c_n, **joined}

    def decode(self, token: Tensor, state: tuple[Tensor, Tensor], encoded: Tensor) -> tuple[Stages, Any]:
        """One target step."""
        stages = {"target_embedded": self.target_embedding(token)}  # [batch, embed]
        read = stages["target_embedded"]
        if self.attention:
            query = state[0][-1].unsqueeze(1).expand_as(encoded)  # [batch, source, unit]
            energy = torch.tanh(self.score_in(torch.cat([query, encoded], dim=-1)))  # [batch, source, unit]
            scores = self.score_out(energy).squeeze(-1)  # [batch, source]
            weights = scores.softmax(-1)  # [batch, source]
            context = (weights.unsqueeze(1) @ encoded).squeeze(1)  # [batch, unit]
            read = torch.cat([read, context], dim=-1)  # [batch, embed + unit]
            stages |= {"scores": scores, "weights": weights, "context": context, "decoder_input": read}
        decoded, state = self.decoder(read.unsqueeze(1), state)  # [batch, 1, unit]
        stages["decoded"] = decoded.squeeze(1)  # [batch, unit]
        top = torch.cat([stages["decoded"], stages["context"]], dim=-1) if self.attention else stages["decoded"]
        return stages | {"logits": self.linear(top)}, state  # logits: [batch, class]


TOKENS: dict[str, Axes] = {"embedded": ("batch", "step", "embed"), "logits": ("batch", "step", "class")}
BOTH: dict[str, Axes] = {
    "output": ("batch", "step", "direction_unit"),
    "h_n": ("layer_direction", "batch", "unit"),
    "c_n": ("layer_direction", "batch", "unit"),
    "last": ("batch", "direction_unit"),
    "final": ("batch", "direction_unit"),
}
PAIR: dict[str, Axes] = {
    "source_embedded": ("batch", "source", "embed"),
    "encoded": ("batch", "source", "unit"),
    "h_n": ("layer", "batch", "unit"),
    "c_n": ("layer", "batch", "unit"),
    "target_embedded": ("batch", "target", "embed"),
    "scores": ("batch", "target", "source"),
    "weights": ("batch", "target", "source"),
    "context": ("batch", "target", "unit"),
    "decoder_input": ("batch", "target", "embed_unit"),
    "decoded": ("batch", "target", "unit"),
    "logits": ("batch", "target", "class"),
}


@dataclass(frozen=True)
class Architecture:
    """A lesson's model at the lesson's sizes, what it reads, and what the axes of its stages count."""

    build: Callable[[], nn.Module]
    inputs: Inputs
    axes: dict[str, Axes]


def ids(types: int, batch: int, steps: int) -> Inputs:
    return {"ids": (types, (batch, steps), ("batch", "step"))}


V, E, H = 10_000, 128, 256  # vocabulary, embedding, hidden: the lessons' sizes
PAIRS: Inputs = {"source": (V, (32, 20), ("batch", "source")), "target": (V, (32, 15), ("batch", "target"))}
WHOLE: dict[str, Axes] = BOTH | {"embedded": TOKENS["embedded"], "logits": ("batch", "class")}

ARCHITECTURES: dict[str, Architecture] = {
    "lstm-classifier": Architecture(lambda: Classifier(V, E, H, 2, 2, 0.5), ids(V, 32, 50), WHOLE),
    "bilstm": Architecture(lambda: Classifier(V, E, H, 1, 2, 0.0, read="last"), ids(V, 32, 50), WHOLE),
    "gru-tagger": Architecture(lambda: Tagger(V, E, H, 10), ids(V, 32, 50), BOTH | TOKENS),
    "seq2seq": Architecture(lambda: Translator(V, V, E, H), PAIRS, PAIR),
    "attention": Architecture(lambda: Translator(V, V, E, H, attention=True), PAIRS, PAIR),
    "text-classification": Architecture(lambda: Classifier(V, 32, 64, 2, 2, 0.5, pad=0), ids(V, 2, 20), WHOLE),
}


def look(name: str) -> ModelLook:
    """Build a lesson's model, let it read random ids, and note every stage of that forward pass."""
    architecture = ARCHITECTURES[name]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        model = architecture.build()
        inputs = {name: torch.randint(types, shape) for name, (types, shape, _) in architecture.inputs.items()}
        stages = model(**inputs)
    axes = {name: axes for name, (_, _, axes) in architecture.inputs.items()} | architecture.axes
    seen = tuple(TensorShape(name, tuple(tensor.shape), axes[name]) for name, tensor in (inputs | stages).items())
    parameters = sum(p.numel() for p in model.parameters())
    return ModelLook(name, seen, parameters, inspect.getsource(type(model)))
