"""Writing without being told what comes next: greedily, or with several hypotheses at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab.data.labelled import BOS_ID, EOS_ID, PAD_ID
from rnnlab.models.recurrent import Recurrent
from rnnlab.models.seq2seq import DecoderOutput, Seq2Seq, together


@dataclass(frozen=True)
class Hypothesis:
    tokens: tuple[int, ...]  # without <bos>; the last is <eos> where it came to its end
    score: float  # natural logarithm of its probability


def greedy(model: Seq2Seq, ids: Tensor, lengths: Tensor, limit: int) -> tuple[Tensor, DecoderOutput]:
    """The likeliest token at each step, given those before: [batch, target], up to `limit` steps, <pad> behind <eos>;
    and what the decoder did at each. For sources ids [batch, source]."""
    _, _, state, memory = model.encode(ids, lengths)
    token = torch.full_like(lengths, BOS_ID)
    ended = torch.zeros_like(lengths, dtype=torch.bool)
    tokens: list[Tensor] = []
    steps: list[DecoderOutput] = []
    while len(steps) < limit and not ended.all():
        written, state = model.step(token, state, memory)
        token = best(written.logits).masked_fill(ended, PAD_ID)
        ended = ended | (token == EOS_ID)
        tokens.append(token)
        steps.append(written)
    return torch.stack(tokens, dim=1), together(steps)


def best(logits: Tensor) -> Tensor:
    """The likeliest class, [batch]. <pad> and <bos> are never written: no target has them."""
    return allowed(logits).argmax(-1)


def allowed(scores: Tensor) -> Tensor:
    """Scores [..., class] with none left for what is never written."""
    scores = scores.clone()
    scores[..., [PAD_ID, BOS_ID]] = -torch.inf
    return scores


def beam(model: Seq2Seq, ids: Tensor, lengths: Tensor, width: int, limit: int) -> list[Hypothesis]:
    """The `width` likeliest outputs that a beam search of that width finds for one source, ids [1, source]: at every
    step the `width` likeliest beginnings are kept. Scores are whole probabilities, not divided by length."""
    _, _, state, memory = model.encode(ids, lengths)
    open_ = [Hypothesis((), 0.0)]
    done: list[Hypothesis] = []
    for _step in range(limit):
        tokens = torch.tensor([h.tokens[-1] if h.tokens else BOS_ID for h in open_])
        wide = type(memory)(
            *(part.expand(len(open_), *part.shape[1:]) for part in (memory.encoded, memory.keys, memory.own))
        )
        written, state = model.step(tokens, state, wide)
        # The model's own probabilities, of what it may not write too: those that every other view shows.
        scores = allowed(written.logits.log_softmax(-1)) + torch.tensor([h.score for h in open_])[:, None]
        finite = int(scores.isfinite().sum())
        if not finite:  # the weights ran away: nothing is likely any more
            break
        found = scores.flatten().topk(min(width, finite))
        classes = scores.shape[1]
        rows, grown = [], []
        for score, place in zip(found.values.tolist(), found.indices.tolist(), strict=True):
            row, token = divmod(place, classes)
            hypothesis = Hypothesis((*open_[row].tokens, token), score)
            if token == EOS_ID:
                done.append(hypothesis)
            else:
                grown.append(hypothesis)
                rows.append(row)
        done = sorted(done, key=lambda h: -h.score)[:width]
        # What is open can only become less likely.
        if not grown or (len(done) == width and done[-1].score >= grown[0].score):
            open_ = []
            break
        open_, state = grown, picked(state, rows)
    return sorted(done + open_, key=lambda h: -h.score)[:width]


def picked(state: Recurrent, rows: list[int]) -> Recurrent:
    """The states of some rows of a batch, [layer, row, unit]."""
    if isinstance(state, tuple):
        return tuple(part[:, rows] for part in state)
    return state[:, rows]
