"""Which rows of a table become the text of an experiment: how many of each class, and why not the others.

A text holds far less than a file may. Of what is too much, rows are taken evenly from beginning to end, so that every
class keeps its share. The same table always gives the same rows.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import CLASSES, SERIES_NUMBERS, TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.presets.presets import FIRST_OF_TASK
from rnnlab.records.short_repr import ShortRepr
from rnnlab.text.normalization import strip_cell
from rnnlab.text.numbers import as_number
from rnnlab.text.tables.column_names import roles_of
from rnnlab.text.tables.row_formats import ROW_FORMATS, RowFormat
from rnnlab.text.tables.sampling import stratified_sample
from rnnlab.text.tables.table import DELIMITERS, Table, TableRow
from rnnlab.text.tables.tagged import all_tagged, tag_counts, without_corpus_marks

LABEL_CHARACTERS = 60
WINDOW_CHARACTERS = 200  # a longer line is better read in windows
FEW_NUMBERS = 100  # that are better read as one sequence than in windows
LABELS_QUOTED = 3  # in an error

# Why a row is skipped; the last two are said of rows that are taken, not whole, or with delimiters in their sentence.
REASONS = (
    *("short", "long", "no_label", "no_text", "no_source", "no_target", "label_long", "repeated"),
    *("header_again", "no_tag", "no_value", "cut", "joined"),
)

BREAKS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")  # what would part a line, or a row


@dataclass(frozen=True, repr=False)
class UsableRow(ShortRepr):
    """A row that could become a line of the text."""

    number: int  # of its line in the file
    cells: tuple[str, ...]  # in the order of the task's roles, each no longer than it may be
    read: tuple[str, ...]  # the same as they are read
    label: str  # "" where the task has none
    shortened: bool
    joined: bool


@dataclass(frozen=True, repr=False)
class UsableRows(ShortRepr):
    """The rows of a table that a text may hold, and why not the others."""

    rows: tuple[UsableRow, ...]
    skipped: dict[str, tuple[int, ...]]  # reason -> lines of the file
    task: str
    layout: str  # of tags, one of LAYOUTS; "" where the task has none

    @property
    def total(self) -> int:
        return len(self.rows) + sum(map(len, self.skipped.values()))

    @property
    def labels(self) -> dict[str, int]:
        """How many rows each label has; most frequent first."""
        return dict(Counter(row.label for row in self.rows if row.label).most_common())

    @property
    def tags(self) -> dict[str, int]:
        """How many tokens each tag has, where tokens carry such; most frequent first."""
        return dict(tag_counts(row.cells[0] for row in self.rows)) if self.layout not in ("", "untagged") else {}


@dataclass(frozen=True, repr=False)
class Selection(ShortRepr):
    """The rows of a table that become lines of a text."""

    lines: tuple[str, ...]
    usable: int  # rows that could have been taken
    class_counts: dict[str, tuple[int, int]]  # label -> how many usable rows, how many taken; most frequent first
    shortened: tuple[int, ...]  # lines of the file of rows that are taken, but not whole
    joined: tuple[int, ...]  # likewise of rows of whose delimiters some are part of the sentence
    sentences: tuple[str, ...] = field(repr=False)  # what is to be read of each line

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def select_rows(usable: UsableRows) -> Selection:
    """As many rows as a text holds. Raises LabError where nothing is left, or nothing that a network could learn."""
    check_rows(usable)
    rows, labels = usable.rows, [row.label for row in usable.rows]
    lines = [to_line(row.cells) for row in rows]
    if ROW_FORMATS[usable.task].numeric:  # each is the next one after the one before
        places = range(beginning_count(lines))
    else:
        places = stratified_sample(lines, labels, TEXT_CHARACTERS)
    selected = [rows[i] for i in places]
    if not selected:
        raise LabError(Problem("data_nothing_fits", "", {"limit": f"{TEXT_CHARACTERS:,}"}))
    if usable.tags:
        check_classes(tag_counts(row.cells[0] for row in selected))
    taken = Counter(row.label for row in selected)
    return Selection(
        lines=tuple(to_line(row.cells) for row in selected),
        usable=len(rows),
        class_counts={label: (count, taken[label]) for label, count in usable.labels.items()},
        shortened=tuple(row.number for row in selected if row.shortened),
        joined=tuple(row.number for row in selected if row.joined),
        sentences=tuple(row.cells[-1] for row in selected),
    )


def beginning_count(lines: Sequence[str]) -> int:
    """How many of the first lines a column of numbers may have."""
    sizes = accumulate(len(line) + 1 for line in lines[:SERIES_NUMBERS])
    return sum(size - 1 <= TEXT_CHARACTERS for size in sizes)


def usable_rows(
    table: Table,
    columns: tuple[int, ...],
    task: str,
    layout: str = "",
    read: dict[TableRow, UsableRow | str] | None = None,
) -> UsableRows:
    """The rows that a text may hold, and the lines of the others in the file by reason. columns: the index of the
    column for each of the task's roles. layout: of the tags, where the task has such. read: what became of rows that
    were read before in the same way, and then of these. Raises LabError where one column is to be two."""
    if len(set(columns)) < len(columns):
        raise LabError(Problem("data_same_column", "", {"value": columns[0] + 1}))
    read = {} if read is None else read
    rows: list[UsableRow] = []
    skipped: dict[str, list[int]] = {}
    seen: set[tuple[str, ...]] = set()  # as they are read: what looks the same is the same
    for row in table.rows:
        if row not in read:
            read[row] = read_row(row, table.width, columns, ROW_FORMATS[task], layout)
        found = "header_again" if is_header(row, table) else read[row]
        if not isinstance(found, str) and found.read in seen and not ROW_FORMATS[task].keeps_duplicates:
            found = "repeated"
        if isinstance(found, str):
            skipped.setdefault(found, []).append(row.number)
            continue
        seen.add(found.read)
        rows.append(found)
    return UsableRows(tuple(rows), {reason: tuple(lines) for reason, lines in skipped.items()}, task, layout)


def read_row(
    row: TableRow, width: int, columns: tuple[int, ...], row_format: RowFormat, layout: str
) -> UsableRow | str:
    """A row as a text may hold it, or why it can't be used, one of REASONS. width: columns of its table."""
    if len(row.cells) > width:
        return "long"
    if max(columns) >= len(row.cells):
        return "short"
    full_cells = tuple(BREAKS.sub(" ", row.cells[column]).strip() for column in columns)
    if layout == "corpus":
        full_cells = tuple(" ".join(without_corpus_marks(cell.split())) for cell in full_cells)
    cells = tuple(beginning(cell, row_format) for cell in full_cells)
    read = tuple(map(strip_cell, cells))
    if row_format.numeric and as_number(read[0]) is None:
        return "no_value"
    if reason := unusable(read, row_format, layout):
        return reason
    label = read[row_format.roles.index("label")] if "label" in row_format.roles else ""
    return UsableRow(row.number, cells, read, label, cells != full_cells, row.joined)


