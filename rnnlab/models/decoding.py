"""Writing a target without being given any of it: greedily, or by a beam search."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rnnlab.data.batches import BOS_ID, EOS_ID, PAD_ID
from rnnlab.models.attention import Memory
from rnnlab.models.cell_loop import Recurrent
from rnnlab.models.seq2seq import DecoderOutput, DecoderStep, Seq2Seq, stacked


@dataclass(frozen=True)
class Hypothesis:
    tokens: tuple[int, ...]  # without <bos>; the last is <eos> where it came to its end
    score: float  # natural logarithm of its probability


def greedy(model: Seq2Seq, ids: Tensor, lengths: Tensor, limit: int) -> tuple[Tensor, DecoderOutput]:
    """The likeliest token at each step, given those before: [batch, target], up to `limit` steps, <pad> behind <eos>;
    and what the decoder did at each. For sources ids [batch, source]."""
    _, _, state, memory = model.encode(ids, lengths)
    token = torch.full_like(ids[:, 0], BOS_ID)
    ended = torch.zeros_like(token, dtype=torch.bool)
    tokens: list[Tensor] = []
    steps: list[DecoderStep] = []
    while len(steps) < limit and not ended.all():
        decoded, state = model.step(token, state, memory)
        token = writable(decoded.logits).argmax(-1).masked_fill(ended, PAD_ID)
        ended = ended | (token == EOS_ID)
        tokens.append(token)
        steps.append(decoded)
    return torch.stack(tokens, dim=1), model.with_logits(stacked(steps))


def writable(scores: Tensor) -> Tensor:
    """Scores [..., class] with minus infinity for <pad> and <bos>: no target has them, so they are never written."""
    scores = scores.clone()
    scores[..., [PAD_ID, BOS_ID]] = -torch.inf
    return scores


def beam(model: Seq2Seq, ids: Tensor, lengths: Tensor, width: int, limit: int) -> list[Hypothesis]:
    """The `width` likeliest outputs that a beam search of that width finds for one source, ids [1, source], likeliest
    first: at every step, up to `limit`, the `width` likeliest beginnings are kept. Scores are of whole sequences, not
    divided by their length."""
    _, _, state, memory = model.encode(ids, lengths)
    active = [Hypothesis((), 0.0)]
    finished: list[Hypothesis] = []
    for _step in range(limit):
        tokens = ids.new_tensor([h.tokens[-1] if h.tokens else BOS_ID for h in active])
        decoded, state = model.step(tokens, state, repeated(memory, len(active)))
        # The model's own probabilities, of what it may not write too: those that every other view shows.
        scores = writable(decoded.logits.log_softmax(-1))
        scores += scores.new_tensor([h.score for h in active])[:, None]
        finite = int(scores.isfinite().sum())
        if not finite:  # the weights ran away: nothing is likely any more
            break
        best = scores.flatten().topk(min(width, finite))
        classes = scores.shape[1]
        rows, extended = [], []
        for score, index in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, token = divmod(index, classes)
            hypothesis = Hypothesis((*active[row].tokens, token), score)
            if token == EOS_ID:
                finished.append(hypothesis)
            else:
                extended.append(hypothesis)
                rows.append(row)
        finished = likeliest(finished, width)
        # A hypothesis that goes on can only become less likely.
        if not extended or (len(finished) == width and finished[-1].score >= extended[0].score):
            active = []
            break
        active, state = extended, select_rows(state, rows)
    return likeliest(finished + active, width)


def likeliest(hypotheses: list[Hypothesis], count: int) -> list[Hypothesis]:
    return sorted(hypotheses, key=lambda h: -h.score)[:count]


def repeated(memory: Memory, count: int) -> Memory:
    """The memory of one source for `count` rows of a batch."""
    tensors = {name: getattr(memory, name) for name in ("encoded", "mask", "keys")}
    return replace(memory, **{name: tensor.expand(count, *tensor.shape[1:]) for name, tensor in tensors.items()})


def select_rows(state: Recurrent, rows: list[int]) -> Recurrent:
    """The states of some rows of a batch, [layer, row, unit]."""
    if isinstance(state, tuple):
        return tuple(part[:, rows] for part in state)
    return state[:, rows]
