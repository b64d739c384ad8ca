"""A pasted or uploaded text as a table: rows of cells. Nothing of it is ever executed.

Rows are lines, or what the csv module reads between delimiters. No torch, no jieba.
"""

import csv
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

from rnnlab.i18n import LANGUAGES, LabError, Problem, shorten, translator
from rnnlab.records.short_repr import ShortRepr

ROWS = 50_000
COLUMNS = 100
CELL_CHARACTERS = csv.field_size_limit()  # of a cell between delimiters; without any, a line may be as long as a file
SAMPLE_ROWS = 200  # rows by which delimiter, header and columns are guessed

# By name. "bar" is the lab's own: only the first one of a line parts it. "lines": a line is a row of one cell.
DELIMITERS = {"tab": "\t", "bar": "|", "comma": ",", "semicolon": ";", "lines": ""}
ROLES = ("label", "text", "source", "target")


@dataclass(frozen=True, slots=True)
class TableRow:
    number: int  # of the line it begins in, counted from 1 as an editor does
    cells: tuple[str, ...]  # without the white space around them


@dataclass(frozen=True, repr=False)
class Table(ShortRepr):
    rows: tuple[TableRow, ...]
    width: int  # columns, as most rows have them
    delimiter: str  # its name
    header: tuple[str, ...] = ()  # a name for each column, "" where there is none; empty: the first row is data

    def column(self, index: int) -> list[str]:
        """The cells of a column, of the first rows, that hold anything."""
        rows = self.rows[:SAMPLE_ROWS]
        return [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index]]


def parse(text: str, delimiter: str, quoted: bool = True) -> Table:
    """The rows of a text, the first one among them. Rows without anything in them are skipped.

    With `quoted` a cell may stand in quotation marks, and then hold delimiters and line breaks. Raises LabError where
    they don't pair up, and for more rows or columns than the lab takes.
    """
    rows = read_rows(text.replace("\r\n", "\n").replace("\r", "\n"), delimiter, quoted)
    if not rows:
        raise LabError(Problem("data_empty"))
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    if width > COLUMNS:
        raise LabError(Problem("data_columns_many", "", {"value": f"{width:,}", "limit": COLUMNS}))
    return Table(tuple(rows), width, delimiter)


def read_rows(text: str, delimiter: str, quoted: bool) -> list[TableRow]:
    """The rows that hold anything. Raises LabError for too many lines, and for quotation marks that don't pair up."""
    count = text.count("\n")
    if count > ROWS:
        raise LabError(Problem("data_rows", "", {"value": f"{count:,}", "limit": f"{ROWS:,}"}))
    lines = text.split("\n")
    if delimiter in ("lines", "bar"):
        parts = [[line] if delimiter == "lines" else line.split(DELIMITERS[delimiter], 1) for line in lines]
        numbered = list(enumerate(parts, start=1))
    else:
        numbered = read_csv(lines, DELIMITERS[delimiter], quoted)
    rows = [TableRow(number, tuple(cell.strip() for cell in cells)) for number, cells in numbered]
    return [row for row in rows if any(row.cells)]


def read_csv(lines: list[str], delimiter: str, quoted: bool) -> list[tuple[int, list[str]]]:
    """What the csv module reads, each row with the line it begins in."""
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=delimiter, quoting=quoting, skipinitialspace=True, strict=True
    )
    rows: list[tuple[int, list[str]]] = []
    first_line = 1
    try:
        for cells in reader:
            rows.append((first_line, cells))
            first_line = reader.line_num + 1
    except csv.Error:
        number, line = f"{first_line:,}", lines[first_line - 1]
        if len(line) > CELL_CHARACTERS:
            sizes = {"line": number, "value": f"{len(line):,}", "limit": f"{CELL_CHARACTERS:,}"}
            raise LabError(Problem("data_cell_long", "", sizes)) from None
        values = {"line": number, "value": shorten(line, 60)}
        raise LabError(Problem("data_quotes", "", values)) from None
    return rows


def guess_delimiter(text: str, name: str, columns: int) -> str:
    """The delimiter, one of DELIMITERS, by which most rows of a text have one number of columns. name: of the file, ""
    where there is none. columns: how many are wanted; what is to be one column is lines, unless the name says
    otherwise."""
    extension = name.rpartition(".")[2].lower()
    if extension == "tsv":
        return "tab"
    if extension != "csv" and columns == 1:
        return "lines"
    sample = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n", SAMPLE_ROWS)[:SAMPLE_ROWS])
    shares = {name: column_agreement(sample, name) for name, sign in DELIMITERS.items() if sign and sign in sample}
    best = max(shares.values(), default=0.0)
    if best <= 0.5:
        return "comma" if extension == "csv" else "lines"
    return min((name for name in shares if shares[name] == best), key=lambda name: sample.index(DELIMITERS[name]))


def column_agreement(text: str, delimiter: str) -> float:
    """The part of the rows that have the most frequent number of columns, where that is more than one."""
    try:
        widths = Counter(len(row.cells) for row in read_rows(text, delimiter, True))
    except LabError:  # marks that do not pair up, perhaps as the sample cuts them
        widths = Counter(len(row.cells) for row in read_rows(text, delimiter, False))
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    return count / widths.total() if width > 1 else 0.0


def with_header(table: Table) -> Table:
    """The table with its first row as the names of its columns."""
    names = (*table.rows[0].cells, *[""] * table.width)[: table.width]
    return replace(table, rows=table.rows[1:], header=names)


@cache
def column_names(role: str) -> frozenset[str]:
    """What columns of this role are called, in either language, in lower case."""
    found: list[str] = []
    for lang in LANGUAGES:
        t = translator(lang)
        found += t(f"columns.{role}").split()
    return frozenset(found)


def has_header(table: Table) -> bool:
    """Whether the first row names the columns: it holds a name the lab knows, or what no row below has its like of."""
    if len(table.rows) < 2 or table.delimiter == "lines":
        return False
    first, below = table.rows[0].cells, replace(table, rows=table.rows[1:])
    if not all(first) or len(set(first)) < len(first):
        return False
    columns = [Counter(below.column(place)) for place in range(len(first))]
    if any(cell in column for cell, column in zip(first, columns, strict=True)):
        return False
    known = frozenset().union(*map(column_names, ROLES))
    return any(cell.casefold() in known for cell in first) or any(
        differs_from_below(cell, column) for cell, column in zip(first, columns, strict=True)
    )


def differs_from_below(cell: str, column: Counter[str]) -> bool:
    """Whether a cell is of another kind than those below it: a word above numbers, or the only one that comes once."""
    numbers = bool(column) and all(map(is_number, column)) and not is_number(cell)
    return numbers or (len(column) > 1 and min(column.values()) > 1)


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