def beginning(cell: str, row_format: RowFormat) -> str:
    """As much of a cell as it may hold, where tokens carry their tags in whole tokens."""
    limit = row_format.cell_characters
    if len(cell) <= limit:
        return cell
    whole = cell[: limit + 1].rpartition(" ")[0] if row_format.tagged else ""
    return (whole or cell[:limit]).strip()


def join_rows(table: Table, columns: tuple[int, ...], task: str) -> Table:
    """The table with rows of too many cells put together again, where it is safe: the delimiters must be part of the
    one column that holds sentences. So they are where it is the last of two, as behind the bar of `label | sentence`;
    or where other rows have the label that comes of it."""
    row_format = ROW_FORMATS[task]
    if "text" not in row_format.roles or not any(row.unstripped for row in table.rows):
        return table
    place = columns[row_format.roles.index("text")]
    label = columns[row_format.roles.index("label")] if "label" in row_format.roles else -1

    def join(row: TableRow) -> TableRow:
        extra = len(row.unstripped) - table.width
        sentence = DELIMITERS[table.delimiter].join(row.unstripped[place : place + extra + 1]).strip()
        return TableRow(row.number, (*row.cells[:place], sentence, *row.cells[place + extra + 1 :]), joined=True)

    rows = [join(row) if row.unstripped else row for row in table.rows]
    often = Counter(row.cells[label] for row in rows if 0 <= label < len(row.cells) <= table.width)
    at_end = place == table.width - 1 <= 1
    safe = [at_end or (label >= 0 and often[row.cells[label]] > 1) for row in rows]
    return replace(table, rows=tuple(row if ok else old for row, ok, old in zip(rows, safe, table.rows, strict=True)))


