"""An encoder–decoder with additive attention, as a textbook writes it: what the lab's numbers are held against.

Knows nothing of `rnnlab`: pairs are (source tokens, target tokens), and every line is plain torch.nn.
`python tests/plain_seq2seq.py` trains it once on reversed letters.
"""

from time import perf_counter

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from tests.support import modules

PAD, UNK, BOS, EOS = 0, 1, 1, 2  # <unk> in the source; <bos>, <eos> in the target
CELLS = modules.LAYERS


class Attention(nn.Module):
    """score_s = v · tanh(W [h; enc_s])"""

    def __init__(self, hidden: int):
        super().__init__()
        self.W = nn.Linear(2 * hidden, hidden)
        self.v = nn.Linear(hidden, 1, bias=False)

    def forward(self, h: Tensor, enc: Tensor, mask: Tensor) -> Tensor:
        """h [batch, unit], enc [batch, source, unit], mask [batch, source] -> weights [batch, source]"""
        both = torch.cat([h.unsqueeze(1).expand_as(enc), enc], dim=-1)  # [batch, source, 2 x unit]
        score = self.v(torch.tanh(self.W(both))).squeeze(-1)  # [batch, source]
        return score.masked_fill(~mask, float("-inf")).softmax(-1)


class Seq2Seq(nn.Module):
    def __init__(self, sources: int, targets: int, cell="lstm", embed=32, hidden=64, layers=1, attention=True):
        super().__init__()
        self.encoder_embedding = nn.Embedding(sources, embed, padding_idx=PAD)
        self.encoder = CELLS[cell](embed, hidden, layers, batch_first=True)
        self.decoder_embedding = nn.Embedding(targets, embed, padding_idx=PAD)
        wide = hidden if attention else 0  # of the context
        self.decoder = CELLS[cell](embed + wide, hidden, layers, batch_first=True)
        self.attention = Attention(hidden) if attention else None
        self.output = nn.Linear(hidden + wide, targets)

    def encode(self, source: Tensor, lengths: Tensor):
        packed = pack_padded_sequence(self.encoder_embedding(source), lengths, batch_first=True, enforce_sorted=False)
        enc, state = self.encoder(packed)
        enc, _ = pad_packed_sequence(enc, batch_first=True, total_length=source.shape[1])
        return enc, state  # [batch, source, unit], [layer, batch, unit] or two of them

    def step(self, token: Tensor, state, enc: Tensor, mask: Tensor):
        """One token of each row, [batch] -> logits [batch, class], the next state, weights [batch, source] or None"""
        x = self.decoder_embedding(token)  # [batch, embed]
        if self.attention is None:
            out, state = self.decoder(x.unsqueeze(1), state)
            return self.output(out.squeeze(1)), state, None
        top = (state[0] if isinstance(state, tuple) else state)[-1]  # the last layer's hidden state of the step before
        weights = self.attention(top, enc, mask)
        context = torch.bmm(weights.unsqueeze(1), enc).squeeze(1)  # [batch, unit]
        out, state = self.decoder(torch.cat([x, context], dim=-1).unsqueeze(1), state)
        return self.output(torch.cat([out.squeeze(1), context], dim=-1)), state, weights

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor, teacher: float) -> Tensor:
        """target [batch, target], with <eos>, without <bos> -> logits [batch, target, class]. Each step draws whether
        the whole batch reads its true token or its own."""
        enc, state = self.encode(source, lengths)
        mask = source != PAD
        token = torch.full((len(source),), BOS)
        steps = []
        for t in range(target.shape[1]):
            logits, state, _ = self.step(token, state, enc, mask)
            steps.append(logits)
            token = target[:, t] if torch.rand(()) < teacher else logits.argmax(-1)
        return torch.stack(steps, dim=1)

    @torch.no_grad()
    def greedy(self, source: Tensor, lengths: Tensor, most: int) -> list[list[int]]:
        """The likeliest token at each step, the model's own read back, up to <eos> or `most` tokens."""
        enc, state = self.encode(source, lengths)
        mask = source != PAD
        token = torch.full((len(source),), BOS)
        said = []
        for _ in range(most):
            logits, state, _ = self.step(token, state, enc, mask)
            token = logits.argmax(-1)
            said.append(token)
        rows = torch.stack(said, dim=1).tolist()
        return [row[: row.index(EOS)] if EOS in row else row for row in rows]


