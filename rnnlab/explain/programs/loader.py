"""A text as torch's Dataset and DataLoader, in programs that run as they stand."""

from collections.abc import Sequence

from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import SEQUENCE_TOKENS
from rnnlab.explain.source_lines import TAKEN, FewItems, SourceLines

LINES = 12  # of a text that are written out where a reader is to find the program below them
CUTS = {"split": "{side}.split()", "characters": "list({side})", "tokens": "list({side})"}
HELD = """\
held_out = {places}    # places of lines that are only tested on
trained = [line for place, line in enumerate(lines) if place not in held_out]
"""
WINDOWS = """\
for start in range(0, len(x) - {window} + 1, {stride}):
                self.pairs.append((x[start : start + {window}], y[start : start + {window}]))"""
NUMBERED = """\
def numbered(tokens, *special):    # in order of first appearance
    return {token: id for id, token in enumerate(dict.fromkeys([*special, *tokens]))}
"""
PAIRS = """\
class TextDataset(Dataset):
    def __init__(self, lines):
        self.pairs = []    # x, and what is to be predicted at each of its steps
        for {line} in lines:
            {pairs}

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        x, y = self.pairs[index]    # beyond its end a list raises IndexError
        return torch.tensor(x), torch.tensor(y)
"""
TEXTS = """\
class TextDataset(Dataset):
    def __init__(self, lines):
        self.lines = lines

    def __len__(self):
        return len(self.lines)

    def __getitem__(self, index):
        text, {target} = self.lines[index]    # beyond its end a list raises IndexError
        ids = [vocab.get(token, vocab[{unknown!r}]) for token in {tokens}]
        {answer}
        return torch.tensor(ids), y
"""
ANSWERS = {  # by task
    "classify": "y = torch.tensor(class_ids[label])",
    "tag": "y = torch.tensor([class_ids[tag] for tag in {tokens}])",
    "seq2seq": "y = torch.tensor([*(class_ids[token] for token in {tokens}), class_ids[{end!r}]])",
}
COLLATE = """\
def collate(items):    # a list of what __getitem__ gave, as tensors of one batch
    xs, ys = zip(*items)
    lengths = torch.tensor([len(x) for x in xs])
    x = pad_sequence(xs, batch_first=True)    # filled up with 0 to the longest of the batch
    return x, lengths, {targets}
"""
ORDER = """\
class EpochOrder:    # a permutation an epoch, from a generator that nothing else draws from
    def __init__(self, count, seed):
        self.count, self.generator = count, torch.Generator().manual_seed(seed)

    def __len__(self):
        return self.count

    def __iter__(self):
        return iter(torch.randperm(self.count, generator=self.generator).tolist())
"""
ITEMS = """\
dataset = TextDataset({lines})
print(len(dataset))    # __len__
print(dataset[0])    # __getitem__(0)
"""
SHUFFLED = """\
# What others write; it shuffles too, in another order:
# loader = DataLoader(dataset, batch_size={batch}, shuffle=True, collate_fn=collate)
order = EpochOrder(len(dataset), {seed})    # gives the batches that the lab trains on
loader = DataLoader(dataset, batch_size={batch}, sampler=order, collate_fn=collate, generator=torch.Generator())
"""
WRITTEN = """\
# The batches that the lab trains on:
loader = DataLoader(dataset, batch_size={batch}, shuffle=False, collate_fn=collate, generator=torch.Generator())
"""
LOOP = """\
for epoch in range(1):
    for x, lengths, y in loader:    # as many batches as len(loader) says
        print(x.tolist(), lengths.tolist(), y.tolist())"""
