"""Which rows of a table become the text of an experiment: how many of each class, and why not the others.

A text holds far less than a file may. Of what is too much, rows are taken evenly from beginning to end, so that every
class keeps its share. The same table always gives the same rows.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import CLASSES, TEXT_CHARACTERS
from rnnlab.i18n import LabError, Problem, shorten
from rnnlab.lessons.presets import FIRST_LESSON
from rnnlab.records.short_repr import ShortRepr
from rnnlab.text.normalization import strip_cell
from rnnlab.text.row_formats import ROW_FORMATS, RowFormat
from rnnlab.text.tables import Table, TableRow

LABEL_CHARACTERS = 60
WINDOW_CHARACTERS = 200  # a longer line is better read in windows
LABELS_QUOTED = 3  # in an error

# Why a row is skipped; "cut", last, is said of rows that are taken, but not whole.
REASONS = (*("short", "long", "no_label", "no_text", "no_source", "no_target", "label_long", "repeated"), "cut")

BREAKS = re.compile(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]+")  # what would part a line, or a row


@dataclass(frozen=True, repr=False)
class Selection(ShortRepr):
    """The rows of a table that become lines of a text, and what became of the others."""

    lines: tuple[str, ...]
    usable: int  # rows that could have been taken
    class_counts: dict[str, tuple[int, int]]  # label -> how many usable rows, how many taken; most frequent first
    skipped: dict[str, tuple[int, ...]]  # reason -> lines of the file
    shortened: tuple[int, ...]  # lines of the file of rows that are taken, but not whole
    sentences: tuple[str, ...] = field(repr=False)  # what is to be read of each line

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, repr=False)
class UsableRow(ShortRepr):
    """A row that could become a line of the text."""

    number: int  # of its line in the file
    cells: tuple[str, ...]  # in the order of the task's roles, each no longer than it may be
    label: str  # "" where the task has none
    shortened: bool


def select_rows(table: Table, columns: tuple[int, ...], task: str) -> Selection:
    """As many rows as a text holds. columns: the index of the column for each of the task's roles. Raises LabError
    where nothing is left, or nothing that a network could learn."""
    row_format = ROW_FORMATS[task]
    if len(set(columns)) < len(columns):
        raise LabError(Problem("data_same_column", "", {"value": columns[0] + 1}))
    rows, skipped = usable_rows(table, columns, row_format)
    check_rows(table, rows, skipped, row_format)
    labels = [row.label for row in rows]
    selected = [rows[i] for i in stratified_sample([to_line(row.cells) for row in rows], labels, TEXT_CHARACTERS)]
    if not selected:
        raise LabError(Problem("data_nothing_fits", "", {"limit": f"{TEXT_CHARACTERS:,}"}))
    usable, taken = Counter(labels), Counter(row.label for row in selected)
    return Selection(
        lines=tuple(to_line(row.cells) for row in selected),
        usable=len(rows),
        class_counts={label: (count, taken[label]) for label, count in usable.most_common() if label},
        skipped={reason: tuple(lines) for reason, lines in skipped.items()},
        shortened=tuple(row.number for row in selected if row.shortened),
        sentences=tuple(row.cells[-1] for row in selected),
    )


def usable_rows(
    table: Table, columns: tuple[int, ...], row_format: RowFormat
) -> tuple[list[UsableRow], dict[str, list[int]]]:
    """The rows that a text may hold, and the lines of the others in the file by reason."""
    rows: list[UsableRow] = []
    skipped: dict[str, list[int]] = {}
    seen: set[tuple[str, ...]] = set()  # as they are read: what looks the same is the same
    for row in table.rows:
        if reason := skip_reason(row, table.width, columns, row_format):
            skipped.setdefault(reason, []).append(row.number)
            continue
        full_cells = tuple(BREAKS.sub(" ", row.cells[column]).strip() for column in columns)
        cells = tuple(cell[: row_format.cell_characters].strip() for cell in full_cells)
        read = tuple(map(strip_cell, cells))
        if read in seen and not row_format.keeps_duplicates:
            skipped.setdefault("repeated", []).append(row.number)
            continue
        seen.add(read)
        label = read[row_format.roles.index("label")] if "label" in row_format.roles else ""
        rows.append(UsableRow(row.number, cells, label, shortened=cells != full_cells))
    return rows, skipped


def skip_reason(row: TableRow, width: int, columns: tuple[int, ...], row_format: RowFormat) -> str:
    """Why a row can't be used, one of REASONS: "" where it can."""
    if len(row.cells) > width:
        return "long"  # a delimiter within a cell, most likely: which cell is which is not known
    if max(columns) >= len(row.cells):
        return "short"
    for role, column in zip(row_format.roles, columns, strict=True):
        if not strip_cell(row.cells[column]):
            return f"no_{role}"
        if role == "label" and len(row.cells[column]) > LABEL_CHARACTERS:
            return "label_long"
    return ""