def batch(pairs: list[tuple[list[int], list[int]]]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids of several pairs -> source [batch, source], its lengths [batch], target [batch, target] with <eos>"""
    sources, targets = zip(*pairs, strict=True)
    source = pad_sequence([torch.tensor(ids) for ids in sources], batch_first=True, padding_value=PAD)
    target = pad_sequence([torch.tensor([*ids, EOS]) for ids in targets], batch_first=True, padding_value=PAD)
    return source, torch.tensor([len(ids) for ids in sources]), target


def ids_of(pairs, train) -> list[tuple[list[int], list[int]]]:
    """Tokens to ids; the vocabularies are those of `train`, and what is not in them is <unk>, or <pad> in a target."""
    sources = {token: UNK + 1 + i for i, token in enumerate(dict.fromkeys(t for s, _ in train for t in s))}
    targets = {token: EOS + 1 + i for i, token in enumerate(dict.fromkeys(t for _, s in train for t in s))}
    return [([sources.get(t, UNK) for t in s], [targets.get(t, PAD) for t in target]) for s, target in pairs]


def exact(model: Seq2Seq, pairs: list[tuple[list[int], list[int]]]) -> float:
    """The share of pairs that free running gets right from the first token to <eos>."""
    source, lengths, target = batch(pairs)
    said = model.eval().greedy(source, lengths, target.shape[1] + 2)
    return sum(row == ids for row, (_, ids) in zip(said, pairs, strict=True)) / len(pairs)


def train(
    pairs, held_out=0.2, seed=0, epochs=20, size=64, lr=0.005, clip=1.0, teacher=1.0, watch=None, **architecture
) -> tuple[Seq2Seq, list[float], list]:
    """Train on tokens; -> the model, the mean loss of each epoch, the held-out pairs as ids. `watch(epoch, seconds,
    loss, model, held-out pairs)` is called after each epoch; true ends the training."""
    torch.manual_seed(seed)
    order = torch.randperm(len(pairs)).tolist()
    cut = round(len(pairs) * held_out)
    chosen, test = [pairs[i] for i in order[cut:]], [pairs[i] for i in order[:cut]]
    train_ids, test_ids = ids_of(chosen, chosen), ids_of(test, chosen)
    sources = 1 + max(id for source, _ in train_ids for id in source)
    targets = 1 + max(id for _, target in train_ids for id in target)
    model = Seq2Seq(sources, targets, **architecture)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, seconds = [], 0.0
    for epoch in range(1, epochs + 1):
        began = perf_counter()
        model.train()
        total = count = 0
        order = torch.randperm(len(train_ids)).tolist()
        for start in range(0, len(order), size):
            source, lengths, target = batch([train_ids[i] for i in order[start : start + size]])
            logits = model(source, lengths, target, teacher)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            tokens = int((target != PAD).sum())
            total, count = total + loss.item() * tokens, count + tokens
        losses.append(total / count)
        seconds += perf_counter() - began
        if watch and watch(epoch, seconds, losses[-1], model, test_ids):
            break
    return model, losses, test_ids


if __name__ == "__main__":
    import random

    torch.set_num_threads(1)
    words = list({"".join(random.Random(i).choices("abcdef", k=3 + i % 4)) for i in range(2_000)})

    def show(epoch, seconds, loss, model, test):
        print(f"epoch {epoch}, {seconds:.1f} s, loss {loss:.4f}, held-out exact match {exact(model, test):.3f}")

    train([(list(word), list(reversed(word))) for word in sorted(words)], epochs=30, watch=show)
