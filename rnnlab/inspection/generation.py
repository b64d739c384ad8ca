"""Letting a network go on with a text: read the prompt, choose a token, read it, choose the next."""

import math
import time
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor, nn

from rnnlab.data import Batch, split
from rnnlab.experiment import Experiment
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.inspection.trace import network
from rnnlab.models import Pass, Recurrent
from rnnlab.records.generation import SHOWN, Ended, Generation, Settings, affordable, check_prompt, longest_copied
from rnnlab.records.history import Checkpoint
from rnnlab.text import Vocabulary
from rnnlab.text.reading import Lines, read_lines, read_tokens
from rnnlab.training.tasks import TASKS

EXAMPLES = 8  # tokens that an error names as known
SECONDS = 0.5  # of computing, in which further texts are begun: others wait meanwhile


def samples(
    experiment: Experiment, checkpoints: Sequence[Checkpoint], prompt: str, settings: Settings
) -> tuple[Generation, ...]:
    """How one prompt goes on with each of several weights of a run; the draws are the same for all of them. With the
    first of them, and with as many more as are begun within `SECONDS`: who wants the others asks again."""
    began, found = time.thread_time(), []
    for checkpoint in checkpoints:
        if found and time.thread_time() - began > SECONDS:
            break
        found.append(generate(experiment, checkpoint.weights, prompt, settings))
    return tuple(found)


@torch.no_grad()
def generate(experiment: Experiment, weights: bytes, prompt: str, settings: Settings) -> Generation:
    """The prompt, and what the network wrote after it with these weights (as in `Checkpoint`), without dropout, from a
    state of zeros. The same arguments give the same text: the draws have a generator of their own.

    A network that reads in one direction goes on from its state. One that reads from both sides reads all again at
    every step, and predicts at the last token, behind which there is nothing to be read.

    Raises LabError for a prompt of which nothing is known, and for a run that does not predict the next token.
    """
    e = experiment
    check_prompt(prompt)
    if not TASKS[e.task].predicts_next(e):
        raise LabError(Problem("no_next", "prompt"))
    with torch.random.fork_rng(devices=[]):  # a model is made with random weights, before it gets those given
        data, model = network(e, weights)
    read, unknown = split_known(prompt, read_tokens(e, [prompt])[0], data.vocabulary)
    ids = data.vocabulary.encode(read)
    limit = min(settings.length, affordable(len(ids), e.layers)) if e.bidirectional else settings.length
    generator = torch.Generator().manual_seed(settings.draw)
    steps: list[tuple[Tensor, ...]] = []
    ended: Ended = "length" if limit == settings.length else "reads"
    reads, state = ids, None
    for _ in range(limit):
        result = forward(model, reads, state)
        logits = result.logits[0, -1].double()  # [class]
        if not logits.isfinite().all():
            ended = "infinite"
            break
        chances, left = logits.softmax(-1), sampling_probabilities(logits, settings, data.classes.specials)
        chosen = torch.multinomial(left, 1, generator=generator)
        steps.append(step_values(chances, left, chosen))
        reads, state = ([*reads, int(chosen)], None) if e.bidirectional else ([int(chosen)], result.final)
    written = [torch.stack(values) for values in zip(*steps, strict=True)] or no_steps(len(data.classes))
    chosen, model_chance, left_chance, entropy, kept, top, top_model, top_left = (values.numpy() for values in written)
    return Generation(
        prompt=tuple(read),
        unknown=tuple(unknown),
        ids=chosen,
        probability=model_chance,
        sampling_probability=left_chance,
        entropy=entropy,
        candidates=kept,
        top_classes=top,
        top_probabilities=top_model,
        top_sampling_probabilities=top_left,
        copied=longest_copied([data.classes.tokens[id] for id in chosen], training_lines(e)),
        ended=ended,
    )


@lru_cache(maxsize=4)
def training_lines(e: Experiment) -> Lines:
    """The lines that are trained on: what is only tested on can't have been copied."""
    lines = read_lines(e, e.text)
    return tuple(lines[i] for i in split(lines, e)[0])


def split_known(prompt: str, tokens: Sequence[str], vocabulary: Vocabulary) -> tuple[list[str], list[str]]:
    """Of a prompt's tokens those that the vocabulary has, and those it has not. Raises LabError where none is left to
    be read."""
    read = [token for token in tokens if token in vocabulary.ids]
    unknown = [token for token in tokens if token not in vocabulary.ids]
    if not read:
        typed = vocabulary.tokens[vocabulary.specials :]
        count, some = len(typed), " ".join(shorten(token, 12) for token in typed[:EXAMPLES])
        if not prompt.strip():
            raise LabError(Problem("prompt_empty", "prompt", {"count": count, "some": some}))
        values = {"value": shorten(prompt.strip()), "count": count, "some": some}
        raise LabError(Problem("prompt_unknown", "prompt", values))
    return read, unknown


def forward(model: nn.Module, ids: list[int], state: Recurrent | None) -> Pass:
    """The model over one sequence, from a state, or where that is None from zeros."""
    one = torch.tensor([ids])  # [batch 1, step]
    return model(Batch(one, torch.tensor([len(ids)]), one, 0), state)


def sampling_probabilities(logits: Tensor, settings: Settings, specials: int = 0) -> Tensor:
    """The probabilities [class] that a token is drawn from, of logits [class]: see `Settings`."""
    scores = logits.double().clone()
    scores[:specials] = -math.inf
    scores -= scores.max()  # the largest is 0, so that no temperature makes anything overflow
    order = scores.sort(descending=True, stable=True).indices  # of equals the first counts as the likelier
    left = torch.zeros_like(scores)
    if settings.temperature == 0:
        left[order[0]] = 1.0
        return left
    chances = (scores / settings.temperature).softmax(-1)[order]
    if settings.top_k:
        chances[settings.top_k :] = 0.0
        chances /= chances.sum()
    if settings.top_p < 1:
        chances[1:][chances.cumsum(0)[:-1] >= settings.top_p] = 0.0  # where those before it suffice
        chances /= chances.sum()
    left[order] = chances
    return left


def step_values(chances: Tensor, left: Tensor, chosen: Tensor) -> tuple[Tensor, ...]:
    """What is kept of a step, in the order of `Generation`. chances, left: [class] float64; chosen: [1]."""
    best = chances.sort(descending=True, stable=True).indices[:SHOWN]
    entropy = torch.stack([torch.special.entr(p).sum() / math.log(2) for p in (chances, left)])
    id = chosen[0]
    return (
        id.int(),
        chances[id].float(),
        left[id].float(),
        entropy.float(),
        left.count_nonzero().int(),
        best.int(),
        chances[best].float(),
        left[best].float(),
    )


def no_steps(classes: int) -> list[Tensor]:
    """What `step_values` gives, of no steps at all."""
    one = torch.ones(classes, dtype=torch.float64) / classes
    return [values.unsqueeze(0)[:0] for values in step_values(one, one, torch.tensor([0]))]
