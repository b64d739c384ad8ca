"""What the tutorials teach, in plain torch: modules, and loops that train them. Knows nothing of `rnnlab`."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

PAD, UNK, BOS, EOS = 0, 1, 1, 2
Line = tuple[list[int], list[int]]  # ids that are read, and classes


class NextWord(nn.Module):
    """Embedding, recurrent layer, linear: a score for every word after each step."""

    def __init__(self, words: int, embed: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(words, embed)
        self.rnn = nn.RNN(embed, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, words)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        output, _ = self.rnn(self.embedding(ids))
        return self.linear(output), output


class Classifier(nn.Module):
    """Embedding, bidirectional LSTM, and what is left of it at the end, with dropout in between."""

    def __init__(self, words: int, classes: int, embed: int, hidden: int, layers: int, both: bool, dropout: float):
        super().__init__()
        self.dropout = dropout
        self.embedding = nn.Embedding(words, embed, padding_idx=PAD)
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(embed, hidden, layers, batch_first=True, dropout=between, bidirectional=both)
        self.linear = nn.Linear(hidden * (1 + both), classes)
        self.both = both

    def embedded(self, ids: Tensor) -> Tensor:
        return self.dropped(self.embedding(ids))

    def dropped(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training) if self.dropout else x

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        _, (h_n, _) = self.lstm(self.embedded(ids))
        return self.linear(self.dropped(torch.cat([h_n[-2], h_n[-1]], dim=1)))


class LastStepClassifier(Classifier):
    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        output, _ = self.lstm(self.embedded(ids))
        return self.linear(self.dropped(output[:, -1, :]))


class PackedClassifier(Classifier):
    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(self.embedded(ids), lengths, batch_first=True, enforce_sorted=False)
        _, (h_n, _) = self.lstm(packed)
        return self.linear(h_n[-1])


class Tagger(nn.Module):
    def __init__(self, words: int, tags: int, embed: int, hidden: int, layers: int):
        super().__init__()
        self.embedding = nn.Embedding(words, embed, padding_idx=PAD)
        self.gru = nn.GRU(embed, hidden, layers, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden, tags)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        output, _ = self.gru(self.embedding(ids))
        return self.linear(output)


class Encoder(nn.Module):
    def __init__(self, words: int, embed: int, hidden: int, packed: bool):
        super().__init__()
        self.embedding = nn.Embedding(words, embed, padding_idx=PAD)
        self.lstm = nn.LSTM(embed, hidden, batch_first=True)
        self.packed = packed

    def forward(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        x = self.embedding(ids)
        if not self.packed:
            return self.lstm(x)
        output, state = self.lstm(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        return pad_packed_sequence(output, batch_first=True)[0], state


class Attention(nn.Module):
    """score = v · tanh(W [h; enc_s])"""

    def __init__(self, hidden: int):
        super().__init__()
        self.W = nn.Linear(2 * hidden, hidden)
        self.v = nn.Linear(hidden, 1, bias=False)

    def forward(self, h: Tensor, encoded: Tensor, mask: Tensor | None) -> Tensor:
        repeated = h.unsqueeze(1).repeat(1, encoded.shape[1], 1)
        scores = self.v(torch.tanh(self.W(torch.cat([repeated, encoded], dim=2)))).squeeze(2)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        return F.softmax(scores, dim=1)


class Decoder(nn.Module):
    def __init__(self, words: int, embed: int, hidden: int, attends: bool):
        super().__init__()
        context = hidden if attends else 0
        self.embedding = nn.Embedding(words, embed, padding_idx=PAD)
        self.lstm = nn.LSTM(embed + context, hidden, batch_first=True)
        self.attention = Attention(hidden) if attends else None
        self.linear = nn.Linear(hidden + context, words)

    def forward(self, token: Tensor, state, encoded: Tensor, mask: Tensor | None):
        x = self.embedding(token.unsqueeze(1))
        if self.attention is None:
            output, state = self.lstm(x, state)
            return self.linear(output.squeeze(1)), state
        weights = self.attention(state[0][-1], encoded, mask)
        context = torch.bmm(weights.unsqueeze(1), encoded)
        output, state = self.lstm(torch.cat([x, context], dim=2), state)
        return self.linear(torch.cat([output, context], dim=2).squeeze(1)), state


class Seq2Seq(nn.Module):
    """At each step the true token, or by a chance of 1 - `teacher` the one just written, for the whole batch."""

    def __init__(self, words: int, written: int, embed: int, hidden: int, attends: bool, packed: bool, masked: bool):
        super().__init__()
        self.encoder = Encoder(words, embed, hidden, packed)
        self.decoder = Decoder(written, embed, hidden, attends)
        self.masked = masked

    def forward(self, ids: Tensor, lengths: Tensor, targets: Tensor, teacher: float) -> Tensor:
        encoded, state = self.encoder(ids, lengths)
        mask = ids != PAD if self.masked else None
        token, outputs = torch.full((len(ids),), BOS), []
        for step in range(targets.shape[1]):
            logits, state = self.decoder(token, state, encoded, mask)
            outputs.append(logits)
            told = torch.rand(1).item() < teacher
            token = targets[:, step] if told else logits.argmax(1)
        return torch.stack(outputs, dim=1)


class HandMade(nn.Module):
    """A recurrent cell from one linear layer over [x; h], in a loop over the steps."""

    def __init__(self, inputs: int, hidden: int):
        super().__init__()
        self.hidden = hidden
        self.linear = nn.Linear(inputs + hidden, hidden)

    def forward(self, x: Tensor) -> Tensor:
        h, outputs = torch.zeros(len(x), self.hidden), []
        for step in range(x.shape[1]):
            h = torch.tanh(self.linear(torch.cat([x[:, step], h], dim=1)))
            outputs.append(h)
        return torch.stack(outputs, dim=1)


def padded(lines: list[Line]) -> tuple[Tensor, Tensor, Tensor]:
    """ids [batch, step], lengths [batch], classes [batch, target], -100 where there is none."""
    ids = pad_sequence([torch.tensor(read) for read, _ in lines], batch_first=True, padding_value=PAD)
    classes = pad_sequence([torch.tensor(known) for _, known in lines], batch_first=True, padding_value=-100)
    return ids, torch.tensor([len(read) for read, _ in lines]), classes


def orders(count: int, seed: int | None) -> Iterable[list[int]]:
    """The order of every epoch: as written, or a permutation from a generator of its own."""
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    while True:
        yield list(range(count)) if generator is None else torch.randperm(count, generator=generator).tolist()


def train(
    parameters: Iterable[nn.Parameter],
    loss_of: Callable[[list[Line]], Tensor],
    lines: list[Line],
    seed: int | None,
    *,
    epochs: int,
    batch: int,
    lr: float,
    clip: float,
) -> list[float]:
    """A loop over epochs and batches with Adam. -> the loss of each epoch: the mean over all classes that there are."""
    learnt = list(parameters)
    optimizer = torch.optim.Adam(learnt, lr=lr)
    losses: list[float] = []
    for order in orders(len(lines), seed):
        if len(losses) == epochs:
            break
        total, count = 0.0, 0
        for start in range(0, len(order), batch):
            chosen = [lines[i] for i in order[start : start + batch]]
            loss = loss_of(chosen)
            optimizer.zero_grad()
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(learnt, clip)
            optimizer.step()
            targets = sum(len(known) for _, known in chosen)
            total, count = total + loss.item() * targets, count + targets
        losses.append(total / count)
    return losses