def check_rows(table: Table, rows: list[UsableRow], skipped: dict[str, list[int]], row_format: RowFormat) -> None:
    """Raises LabError where these rows teach nothing: none is usable, or all labels are the same; and for too many
    classes."""
    total = f"{len(table.rows):,}"
    if not rows:
        if len(skipped.get("no_label", ())) == len(table.rows) > 0:
            raise LabError(Problem("data_no_labels", "", {"value": total}))
        raise LabError(Problem("data_nothing", "", {"value": total}))
    if "label" not in row_format.roles:
        return
    counts = Counter(row.label for row in rows)
    quoted = ", ".join(shorten(label, 20) for label, _ in counts.most_common(LABELS_QUOTED))
    if len(counts) == 1:
        raise LabError(Problem("data_one_class", "", {"value": quoted, "rows": f"{len(rows):,}"}))
    if len(counts) > CLASSES:
        raise LabError(Problem("data_classes", "", {"value": f"{len(counts):,}", "some": quoted, "limit": CLASSES}))


def to_line(cells: tuple[str, ...]) -> str:
    """A row as a line of text. What stands first decides the separator: a line is parted at its first tab, or where it
    has none at its first bar."""
    return ("\t" if "|" in cells[0] else " | ").join(cells)


def stratified_sample(lines: Sequence[str], labels: Sequence[str], limit: int) -> list[int]:
    """Indices of lines that hold at most `limit` characters with the breaks between them, ascending. Every label keeps
    its share to within one line, and of each label the lines are taken at even distances."""
    groups: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        groups.setdefault(label, []).append(index)

    def sample(count: int) -> list[int]:
        quotas = proportional_quotas([len(group) for group in groups.values()], count)
        return sorted(
            group[(2 * turn + 1) * len(group) // (2 * quota)]
            for group, quota in zip(groups.values(), quotas, strict=True)
            for turn in range(quota)
        )

    def size(indices: list[int]) -> int:
        return sum(len(lines[index]) + 1 for index in indices) - 1

    low, high = 0, len(lines)
    if size(sample(high)) <= limit:
        return sample(high)
    while high - low > 1:  # `low` lines fit, `high` do not
        middle = (low + high) // 2
        low, high = (middle, high) if size(sample(middle)) <= limit else (low, middle)
    return sample(low)


def proportional_quotas(sizes: Sequence[int], count: int) -> list[int]:
    """`count` seats for groups of these sizes, each its share rounded down or up: up where it would be none at all,
    then where most is lost by rounding."""
    total = sum(sizes)
    quotas = [size * count // total for size in sizes]
    order = sorted(range(len(sizes)), key=lambda group: (quotas[group] > 0, -(sizes[group] * count % total)))
    for group in order[: count - sum(quotas)]:
        quotas[group] += 1
    return quotas


def new_experiment(selection: Selection, task: str) -> Experiment:
    """A new experiment on these lines, with the settings of the task's first lesson."""
    row_format = ROW_FORMATS[task]
    in_windows = row_format.windowed_preset and max(map(len, selection.lines)) > WINDOW_CHARACTERS
    return Experiment(
        preset=row_format.windowed_preset if in_windows else FIRST_LESSON[task],
        data="text",
        text=selection.text,
        target="",
        words="",
        probe=1,
        sentence="",
        tokenizer=row_format.guess_tokenizer(selection.sentences),
    )
