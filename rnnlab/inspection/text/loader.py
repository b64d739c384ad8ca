"""An experiment's data as torch's Dataset and DataLoader: what they hold, and what an epoch reads."""

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch.utils.data import DataLoader, Dataset

from rnnlab.data import Data, split
from rnnlab.data.batches import BOS, EOS, PAD, UNK, batch_of
from rnnlab.experiment import Experiment
from rnnlab.explain.source_lines import BEYOND, TAKEN, Cut, FewItems, SourceLines
from rnnlab.inspection.dataset import shuffled_order
from rnnlab.records.text import LOADED, NUMBERED, LoaderLook, ShownBatch
from rnnlab.text.examples import Example, labelled_lines, next_token_lines, pairs_of_sequences, tagged_lines
from rnnlab.training.tasks import data_of

Line = tuple[tuple[str, ...], ...]  # the tokens that are read, and those that are predicted where they are given
WINDOW = 3  # of the loop that never ends, where the experiment has none


def data_loader(e: Experiment) -> LoaderLook:
    """Raises LabError where the text can't be trained on with these settings."""
    data = data_of(e)
    count = len(data.pairs)
    order = shuffled_order(count, e.seed, 1) if e.shuffle else list(range(count))
    batches = [order[start : start + e.batch] for start in range(0, count, e.batch)]
    shown = [shown_batch(numbers, data) for numbers in batches[:LOADED]]
    first = data.pairs[0]
    read = {*first.inputs, *(id for one in shown for row in one.ids for id in row)}
    predicted = {*first.targets, *(id for one in shown for row in one.targets for id in row if id >= 0)}
    endless = few_items(data, e)
    read.update(endless.ids)
    return LoaderLook(
        source=source_lines(e),
        tokens={id: data.vocabulary.tokens[id] for id in read},
        classes={id: data.classes.tokens[id] for id in predicted},
        count=count,
        first=(tuple(first.inputs), tuple(first.targets)),
        batches=tuple(shown),
        order=tuple(order[:NUMBERED]),
        other_order=tuple(by_shuffle(count, e)[:NUMBERED]),
        batch_counts=(batch_count(count, e.batch, False), batch_count(count, e.batch, True)),
        left_out=tuple(order[count - count % e.batch :][:NUMBERED]),
        cells=sum(len(pair.inputs) for pair in data.pairs),
        padding=padding(data, batches, e),
        endless=endless,
    )


def shown_batch(numbers: Sequence[int], data: Data) -> ShownBatch:
    batch = batch_of([data.pairs[i] for i in numbers])
    ids, targets = (tuple(map(tuple, rows.tolist())) for rows in (batch.ids, batch.targets))
    return ShownBatch(tuple(numbers), ids, tuple(batch.lengths.tolist()), targets)


def batch_count(count: int, size: int, drop_last: bool) -> int:
    return len(DataLoader(range(count), batch_size=size, drop_last=drop_last))  # pyrefly: ignore


def by_shuffle(count: int, e: Experiment) -> list[int]:
    generator = torch.Generator().manual_seed(e.seed)
    loader = DataLoader(range(count), batch_size=None, shuffle=True, generator=generator)  # pyrefly: ignore
    return list(loader)


def padding(data: Data, batches: Sequence[Sequence[int]], e: Experiment) -> dict[str, int]:
    """Cells of padding in an epoch, by what is padded to."""
    lengths = [len(pair.inputs) for pair in data.pairs]
    by_batch = sum(len(numbers) * max(lengths[i] for i in numbers) for numbers in batches)
    rectangles = {"batch": by_batch, "all": max(lengths) * len(lengths)}
    if e.task != "next":
        rectangles["max_length"] = e.max_length * len(lengths)
    return {name: cells - sum(lengths) for name, cells in rectangles.items()}


# The lines


def source_lines(e: Experiment) -> SourceLines:
    """The text of the experiment's data."""
    lines, held = lines_of(e)
    tokens = {token for line in lines for side in line for token in side}
    read, predicted = specials_of(e)
    cut = how_cut(lines, e)
    return SourceLines(
        lines=tuple(written(line, cut, e) for line in lines),
        held_out=tuple(held),
        count=len(lines),
        first=next(place for place, line in enumerate(lines) if place not in held and gives_sequence(line, e)),
        cut=cut,
        specials=tuple(unused(name, tokens) for name in read),
        target_specials=tuple(unused(name, tokens) for name in predicted),
    )


