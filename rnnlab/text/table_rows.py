"""What of a table becomes the text of an experiment: which columns, which rows, how many of each class, cut how.

A text holds far less than a file may. Of what is too much, rows are taken evenly from beginning to end, so that every
class keeps its share. The same table always gives the same rows.
"""

import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import CLASSES, SENTENCE_CHARACTERS, TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.lessons.presets import FIRST
from rnnlab.text.tables import Table, names

LABEL_CHARACTERS = 60
LONG = 200  # characters of a line that is better read in windows
LISTED = 3  # labels or reasons that an error quotes

REASONS = (*("short", "long", "no_label", "no_text", "no_source", "no_target", "label_long", "repeated"), "cut")

BREAKS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")  # what would part a line, or a row
HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class RowFormat:
    """What a task's rows look like, in a table and in a line of text."""

    roles: tuple[str, ...]  # of the columns, in the order in which a line holds them
    tokenizer: Callable[[Sequence[str]], str]  # by which its sentences are cut, guessed from them
    characters: int = SENTENCE_CHARACTERS  # of a cell; what is beyond is cut
    repeats: bool = False  # whether a row that comes again counts again
    in_windows: str = ""  # the lesson that reads windows, for lines too long to be sequences of their own


@dataclass(frozen=True)
class Selection:
    lines: tuple[str, ...]
    usable: int  # rows that could have been taken
    balance: dict[str, tuple[int, int]]  # label -> how many usable rows, how many taken; most frequent first
    left_out: dict[str, tuple[int, ...]]  # reason -> lines of the file
    cut: tuple[int, ...]  # lines of the file of rows that are taken, but not whole
    sentences: tuple[str, ...] = field(repr=False)  # what is to be read of each line

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cut_of(lines: Sequence[str]) -> str:
    """The tokenizer that suits sentences: on spaces where there are any between words, jieba for unspaced Chinese,
    characters where each line is but one word."""
    tokens = [token for line in lines for token in line.split()]
    if not tokens:
        return "words"
    spaced = len(tokens) / len(lines) > 1.5
    if sum(len(HAN.findall(token)) for token in tokens) > sum(map(len, tokens)) / 3:
        return "words" if spaced and len(tokens) / len(lines) > 2 and statistics.mean(map(len, tokens)) < 4 else "jieba"
    return "words" if spaced else "chars"


def tagged_or_not(lines: Sequence[str]) -> str:
    """Whether tokens carry their tags, as in `rain/NOUN`, or jieba is to give them."""
    tokens = [token for line in lines for token in line.split()]
    return "words" if 2 * sum("/" in token[1:-1] for token in tokens) > len(tokens) else "jieba"


ROW_FORMATS = {
    "next": RowFormat(("text",), cut_of, characters=TEXT_CHARACTERS, repeats=True, in_windows="paragraph-next"),
    "classify": RowFormat(("label", "text"), cut_of),
    "tag": RowFormat(("text",), tagged_or_not, repeats=True),
    "seq2seq": RowFormat(("source", "target"), lambda _: "chars"),
}


def columns(table: Table, task: str) -> tuple[int, ...]:
    """Which column is which, one for each role: by its name, else by what it holds."""
    free, found = list(range(table.width)), {}
    for role in ROW_FORMATS[task].roles:
        called = [place for place in free if table.header and table.header[place].casefold() in names(role)]
        if called:
            found[role] = called[0]
            free.remove(called[0])
    for role in ROW_FORMATS[task].roles:
        if role not in found and free:
            found[role] = CHOICE[role](table, free)
            free.remove(found[role])
    if len(found) < len(ROW_FORMATS[task].roles):
        raise LabError(Problem("data_columns", "", {"value": table.width, "limit": len(ROW_FORMATS[task].roles)}))
    return tuple(found[role] for role in ROW_FORMATS[task].roles)


def label_column(table: Table, places: list[int]) -> int:
    """The column that holds labels, most likely: some values that come again and again, at worst one only."""

    def rank(place: int) -> tuple[int, float]:
        cells = table.column(place)
        different = len(set(cells))
        if 1 < different < len(cells):
            return 0, different
        return (1 if different == 1 else 2), mean_length(cells)

    return min(places, key=rank)


def mean_length(cells: list[str]) -> float:
    return statistics.mean(map(len, cells or [""]))


def longest(table: Table, places: list[int]) -> int:
    return max(places, key=lambda place: mean_length(table.column(place)))


def first(_: Table, places: list[int]) -> int:
    return places[0]


CHOICE = {"label": label_column, "text": longest, "source": first, "target": first}


