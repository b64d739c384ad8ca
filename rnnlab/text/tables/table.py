"""A pasted or uploaded text as a table: rows of cells. Nothing of it is ever executed.

Rows are lines, or what the csv module reads between delimiters. No torch, no jieba.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.records.short_repr import ShortRepr
from rnnlab.text.tables.column_names import all_known, roles_of

ROWS = 50_000
COLUMNS = 100
CELL_CHARACTERS = csv.field_size_limit()  # of a cell between delimiters; without any, a line may be as long as a file
SAMPLE_ROWS = 200  # rows by which delimiter, header and columns are guessed

# By name. "bar" is the lab's own: only the first one of a line parts it. "lines": a line is a row of one cell.
DELIMITERS = {"tab": "\t", "bar": "|", "comma": ",", "semicolon": ";", "lines": ""}

DELIMITER_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # as spreadsheets write it in front of a table


@dataclass(frozen=True, slots=True)
class TableRow:
    number: int  # of the line it begins in, counted from 1 as an editor does
    cells: tuple[str, ...]  # without the white space around them
    unstripped: tuple[str, ...] = ()  # the same with it, where they are more than the table has columns
    joined: bool = False  # whether delimiters in a cell have been taken as part of it


@dataclass(frozen=True, repr=False)
class Table(ShortRepr):
    rows: tuple[TableRow, ...]
    width: int  # columns, as most rows have them
    delimiter: str  # its name
    header: tuple[str, ...] = ()  # a name for each column, "" where there is none; empty: the first row is data

    @cached_property
    def filled(self) -> tuple[int, ...]:
        """The columns that hold anything or have a name. What is empty everywhere is no column."""
        named = {index for index, name in enumerate(self.header) if name}
        full = (i for i in range(self.width) if any(i < len(row.cells) and row.cells[i] for row in self.rows))
        return tuple(sorted(named.union(full)))

    def column(self, index: int) -> list[str]:
        """The cells of a column, of the first rows, that hold anything."""
        rows = self.rows[:SAMPLE_ROWS]
        return [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index]]


def parse(text: str, delimiter: str, quoted: bool = True, columns: int = 2) -> Table:
    """The rows of a text, the first one among them. Rows without anything in them are skipped, and a first line that
    only names the delimiter. columns: how many are wanted at least, where lines of many lengths leave it open.

    With `quoted` a cell may stand in quotation marks, and then hold delimiters and line breaks. Raises LabError where
    they don't pair up, and for more rows or columns than the lab takes.
    """
    lines = lines_of(text)
    if len(lines) > ROWS + 1:
        raise LabError(Problem("data_rows", "", {"value": f"{len(lines) - 1:,}", "limit": f"{ROWS:,}"}))
    rows = read_rows(lines, delimiter, quoted)
    if not rows:
        raise LabError(Problem("data_empty"))
    parts = [tight_parts(lines[row.number - 1], row, delimiter) for row in rows]
    width = columns_of(rows, parts, columns)
    if width > COLUMNS:
        raise LabError(Problem("data_columns_many", "", {"value": f"{width:,}", "limit": COLUMNS}))
    fitted = [fit(row, tight, width, lines, delimiter) for row, tight in zip(rows, parts, strict=True)]
    return Table(tuple(fitted), width, delimiter)


def tight_parts(line: str, row: TableRow, delimiter: str) -> tuple[str, ...]:
    """The cells of a row that is all of a line without quotation marks, if delimiters with a space behind them are
    punctuation; () for other rows, and where it makes no difference."""
    if len(row.cells) < 3 or '"' in line or delimiter not in ("comma", "semicolon"):
        return ()
    parts = tuple(part.strip() for part in re.split(f"{DELIMITERS[delimiter]}(?! )", line))
    return parts if 1 < len(parts) < len(row.cells) else ()


def columns_of(rows: list[TableRow], tight: list[tuple[str, ...]], wanted: int) -> int:
    """How many columns a table has: as many as most of its rows, for delimiters in cells without quotes make some
    longer; or as its first row has known names; or as all rows have without the delimiters that are punctuation. Where
    no number is that of most rows, the smallest that makes the columns wanted."""
    first, *others = rows
    names = next((n for n in range(len(first.cells), 0, -1) if first.cells[n - 1]), 0)
    counts = Counter(len(row.cells) for row in rows)
    width, count = counts.most_common(1)[0]
    known = all_known(first.cells[:names]) or (names == 1 == wanted and bool(roles_of(first.cells[0])))
    if names < width and known and not is_index([row.cells[0] for row in others]):
        beyond = sum(any(row.cells[names:]) for row in others)
        as_long = len({len(row.cells) for row in others}) == 1  # a column that the header forgets
        if 2 * beyond < len(others) or (len(first.cells) == names and not as_long):
            return names
    if any(tight) and not (known and names == width):
        lengths = Counter(len(parts or row.cells) for row, parts in zip(rows, tight, strict=True))
        length, same = lengths.most_common(1)[0]
        if wanted <= length < width and 10 * same >= 9 * len(rows):
            return length
    if 2 * count <= len(rows):
        return min((width for width in counts if width >= wanted), default=width)
    return width


def fit(row: TableRow, tight: tuple[str, ...], width: int, lines: list[str], delimiter: str) -> TableRow:
    """A row with no more cells than the table has columns, where it is clear which those are; else with its line's own
    parts, if no quotation marks say where a cell ends."""
    if len(row.cells) <= width:
        return row
    if not any(row.cells[width:]):
        return TableRow(row.number, row.cells[:width])
    if len(tight) == width:
        return TableRow(row.number, tight, joined=True)
    parts = lines[row.number - 1].split(DELIMITERS[delimiter])
    while not parts[-1].strip():
        parts.pop()
    same = tuple(part.strip() for part in parts) == row.cells[: len(parts)]
    return TableRow(row.number, row.cells[: len(parts)], tuple(parts)) if same else row


def is_index(cells: list[str]) -> bool:
    """Whether these are the numbers of rows, as programs write them in front: each is one more than the one before."""
    if not all(cell.isdecimal() for cell in cells):
        return False
    numbers = list(map(int, cells))
    return bool(numbers) and numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def read_rows(lines: list[str], delimiter: str, quoted: bool) -> list[TableRow]:
    """The rows that hold anything. Raises LabError for quotation marks that don't pair up."""
    if DELIMITER_LINE.fullmatch(lines[0]):
        lines = ["", *lines[1:]]
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


def lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def guess_delimiter(text: str, name: str, columns: int) -> str:
    """The delimiter, one of DELIMITERS: what a first line says (`sep=;`), or by which most rows of a text have one
    number of columns. name: of the file, "" where there is none. columns: how many are wanted, 0 for any; what is to be
    one column is lines, unless the name says otherwise."""
    lines = lines_of(text)[:SAMPLE_ROWS]
    said = DELIMITER_LINE.fullmatch(lines[0])
    if said and said[1] in DELIMITERS.values():
        return next(name for name, sign in DELIMITERS.items() if sign == said[1])
    extension = name.rpartition(".")[2].lower()
    if extension == "tsv":
        return "tab"
    if extension != "csv" and columns == 1:
        return "lines"
    sample = "\n".join(lines)
    shares = {
        name: column_agreement(lines, name, columns) for name, sign in DELIMITERS.items() if sign and sign in sample
    }
    best = max(shares.values(), default=0.0)
    if best <= 0.5:
        return "comma" if extension == "csv" else "lines"
    return min((name for name in shares if shares[name] == best), key=lambda name: sample.index(DELIMITERS[name]))


def column_agreement(lines: list[str], delimiter: str, columns: int) -> float:
    """The part of the rows that have the most frequent number of columns, where that is more than one. Where all rows
    have the columns that are wanted, and more of them without quotes, that is almost as good."""
    try:
        rows = read_rows(lines, delimiter, True)
    except LabError:  # marks that do not pair up, perhaps as the sample cuts them
        rows = read_rows(lines, delimiter, False)
    widths = Counter(len(row.cells) for row in rows)
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    share = count / widths.total() if width > 1 else 0.0
    enough = bool(widths) and 1 < columns <= min(widths)
    return max(share, 0.51) if enough else share
