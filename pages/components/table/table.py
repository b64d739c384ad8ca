"""A table of what was typed or uploaded, as it stands."""

from collections.abc import Sequence
from typing import Any

from pages.components.component import component
from rnnlab.i18n import shorten

_sheet = component(__file__, "sheet")

CELL_CHARACTERS = 160  # of a cell that are shown

Cell = Sequence[Any]  # a text and its kind: "", number, chosen; bar, with its length; pieces, with what is marked


def text(cell: str, kind: str = "") -> Cell:
    return shorten(cell, CELL_CHARACTERS), kind


def number(value: int) -> Cell:
    return f"{value:,}", "number"


def bar(value: int, most: int) -> Cell:
    return f"{value:,}", "bar", value / max(most, 1)


def pieces(tokens: Sequence[str], marked: Sequence[int] = (), cut: bool = False) -> Cell:
    """Tokens, of which those at the places `marked` are unknown. `cut`: there are more."""
    return list(tokens), "pieces", list(marked), cut


def sheet(key: str, label: str, head: Sequence[tuple[str, str]], rows: Sequence[Sequence[Cell]]) -> None:
    """A table: `head` names the columns, each with a kind as cells have one. `label` is the accessible name."""
    _sheet(key=key, data={"key": key, "label": label, "head": list(head), "rows": [list(row) for row in rows]})
