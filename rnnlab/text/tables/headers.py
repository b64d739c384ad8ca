"""Whether the first row of a table names its columns, and what follows from it."""

from collections import Counter
from dataclasses import replace

from rnnlab.text.tables.column_names import all_known, is_exact, roles_of
from rnnlab.text.tables.table import SAMPLE_ROWS, Table, is_index


def with_header(table: Table) -> Table:
    """The table with its first row as the names of its columns. Where that one lacks a cell because the numbers of the
    rows have no name, as R writes them, the first column has none."""
    names = table.rows[0].cells
    below = replace(table, rows=table.rows[1:])
    if len(names) == table.width - 1 and is_index(below.column(0)):
        names = ("", *names)
    return replace(below, header=(*names, *[""] * table.width)[: table.width])


def has_header(table: Table) -> bool:
    """Whether the first row names the columns: it holds names that the lab knows, or nothing, above numbers of rows, or
    what no row below has its like of. A column without anything in it is none."""
    if len(table.rows) < 2:
        return False
    first = table.rows[0].cells
    below = replace(table, rows=table.rows[1:])
    if table.delimiter == "lines":
        return is_exact(first[0], "text") and first[0] not in below.column(0)
    if all_known(first):
        return True
    filled = [cell for cell in first if cell]
    if len(set(filled)) < len(filled):
        return False
    pairs = [(cell, Counter(below.column(place))) for place, cell in enumerate(first) if place < table.width]
    if any(cell in column for cell, column in pairs if cell):
        return False
    if not first[0] and len(filled) > 1 and are_numbers_of_rows(below.column(0)):
        return True
    if any(not cell and 2 * column.total() > min(len(below.rows), SAMPLE_ROWS) for cell, column in pairs):
        return False
    return any(names_column(cell) for cell in filled) or any(
        differs_from_below(cell, column) for cell, column in pairs if cell
    )


def doubtful_label(first: tuple[str, ...], as_header: dict[str, int], as_data: dict[str, int]) -> str:
    """The label that the first row alone has, where most other rows share theirs: a class of one row, or the name of a
    column that the lab does not know. "" where there is none. as_header, as_data: how many rows each label has, if the
    first one is a header or is data."""
    alone = [label for label in as_data if label not in as_header]
    shared = sum(count for count in as_header.values() if count > 1)
    if not alone or len(as_header) < 2 or 2 * shared <= sum(as_header.values()):
        return ""
    known = bool(roles_of(alone[0])) or any(map(names_column, first))
    above_numbers = all(map(is_number, as_header)) and not is_number(alone[0])
    return "" if known or above_numbers else alone[0]


def are_numbers_of_rows(cells: list[str]) -> bool:
    """Whether these are numbers of rows, perhaps of some of a larger table."""
    return bool(cells) and len(set(cells)) == len(cells) and all(cell.isdecimal() for cell in cells)


def names_column(cell: str) -> bool:
    """Whether a cell alone is known for a name. What only looks like one, as `v1` or `name`, may be a label as well."""
    roles = [role for role in ("label", "text", "source", "target") if role in roles_of(cell)]
    return any(is_exact(cell, role) or "_" in cell for role in roles)


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