def lines_of(e: Experiment) -> tuple[list[Line], list[int]]:
    """All lines, and the places of those that are held out."""
    if e.task == "next":
        lines, targets = next_token_lines(e)
        pairs: list[Line] = list(zip(lines, targets, strict=True)) if targets else [(line,) for line in lines]
        return pairs, split(lines, e)[1]
    found: list[Example] = {"classify": labelled_lines, "tag": tagged_lines, "seq2seq": pairs_of_sequences}[e.task](e)[
        0
    ]
    labels = [example.target[0] for example in found] if e.task == "classify" else ()
    held = split([example.source[: e.max_length] for example in found], e, labels)[1]
    return [(example.source, example.target) for example in found], held


def gives_sequence(line: Line, e: Experiment) -> bool:
    """Whether it is long enough."""
    return len(line[0]) - (len(line) == 1) >= max(e.window, 1)


def specials_of(e: Experiment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if e.task == "next":
        return (PAD,) * data_of(e).vocabulary.specials, ()
    return (PAD, UNK), (PAD, BOS, EOS) if e.task == "seq2seq" else ()


def unused(name: str, tokens: set[str]) -> str:
    """A name for a special token that is no token of the text."""
    while name in tokens:
        name += "_"
    return name


def how_cut(lines: Sequence[Line], e: Experiment) -> Cut:
    sides = [side for line in lines for side in line[: 1 if e.task == "classify" else 2]]
    if e.tokenizer == "chars" and e.task in ("next", "seq2seq") and all(len(t) == 1 for side in sides for t in side):
        return "characters"
    return "split" if all(tuple(" ".join(side).split()) == side for side in sides) else "tokens"


def written(line: Line, cut: Cut, e: Experiment) -> tuple[str | tuple[str, ...], ...]:
    if e.task == "classify":  # a label is one thing, whatever is in it
        return joined(line[0], cut), line[1][0]
    return tuple(joined(side, cut) for side in line)


def joined(side: tuple[str, ...], cut: Cut) -> str | tuple[str, ...]:
    return side if cut == "tokens" else ("" if cut == "characters" else " ").join(side)


# The loop that never ends


class Slices(Dataset):
    """Windows of ids, cut when they are asked for. Beyond the end a slice is empty, which is no error: so a `for`, that
    asks for item 0, 1, 2 … until IndexError is raised, and never for the length, does not end."""

    def __init__(self, ids: Sequence[int], window: int):
        self.ids, self.window = ids, window

    def __len__(self) -> int:
        return len(self.ids) - self.window

    def __getitem__(self, index: int) -> tuple[Sequence[int], Sequence[int]]:
        end = index + self.window
        return self.ids[index:end], self.ids[index + 1 : end + 1]


class Ending(Slices):
    def __getitem__(self, index: int) -> tuple[Sequence[int], Sequence[int]]:
        if index >= len(self):
            raise IndexError(index)
        return super().__getitem__(index)


def iterate(dataset: Slices) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """As `for` does."""
    return iter(dataset)  # pyrefly: ignore


def few_items(data: Data, e: Experiment) -> FewItems:
    """Over the watched line."""
    ids = tuple(data.probe.inputs)
    if e.task == "next" and not e.target.strip():
        ids = (*ids, data.probe.targets[-1])
    window = min(e.window or WINDOW, max(len(ids) - 1, 1))
    endless = Slices(ids, window)
    taken = list(islice(iterate(endless), TAKEN))
    return FewItems(
        ids=ids,
        window=window,
        length=len(endless),
        items=tuple((tuple(x), tuple(y)) for x, y in taken[: len(endless) + window + BEYOND]),
        taken=len(taken),
        last=(tuple(taken[-1][0]), tuple(taken[-1][1])),
        mended=len(list(iterate(Ending(ids, window)))),
        loaded=len(list(DataLoader(endless, batch_size=None))),
    )
