"""The sequences of an experiment and the batches they are trained in, epoch by epoch."""

from collections import Counter

import torch

from rnnlab.experiment import Experiment
from rnnlab.records.text import BATCHES, SEQUENCES, Asks, BatchOrder, Reading, Sequence
from rnnlab.text import segmentation
from rnnlab.training.tasks import data_of


def reading(experiment: Experiment, epoch: int) -> Reading:
    """What epoch `epoch` (counted from 1) reads, in the order of the text and shuffled under the seed.

    Raises LabError where the text can't be trained on with these settings.
    """
    data = data_of(experiment)
    count, size = len(data.pairs), experiment.batch
    sequences = tuple(
        Sequence(number, tuple(pair.inputs), tuple(pair.targets))
        for number, pair in enumerate(data.pairs[:SEQUENCES], start=1)
    )
    read, asked = ({id for s in sequences for id in getattr(s, name)} for name in ("inputs", "targets"))
    return Reading(
        tokens={id: data.vocabulary.tokens[id] for id in read},
        classes={id: data.classes.tokens[id] for id in asked},
        asks=asks(experiment),
        held=len(data.held),
        sequences=sequences,
        count=count,
        batches=-(-count // size),
        short=count % size,
        as_written=batches(list(range(count)), size),
        shuffled=batches(shuffled(count, experiment.seed, epoch), size),
    )


def asks(e: Experiment) -> Asks:
    match e.task:
        case "next":
            return "each" if e.target else "next"
        case "classify":
            return "one"
        case "tag":
            return "each"
    return "other"


def counts(experiment: Experiment, written: bool) -> dict[str, int]:
    """How often each token is met in training: among what is read, or among what is to be `written`. Of a text that is
    its own target, how often each occurs in it.

    Raises LabError where the text can't be trained on with these settings.
    """
    if experiment.task == "next":
        return segmentation.token_counts(experiment)
    data = data_of(experiment)
    known, rows = (data.classes, "targets") if written else (data.vocabulary, "inputs")
    return dict(Counter(known.tokens[id] for pair in data.pairs for id in getattr(pair, rows)))


def first_batch(experiment: Experiment) -> tuple[int, int, int]:
    """How many types the vocabulary has, and the sequences and steps of the first batch that training reads.

    Raises LabError where the text can't be trained on with these settings.
    """
    data = data_of(experiment)
    count = len(data.pairs)
    order = shuffled(count, experiment.seed, 1) if experiment.shuffle else list(range(count))
    batch, steps = next(data.batches(experiment.batch, order)).ids.shape
    return len(data.vocabulary), batch, steps


def shuffled(count: int, seed: int, epoch: int) -> list[int]:
    """The order of an epoch as training draws it: one permutation an epoch from a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epoch - 1):
        torch.randperm(count, generator=generator)
    return torch.randperm(count, generator=generator).tolist()


def batches(order: list[int], size: int) -> BatchOrder:
    """`size` sequences a batch, as `Data.batches` takes them; of many batches the first ones and the last."""
    starts = range(0, len(order), size)
    listed = starts if len(starts) <= BATCHES + 1 else [*starts[:BATCHES], starts[-1]]
    return BatchOrder(
        tuple(tuple(place + 1 for place in order[start : start + size]) for start in listed), len(starts) - len(listed)
    )