ENDLESS = """\
from torch.utils.data import DataLoader, Dataset


class Slices(Dataset):
    def __init__(self, ids, window):
        self.ids, self.window = ids, window

    def __len__(self):
        return len(self.ids) - self.window

    def __getitem__(self, index):
        end = index + self.window
        # beyond the end a slice is empty, which is no error
        return self.ids[index:end], self.ids[index + 1 : end + 1]


class Ending(Slices):
    def __getitem__(self, index):
        if index >= len(self):
            raise IndexError(index)
        return super().__getitem__(index)


ids, window, taken = {ids}, {window}, []
for item in Slices(ids, window):    # asks for item 0, 1, 2 … and never for the length
    taken.append(item)
    if len(taken) == {limit}:    # without this it never ends
        break
print(len(Slices(ids, window)), len(taken), taken[-1])
print(len(list(Ending(ids, window))))    # IndexError is what ends a for
loader = DataLoader(Slices(ids, window), batch_size=None)
print(len(list(loader)))    # a DataLoader stops at __len__"""
DROPPING = """\
for drop_last in (False, True):
    loader = DataLoader(range({count}), batch_size={batch}, drop_last=drop_last)
    batches = list(loader)
    # how many batches, and how many items are not read
    print(len(batches), {count} - sum(map(len, batches)))"""
AGAIN = """\
order = EpochOrder(len(dataset), {seed})    # epoch 1 again
once = DataLoader(dataset, {batch}, sampler=order, collate_fn=collate)
"""
PADDING = """\
xs = [dataset[index][0] for index in range(len(dataset))]
real = sum(map(len, xs))
{again}# padding to the longest of each batch, to the longest of all
print(sum(x.numel() for x, lengths, y in {loader}) - real)
print(pad_sequence(xs).numel() - real)"""
TO_LENGTH = """


def encode(text, max_length={limit}):    # all of one length
    tokens = {tokens}
    ids = [vocab.get(token, vocab[{unknown!r}]) for token in tokens]
    return ids + [vocab[{pad!r}]] * (max_length - len(ids))


fixed = torch.tensor([encode(text) for text, _ in {lines}])
print(fixed.numel() - real)    # to max_length"""


def dataset_program(e: Experiment, source: SourceLines, whole: bool = False) -> str:
    """From the lines of the text to the batches of an epoch. Of a long text the first lines, or the `whole`."""
    count = lines_shown(source, whole)
    parts = [
        "import torch\nfrom torch.nn.utils.rnn import pad_sequence\nfrom torch.utils.data import DataLoader, Dataset\n",
        lines_written(source, count),
        "\n" + NUMBERED,
        "\n" + vocabulary(e, source, trained(source, count)),
        "\n" + dataset_class(e, source),
        "\n" + COLLATE.format(targets=targets(e)),
        *(["\n" + ORDER] if e.shuffle else []),
        "\n" + ITEMS.format(lines=trained(source, count)),
        (SHUFFLED if e.shuffle else WRITTEN).format(batch=e.batch, seed=e.seed),
        LOOP,
    ]
    return "\n".join(parts)


def items_said(e: Experiment, count: int, first: tuple[Sequence[int], Sequence[int]]) -> str:
    """What a Dataset says for itself: its length, and its first item."""
    x, y = (list(ids) for ids in first)
    answer = y[0] if e.task == "classify" else y
    return f"len(dataset)    # {count}\ndataset[0]    # (tensor({x}), tensor({answer}))"


def endless_program(found: FewItems) -> str:
    return ENDLESS.format(ids=list(found.ids), window=found.window, limit=TAKEN)


def dropping_program(e: Experiment, count: int) -> str:
    return "from torch.utils.data import DataLoader\n\n" + DROPPING.format(count=count, batch=e.batch)


def padding_program(e: Experiment, source: SourceLines, whole: bool = False) -> str:
    """Goes on from `dataset_program`."""
    again = AGAIN.format(batch=e.batch, seed=e.seed) if e.shuffle else ""
    code = PADDING.format(again=again, loader="once" if e.shuffle else "loader")
    if e.task == "next":  # which has no longest length
        return code
    pad, unknown = source.specials
    lowered = "text.lower()" if e.lower and source.cut == "split" else "text"
    tokens = f"{cut(source, lowered)}[:max_length]"
    lines = trained(source, lines_shown(source, whole))
    return code + TO_LENGTH.format(limit=e.max_length, tokens=tokens, unknown=unknown, pad=pad, lines=lines)


