"""What a reader pastes or uploads, as a table: bytes to text to rows. Nothing of it is ever executed.

Bytes are UTF-8 (with a mark at the beginning or without), UTF-16 with such a mark, or GB18030; rows are lines, or what
the csv module reads between delimiters. Every limit on files is here. No torch, no jieba.
"""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.i18n import LANGUAGES, LabError, Problem, shorten, translator

FILE_BYTES = 5_000_000
ROWS = 50_000
COLUMNS = 100
CELL_CHARACTERS = csv.field_size_limit()  # of a cell between delimiters; without any, a line may be as long as a file
SAMPLE = 200  # rows by which delimiter, header and columns are guessed

# By name. "bar" is the lab's own: only the first one of a line parts it. "lines": a line is a row of one cell.
DELIMITERS = {"tab": "\t", "bar": "|", "comma": ",", "semicolon": ";", "lines": ""}
ROLES = ("label", "text", "source", "target")

CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # in neither encoding a part of any other character
BREAK = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # of the line it begins in, counted from 1 as an editor does
    cells: tuple[str, ...]  # without the white space around them


@dataclass(frozen=True)
class Table:
    rows: tuple[Row, ...]
    width: int  # columns, as most rows have them
    delimiter: str  # its name
    header: tuple[str, ...] = ()  # a name for each column, "" where there is none; empty: the first row is data

    def column(self, place: int) -> list[str]:
        """The cells of a column, of the first rows, that hold anything."""
        rows = self.rows[:SAMPLE]
        return [row.cells[place] for row in rows if place < len(row.cells) and row.cells[place]]


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Raises LabError for what is none: too large, binary, empty, or not in any
    of the encodings from beginning to end."""
    if len(data) > FILE_BYTES:
        file = {"value": megabytes(len(data)), "limit": megabytes(FILE_BYTES), "text": f"{TEXT_CHARACTERS:,}"}
        raise LabError(Problem("data_large", "", file))
    encoding = "UTF-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "UTF-16"
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            line = len(data[: error.start].decode("utf-16", "ignore").splitlines() or [""])
            raise unreadable(line, data[error.start]) from None
    if found := CONTROL.search(data):
        line, _ = place_of(data, found.start())
        raise LabError(Problem("data_binary", "", {"line": f"{line:,}", "byte": hexadecimal(found[0][0])}))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse_mixed(data)
        try:
            text, encoding = data.decode("gb18030"), "GB18030"
        except UnicodeDecodeError as error:
            raise unreadable(place_of(data, error.start)[0], data[error.start]) from None
    if not text.strip():
        raise LabError(Problem("data_empty"))
    return text, encoding


def unreadable(line: int, byte: int) -> LabError:
    return LabError(Problem("data_encoding", "", {"line": f"{line:,}", "byte": hexadecimal(byte)}))


def refuse_mixed(data: bytes) -> None:
    """Raises LabError where some lines are UTF-8 and others are not: as GB18030 the former would be read without an
    error, as other characters. A character of three bytes or more tells: GB18030 has pairs, of which a whole line is
    hardly ever valid UTF-8 too, while two bytes of one may be two of the other."""
    first = odd = None
    for number, line in enumerate(BREAK.split(data), start=1):
        if line.isascii():
            continue
        try:
            if max(line.decode()) > "\u07ff":
                first = first or number
        except UnicodeDecodeError as error:
            odd = odd or (number, error.start + 1, line[error.start])
    if first and odd:
        values = {"first": f"{first:,}", "line": f"{odd[0]:,}", "place": odd[1], "byte": hexadecimal(odd[2])}
        raise LabError(Problem("data_mixed", "", values))


def place_of(data: bytes, offset: int) -> tuple[int, int]:
    """The line and, in it, the byte that stand at an offset, both counted from 1."""
    breaks = list(BREAK.finditer(data, 0, offset))
    return len(breaks) + 1, offset - (breaks[-1].end() if breaks else 0) + 1


def hexadecimal(byte: int) -> str:
    return f"0x{byte:02X}"


def megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f}"


def parse(text: str, delimiter: str, quoted: bool = True) -> Table:
    """The rows of a text, the first one among them. Rows without anything in them are skipped.

    With `quoted` a cell may stand in quotation marks, and then hold delimiters and line breaks. Raises LabError where
    they don't pair up, and for more rows or columns than the lab takes.
    """
    rows = read(text.replace("\r\n", "\n").replace("\r", "\n"), delimiter, quoted)
    if not rows:
        raise LabError(Problem("data_empty"))
    width = Counter(len(row.cells) for row in rows).most_common(1)[0][0]
    if width > COLUMNS:
        raise LabError(Problem("data_columns_many", "", {"value": f"{width:,}", "limit": COLUMNS}))
    return Table(tuple(rows), width, delimiter)


def read(text: str, delimiter: str, quoted: bool) -> list[Row]:
    count = text.count("\n")
    if count > ROWS:
        raise LabError(Problem("data_rows", "", {"value": f"{count:,}", "limit": f"{ROWS:,}"}))
    lines = text.split("\n")
    if delimiter in ("lines", "bar"):
        parts = [[line] if delimiter == "lines" else line.split(DELIMITERS[delimiter], 1) for line in lines]
        numbered = list(enumerate(parts, start=1))
    else:
        numbered = delimited(lines, DELIMITERS[delimiter], quoted)
    rows = [Row(number, tuple(cell.strip() for cell in cells)) for number, cells in numbered]
    return [row for row in rows if any(row.cells)]


def delimited(lines: list[str], delimiter: str, quoted: bool) -> list[tuple[int, list[str]]]:
    """What the csv module reads, each row with the line it begins in."""
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=delimiter, quoting=quoting, skipinitialspace=True, strict=True
    )
    found: list[tuple[int, list[str]]] = []
    begun = 1
    try:
        for cells in reader:
            found.append((begun, cells))
            begun = reader.line_num + 1
    except csv.Error:
        if len(lines[begun - 1]) > CELL_CHARACTERS:
            sizes = {"line": f"{begun:,}", "value": f"{len(lines[begun - 1]):,}", "limit": f"{CELL_CHARACTERS:,}"}
            raise LabError(Problem("data_cell_long", "", sizes)) from None
        row = {"line": f"{begun:,}", "value": shorten(lines[begun - 1], 60)}
        raise LabError(Problem("data_quotes", "", row)) from None
    return found


def recognise(text: str, name: str, columns: int) -> str:
    """The delimiter of a text, by which most rows have one number of columns. `columns` says how many are wanted: what
    is to be one column is lines, unless the file's name says otherwise."""
    kind = name.rpartition(".")[2].lower()
    if kind == "tsv":
        return "tab"
    if kind != "csv" and columns == 1:
        return "lines"
    sample = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n", SAMPLE)[:SAMPLE])
    shares = {name: share(sample, name) for name, sign in DELIMITERS.items() if sign and sign in sample}
    best = max(shares.values(), default=0.0)
    if best <= 0.5:
        return "comma" if kind == "csv" else "lines"
    return min((name for name in shares if shares[name] == best), key=lambda name: sample.index(DELIMITERS[name]))


def share(text: str, delimiter: str) -> float:
    """The part of the rows that have the most frequent number of columns, where that is more than one."""
    try:
        widths = Counter(len(row.cells) for row in read(text, delimiter, True))
    except LabError:  # marks that do not pair up, perhaps as the sample cuts them
        widths = Counter(len(row.cells) for row in read(text, delimiter, False))
    width, count = widths.most_common(1)[0] if widths else (1, 0)
    return count / widths.total() if width > 1 else 0.0


def headed(table: Table) -> Table:
    """The table with its first row as the names of its columns."""
    names = (*table.rows[0].cells, *[""] * table.width)[: table.width]
    return replace(table, rows=table.rows[1:], header=names)


@cache
def names(role: str) -> frozenset[str]:
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
    known = frozenset().union(*map(names, ROLES))
    return any(cell.casefold() in known for cell in first) or any(
        stands_out(cell, column) for cell, column in zip(first, columns, strict=True)
    )


def stands_out(cell: str, column: Counter[str]) -> bool:
    """Whether a cell is of another kind than those below it: a word above numbers, or the only one that comes once."""
    numbers = bool(column) and all(map(numeric, column)) and not numeric(cell)
    return numbers or (len(column) > 1 and min(column.values()) > 1)


def numeric(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