def select_rows(table: Table, chosen: tuple[int, ...], task: str) -> Selection:
    """As many rows as a text holds. Raises LabError where nothing is left, or nothing that a network could learn."""
    shape = ROW_FORMATS[task]
    if len(set(chosen)) < len(chosen):
        raise LabError(Problem("data_same_column", "", {"value": chosen[0] + 1}))
    rows: list[tuple[int, tuple[str, ...]]] = []
    left_out: dict[str, list[int]] = {}
    cut: set[int] = set()
    seen: set[tuple[str, ...]] = set()
    for row in table.rows:
        if reason := unfit(row.cells, table.width, chosen, shape):
            left_out.setdefault(reason, []).append(row.number)
            continue
        whole = [BREAKS.sub(" ", row.cells[place]).strip() for place in chosen]
        cells = tuple(cell[: shape.characters].strip() for cell in whole)
        if cells in seen and not shape.repeats:
            left_out.setdefault("repeated", []).append(row.number)
            continue
        seen.add(cells)
        rows.append((row.number, cells))
        if cells != tuple(whole):
            cut.add(row.number)
    labels = [cells[shape.roles.index("label")] if "label" in shape.roles else "" for _, cells in rows]
    check_rows(table, rows, labels, left_out, shape)
    places = sample([line_of(cells) for _, cells in rows], labels, TEXT_CHARACTERS)
    if not places:
        raise LabError(Problem("data_nothing_fits", "", {"limit": f"{TEXT_CHARACTERS:,}"}))
    usable, taken = Counter(labels), Counter(labels[place] for place in places)
    return Selection(
        lines=tuple(line_of(rows[place][1]) for place in places),
        usable=len(rows),
        balance={label: (count, taken[label]) for label, count in usable.most_common() if label},
        left_out={reason: tuple(lines) for reason, lines in left_out.items()},
        cut=tuple(rows[place][0] for place in places if rows[place][0] in cut),
        sentences=tuple(rows[place][1][-1] for place in places),
    )


def unfit(cells: tuple[str, ...], width: int, chosen: tuple[int, ...], shape: RowFormat) -> str:
    """Why a row can't be used: "" where it can."""
    if len(cells) > width:
        return "long"  # a delimiter within a cell, most likely: which cell is which is not known
    if max(chosen) >= len(cells):
        return "short"
    for role, place in zip(shape.roles, chosen, strict=True):
        if not cells[place]:
            return f"no_{role}"
        if role == "label" and len(cells[place]) > LABEL_CHARACTERS:
            return "label_long"
    return ""


def check_rows(
    table: Table,
    rows: list[tuple[int, tuple[str, ...]]],
    labels: list[str],
    left_out: dict[str, list[int]],
    shape: RowFormat,
) -> None:
    """Raises LabError where these rows teach nothing."""
    total = f"{len(table.rows):,}"
    if not rows:
        if len(left_out.get("no_label", ())) == len(table.rows) > 0:
            raise LabError(Problem("data_no_labels", "", {"value": total}))
        raise LabError(Problem("data_nothing", "", {"value": total}))
    if "label" not in shape.roles:
        return
    kinds = Counter(labels)
    some = ", ".join(shorten(label, 20) for label, _ in kinds.most_common(LISTED))
    if len(kinds) == 1:
        raise LabError(Problem("data_one_class", "", {"value": some, "rows": f"{len(rows):,}"}))
    if len(kinds) > CLASSES:
        raise LabError(Problem("data_classes", "", {"value": f"{len(kinds):,}", "some": some, "limit": CLASSES}))


def line_of(cells: tuple[str, ...]) -> str:
    """A row as a line of text. What stands first decides the separator: a line is parted at its first tab, or where it
    has none at its first bar."""
    return ("\t" if "|" in cells[0] else " | ").join(cells)


def sample(lines: Sequence[str], labels: Sequence[str], limit: int) -> list[int]:
    """Places of lines that hold at most `limit` characters with the breaks between them. Every label keeps its share to
    within one line, and of each label the lines are taken at even distances."""
    groups: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        groups.setdefault(label, []).append(place)

    def pick(count: int) -> list[int]:
        shares = quotas([len(places) for places in groups.values()], count)
        return sorted(
            places[(2 * turn + 1) * len(places) // (2 * share)]
            for places, share in zip(groups.values(), shares, strict=True)
            for turn in range(share)
        )

    def size(places: list[int]) -> int:
        return sum(len(lines[place]) + 1 for place in places) - 1

    low, high = 0, len(lines)
    if size(pick(high)) <= limit:
        return pick(high)
    while high - low > 1:  # `low` lines fit, `high` do not
        middle = (low + high) // 2
        low, high = (middle, high) if size(pick(middle)) <= limit else (low, middle)
    return pick(low)


def quotas(sizes: Sequence[int], count: int) -> list[int]:
    """`count` seats for groups of these sizes, each its share rounded down or up: up where it would be none at all,
    then where most is lost by rounding."""
    total = sum(sizes)
    shares = [size * count // total for size in sizes]
    order = sorted(range(len(sizes)), key=lambda group: (shares[group] > 0, -(sizes[group] * count % total)))
    for group in order[: count - sum(shares)]:
        shares[group] += 1
    return shares


def experiment(taken: Selection, task: str) -> Experiment:
    """A new experiment on these lines, with the settings of the task's first lesson."""
    shape = ROW_FORMATS[task]
    long = max(map(len, taken.lines)) > LONG
    return Experiment(
        preset=shape.in_windows if long and shape.in_windows else FIRST[task],
        data="text",
        text=taken.text,
        target="",
        words="",
        probe=1,
        sentence="",
        tokenizer=shape.tokenizer(taken.sentences),
    )