# The lines


def lines_shown(source: SourceLines, whole: bool = False) -> int:
    """How many: of a long text as many as there is room for, and as it takes to have one sequence."""
    return source.count if whole else min(source.count, max(LINES, source.first + 1))


def lines_written(source: SourceLines, count: int) -> str:
    note = f"    # the first {count} of {source.count:,}" if count < source.count else ""
    rows = [f"    {(line[0] if len(line) == 1 else line)!r}," for line in source.lines[:count]]
    held = held_out(source, count)
    listed = HELD.format(places=f"{{{', '.join(map(str, held))}}}") if held else ""
    return "\n".join([f"lines = [{note}", *rows, "]", listed])


def held_out(source: SourceLines, count: int) -> list[int]:
    return [place for place in source.held_out if place < count]


def trained(source: SourceLines, count: int) -> str:
    """The name of those that are trained on."""
    return "trained" if held_out(source, count) else "lines"


def cut(source: SourceLines, side: str) -> str:
    return CUTS[source.cut].format(side=side)


# What is made of them


def vocabulary(e: Experiment, source: SourceLines, lines: str) -> str:
    special, target_special = (
        "".join(f", {name!r}" for name in names) for names in (source.specials, source.target_specials)
    )
    if e.task == "next":
        sides, line = (" for side in (0, 1)", "line[side]") if has_target(e) else ("", "line")
        each = f"token{sides} for line in lines for token in {cut(source, line)}"
        return f"vocab = numbered({f'({each}){special}' if special else each})\n"
    tokens = f"{cut(source, 'text')}[:{e.max_length}]"
    read = f"vocab = numbered((token for text, _ in {lines} for token in {tokens}){special})    # of what is read"
    each = {
        "classify": "label for _, label in lines",
        "tag": f"tag for _, tags in lines for tag in {cut(source, 'tags')}",
        "seq2seq": f"token for _, other in lines for token in {cut(source, 'other')}",
    }[e.task]
    given = f"({each}){target_special}" if target_special else each
    return f"{read}\nclass_ids = numbered({given})    # of what is predicted\n"


def dataset_class(e: Experiment, source: SourceLines) -> str:
    if e.task == "next":
        return PAIRS.format(
            line="line, target" if has_target(e) else "line", pairs="\n            ".join(pairs(e, source))
        )
    name = {"classify": "label", "tag": "tags", "seq2seq": "other"}[e.task]
    limit = target_limit(e) if e.task == "seq2seq" else e.max_length
    end = source.target_specials[-1] if source.target_specials else ""
    answer = ANSWERS[e.task].format(tokens=f"{cut(source, name)}[:{limit}]", end=end)
    tokens = f"{cut(source, 'text')}[:{e.max_length}]"
    return TEXTS.format(target=name, unknown=source.specials[1], tokens=tokens, answer=answer)


def pairs(e: Experiment, source: SourceLines) -> list[str]:
    """From a line to its sequences."""
    if has_target(e):
        sides = (("x", "line"), ("y", "target"))
        lines = [f"{name} = [vocab[token] for token in {cut(source, side)}]" for name, side in sides]
    else:
        lines = [f"ids = [vocab[token] for token in {cut(source, 'line')}]", "x, y = ids[:-1], ids[1:]"]
    if e.window:
        return [*lines, WINDOWS.format(window=e.window, stride=e.stride)]
    return [*lines, "if x:", "    self.pairs.append((x, y))"]


def targets(e: Experiment) -> str:
    if e.task == "classify":
        return "torch.stack(ys)"
    return "pad_sequence(ys, batch_first=True, padding_value=-100)    # -100: no target"


def target_limit(e: Experiment) -> int:
    """Of a sequence that is written, which ends with a token of its own."""
    return min(e.max_length, SEQUENCE_TOKENS - 1)


def has_target(e: Experiment) -> bool:
    return e.task == "next" and bool(e.target.strip())
