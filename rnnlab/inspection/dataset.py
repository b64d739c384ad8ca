"""The data of an experiment as training reads it: its sequences, how often each token and class, and its batches."""

from collections import Counter
from itertools import chain

import torch

from rnnlab.data import NO_TARGET, Data, Pair
from rnnlab.experiment import Experiment
from rnnlab.records.dataset import ROWS, TOKENS, DataLook, RowLook
from rnnlab.records.opening import NumberColumn
from rnnlab.records.text import BATCHES, SEQUENCES, BatchOrder, Reading, Sequence, TargetKind
from rnnlab.text import segmentation
from rnnlab.training.tasks import TASKS, data_of


def dataset(experiment: Experiment, held: bool, first: int) -> DataLook:
    """The data, with the rows from number `first` on (counted from 1; the last one where there are fewer) of what is
    trained on, or of what is `held` out. Raises LabError where it can't be trained on."""
    task = TASKS[experiment.task]
    data = data_of(experiment)
    if data.column is not None:
        return column_look(data, data.column, held, first)
    pairs = data.held if held else data.pairs
    start = max(0, min(first, len(pairs)) - 1)
    rows = [row_of(data, start + place, pair, held) for place, pair in enumerate(pairs[start : start + ROWS])]
    balance: dict[str, tuple[int, int]] = {}
    if not task.predicts_text:
        trained, tested = counted(data.pairs), counted(data.held)
        balance = {data.classes.tokens[id]: (trained[id], tested[id]) for id, _ in (trained + tested).most_common()}
    types = len(data.vocabulary) - data.vocabulary.specials
    return DataLook(tuple(rows), len(data.pairs), len(data.held), types, balance, data.notes)


def column_look(data: Data, column: NumberColumn, held: bool, first: int) -> DataLook:
    """A column of numbers: the windows that are trained on, or the end, which is only tested on, as one row."""
    start = max(0, min(first, len(data.pairs)) - 1)
    tested = [Pair(list(column.standard[column.trained - 1 : -1]), list(column.standard[column.trained :]))]
    shown, names = tested if held else data.pairs[start : start + ROWS], number_names(column)
    rows = [
        RowLook(
            (0 if held else start) + place,
            tuple(names[number] for number in pair.inputs[:TOKENS]),
            (),
            tuple(names[number] for number in pair.targets[:TOKENS]),
            len(pair.inputs) > TOKENS,
        )
        for place, pair in enumerate(shown, start=1)
    ]
    return DataLook(tuple(rows), len(data.pairs), int(column.held > 0), 0, {}, data.notes)


def number_names(column: NumberColumn) -> dict[float, str]:
    """What the numbers that the network reads are in the column, by their standardised values."""
    return {standard: f"{number:g}" for standard, number in zip(column.standard, column.numbers, strict=True)}


def row_of(data: Data, place: int, pair: Pair, held: bool) -> RowLook:
    """What is held out is shown with the words as they were read, though the network knows some of them only as
    unknown."""
    read = data.held_tokens[place] if held else [data.vocabulary.tokens[id] for id in pair.inputs]
    known = range(data.vocabulary.specials, len(data.vocabulary))
    unknown = [step for step, id in enumerate(pair.inputs[:TOKENS]) if id not in known]
    targets = [data.classes.tokens[id] for id in pair.targets if id >= data.classes.specials]
    long = max(len(read), len(targets)) > TOKENS
    return RowLook(place + 1, tuple(read[:TOKENS]), tuple(unknown), tuple(targets[:TOKENS]), long)


def counted(pairs: list[Pair]) -> Counter[int]:
    """How often each class is to be predicted."""
    return Counter(id for id in chain.from_iterable(pair.targets for pair in pairs) if id != NO_TARGET)


# Batches


def epoch_batches(experiment: Experiment, epoch: int) -> Reading:
    """What epoch `epoch` (counted from 1) reads, in the order of the text and shuffled under the seed.

    Raises LabError where the text can't be trained on with these settings.
    """
    data = data_of(experiment)
    count, size = len(data.pairs), experiment.batch
    sequences = tuple(
        Sequence(number, tuple(pair.inputs), tuple(pair.targets))
        for number, pair in enumerate(data.pairs[:SEQUENCES], start=1)
    )
    read, targets = ({id for s in sequences for id in getattr(s, name)} for name in ("inputs", "targets"))
    tokens, classes = data.vocabulary.tokens, data.classes.tokens
    if data.column is not None:
        tokens = classes = number_names(data.column)
    return Reading(
        tokens={id: tokens[id] for id in read},
        classes={id: classes[id] for id in targets},
        target_kind=target_kind(experiment),
        held_out_count=len(data.held),
        sequences=sequences,
        count=count,
        batches=-(-count // size),
        last_batch_size=count % size,
        as_written=batch_order(list(range(count)), size),
        shuffled=batch_order(shuffled_order(count, experiment.seed, epoch), size),
    )


def target_kind(e: Experiment) -> TargetKind:
    """How what is to be predicted stands to what is read."""
    match e.task:
        case "next" | "series":
            return "each" if e.target else "next"
        case "classify":
            return "one"
        case "tag":
            return "each"
    return "other"


def token_counts(experiment: Experiment, written: bool) -> dict[str, int]:
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
    order = shuffled_order(count, experiment.seed, 1) if experiment.shuffle else list(range(count))
    batch, steps = next(data.batches(experiment.batch, order)).ids.shape
    return len(data.vocabulary), batch, steps


def shuffled_order(count: int, seed: int, epoch: int) -> list[int]:
    """The order of an epoch as training draws it: one permutation an epoch from a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epoch - 1):
        torch.randperm(count, generator=generator)
    return torch.randperm(count, generator=generator).tolist()


def batch_order(order: list[int], size: int) -> BatchOrder:
    """`size` sequences a batch, as `Data.batches` takes them; of many batches the first ones and the last."""
    starts = range(0, len(order), size)
    listed = starts if len(starts) <= BATCHES + 1 else [*starts[:BATCHES], starts[-1]]
    return BatchOrder(
        tuple(tuple(place + 1 for place in order[start : start + size]) for start in listed), len(starts) - len(listed)
    )