def is_header(row: TableRow, table: Table) -> bool:
    """Whether a row is the header again, as in files that were put together."""
    same = bool(table.header) and len(row.cells) <= table.width and row.cells == table.header[: len(row.cells)]
    return same and any(map(roles_of, row.cells))


def unusable(cells: tuple[str, ...], row_format: RowFormat, layout: str) -> str:
    """Why cells, as they are read, can't be used, one of REASONS: "" where they can."""
    for role, cell in zip(row_format.roles, cells, strict=True):
        if not cell:
            return f"no_{role}"
        if role == "label" and len(cell) > LABEL_CHARACTERS:
            return "label_long"
    return "no_tag" if layout not in ("", "untagged") and not all_tagged(cells[0]) else ""


def check_rows(usable: UsableRows) -> None:
    """Raises LabError where these rows teach nothing: none is usable, or all labels are the same; and for too many
    classes."""
    total = f"{usable.total:,}"
    if not usable.rows:
        if not usable.total:
            raise LabError(Problem("data_only_header"))
        if len(usable.skipped.get("no_label", ())) == usable.total:
            raise LabError(Problem("data_no_labels", "", {"value": total}))
        raise LabError(Problem("data_nothing", "", {"value": total}))
    if "label" not in ROW_FORMATS[usable.task].roles:
        return
    if len(usable.labels) == 1:
        values = {"value": shorten(next(iter(usable.labels)), 20), "rows": f"{len(usable.rows):,}"}
        raise LabError(Problem("data_one_class", "", values))
    check_classes(usable.labels)


def check_classes(counts: dict[str, int]) -> None:
    """Raises LabError for more labels, or tags, than can be told apart."""
    if len(counts) > CLASSES:
        quoted = ", ".join(shorten(label, 20) for label in list(counts)[:LABELS_QUOTED])
        raise LabError(Problem("data_classes", "", {"value": f"{len(counts):,}", "some": quoted, "limit": CLASSES}))


def to_line(cells: tuple[str, ...]) -> str:
    """A row as a line of text. What stands first decides the separator: a line is parted at its first tab, or where it
    has none at its first bar."""
    return ("\t" if "|" in cells[0] else " | ").join(cells)


def new_experiment(selection: Selection, usable: UsableRows) -> Experiment:
    """A new experiment on these lines, with the settings of the task's first preset."""
    task = usable.task
    tokenizer = {"": "", "untagged": "jieba"}.get(usable.layout, "words")
    row_format = ROW_FORMATS[task]
    whole = {"window": 0} if row_format.numeric and len(selection.lines) < FEW_NUMBERS else {}
    in_windows = row_format.windowed_preset and max(map(len, selection.lines)) > WINDOW_CHARACTERS
    return Experiment(
        preset=row_format.windowed_preset if in_windows else FIRST_OF_TASK[task],
        data="text",
        text=selection.text,
        target="",
        words="",
        probe=1,
        sentence="",
        tokenizer=tokenizer or row_format.guess_tokenizer(selection.sentences),
        **whole,
    )
