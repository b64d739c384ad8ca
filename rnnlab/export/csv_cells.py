"""Cells of a CSV file: the same rules as those of `pages/components/save/csv.js`, for files that no browser makes."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheet programs take Chinese for another encoding
FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # what a formula begins with, full-width too
QUOTED = re.compile(r"""[",\r\n\t;']|^\s|\s$""")


def harmless(text: str) -> str:
    """A text that a spreadsheet program would take for a formula, and run, as one that it shows."""
    return f"'{text}" if FORMULA.match(text) else text


def words(text: str) -> str:
    """The cell of a text, whoever wrote it."""
    text = harmless(text)
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(text) else text


def digits(numbers: np.ndarray | Sequence[float]) -> list:
    """The cells of numbers, of any shape: as few digits as read back to the same number in its own precision; empty
    where there is none, or no finite one."""
    numbers = np.asarray(numbers)
    if numbers.dtype.kind != "f":
        return numbers.astype(str).tolist()
    return np.where(np.isfinite(numbers), numbers.astype(str), "").tolist()


def csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The file. head: names of the columns, not yet cells; rows: cells."""
    lines = [[words(name) for name in head], *rows]
    return BYTE_ORDER_MARK + "".join(",".join(line) + "\r\n" for line in lines)
