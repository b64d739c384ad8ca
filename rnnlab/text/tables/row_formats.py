"""What rows each task takes from a table, and guesses at what a table does not say: which column is which, and which
tokenizer suits its sentences."""

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnnlab.experiment.limits import SENTENCE_CHARACTERS, TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem
from rnnlab.text.numbers import as_number
from rnnlab.text.tables.column_names import is_exact, roles_of
from rnnlab.text.tables.table import Table, is_index

HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class RowFormat:
    """What a task's rows look like, in a table and in a line of text."""

    roles: tuple[str, ...]  # of the columns, in the order in which a line holds them
    guess_tokenizer: Callable[[Sequence[str]], str]  # by which its sentences are cut, guessed from them
    cell_characters: int = SENTENCE_CHARACTERS  # of a cell; what is beyond is cut
    keeps_duplicates: bool = False  # whether a row that comes again counts again
    numeric: bool = False  # whether its cells are numbers that follow each other: no row is left out for its length
    tagged: bool = False  # whether tokens may carry tags, as in `rain/NOUN`; else jieba tags them
    windowed_preset: str = ""  # the preset that reads windows, for lines too long to be sequences of their own


def guess_tokenizer(lines: Sequence[str]) -> str:
    """The tokenizer that suits sentences: on spaces where there are any between words, jieba for unspaced Chinese,
    characters where each line is but one word."""
    tokens = [token for line in lines for token in line.split()]
    if not tokens:
        return "words"
    has_spaces = len(tokens) / len(lines) > 1.5
    chinese = sum(len(HAN.findall(token)) for token in tokens) > sum(map(len, tokens)) / 3
    if chinese:
        segmented = len(tokens) / len(lines) > 2 and statistics.mean(map(len, tokens)) < 4
        return "words" if segmented else "jieba"
    return "words" if has_spaces else "chars"


ROW_FORMATS = {
    "next": RowFormat(
        ("text",),
        guess_tokenizer,
        cell_characters=TEXT_CHARACTERS,
        keeps_duplicates=True,
        windowed_preset="paragraph-next",
    ),
    "classify": RowFormat(("label", "text"), guess_tokenizer),
    "tag": RowFormat(("text",), guess_tokenizer, keeps_duplicates=True, tagged=True),
    "seq2seq": RowFormat(("source", "target"), lambda _: "chars"),
    "series": RowFormat(("number",), lambda _: "words", keeps_duplicates=True, numeric=True),
}


def guess_columns(table: Table, task: str) -> tuple[int, ...]:
    """The index of the column for each of the task's roles: by its name in the header, else by what it holds. Raises
    LabError where the table has fewer columns than the task has roles."""
    roles = ROW_FORMATS[task].roles
    if table.width < len(roles):
        raise LabError(Problem("data_columns", "", {"value": table.width, "limit": len(roles)}))
    free, by_role = list(columns_to_choose(table, task)), {}
    for names_it in (is_exact, lambda name, role: role in roles_of(name)):  # `text` before `label_text`
        for role in roles:
            named = [column for column in free if table.header and names_it(table.header[column], role)]
            if named and role not in by_role:
                by_role[role] = named[0]
                free.remove(named[0])
    for role in roles:
        if role not in by_role:
            by_role[role] = GUESSES[role](table, free)
            free.remove(by_role[role])
    return tuple(by_role[role] for role in roles)


def columns_to_choose(table: Table, task: str) -> tuple[int, ...]:
    """The columns that may be one of the task's: those that hold anything, unless these are too few."""
    return table.filled if len(table.filled) >= len(ROW_FORMATS[task].roles) else tuple(range(table.width))


def label_column(table: Table, columns: list[int]) -> int:
    """The column that holds labels, most likely: some values that come again and again, at worst one only."""

    def rank(column: int) -> tuple[int, float]:
        cells = table.column(column)
        different = len(set(cells))
        if 1 < different < len(cells):
            return 0, different
        return (1 if different == 1 else 2), mean_length(cells)

    return min(columns, key=rank)


def longest_text_column(table: Table, columns: list[int]) -> int:
    """The column that holds most: sentences, most likely."""
    return max(columns, key=lambda column: sum(map(len, table.column(column))))


def first_column(_: Table, columns: list[int]) -> int:
    return columns[0]


def number_column(table: Table, columns: list[int]) -> int:
    """Of columns that are numbers for the most part, and no numbers of rows if there is a choice, the one that holds
    most; of equals the last: dates and times stand before what was measured."""

    def rank(column: int) -> tuple[bool, bool, int, int]:
        cells = table.column(column)
        count = sum(as_number(cell) is not None for cell in cells)
        return 2 * count > len(cells), not is_index(cells), count, column

    return max(columns, key=rank)


def mean_length(cells: list[str]) -> float:
    """In characters; 0 where there are no cells."""
    return statistics.mean(map(len, cells or [""]))


# role -> what picks its column among those that are still free
GUESSES: dict[str, Callable[[Table, list[int]], int]] = {
    "label": label_column,
    "text": longest_text_column,
    "source": first_column,
    "target": first_column,
    "number": number_column,
}
