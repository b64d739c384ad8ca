"""Small tables of tokens side by side."""

from collections.abc import Sequence
from typing import Any

from pages.components.component import component

_grid = component(__file__, "grid")

Cell = tuple[str, str, str]  # a text, a note below it, and how it is drawn: "", goal, pad, none, gap, number


def row(label: str, cells: Sequence[Cell]) -> dict[str, Any]:
    return {"label": label, "cells": list(cells)}


def grid(title: str, rows: Sequence[dict[str, Any]], head: Sequence[str] = (), note: str = "") -> dict[str, Any]:
    """One table: `head` names the columns, that of the row labels included."""
    return {"title": title, "head": list(head), "rows": list(rows), "note": note}


def grids(key: str, tables: Sequence[dict[str, Any]]) -> None:
    """Tables side by side, or where there is no room below each other."""
    _grid(key=key, data={"key": key, "tables": list(tables)})
