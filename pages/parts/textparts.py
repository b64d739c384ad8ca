"""What the parts of the Text page are drawn with: tokens in lines, tokens in tables, a batch that is packed."""

from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.parts import live
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate
from rnnlab.text import characters

_tokens, _grid, _packed = map(live.component, ("tokens", "grid", "packed"))

COLUMNS = 48  # tokens of a row that a table shows

Cell = tuple[str, str, str]  # a text, a note below it, and how it is drawn: "", goal, pad, none, gap, number


def at_hand(run: Run) -> Experiment:
    """The experiment that the form says, for what depends on its text alone; the run's, while the form says none."""
    said = st.session_state.experiment
    return said if isinstance(said, Experiment) else run.experiment


def ahead(run: Run, t: Translate) -> None:
    """Say so where what is shown is of the form and not of the run."""
    if at_hand(run) != run.experiment:
        st.caption(t("parts.ahead"))


def tokens(
    key: str,
    lines: Sequence[Sequence[str]],
    label: str,
    *,
    labels: dict[str, str] | None = None,
    first: int = 1,
    on_edit: Callable[[], None] | None = None,
) -> None:
    """Lines of tokens, as typed. With `on_edit` they can be merged and parted: the result's `edit` is then {"kind":
    "merge" | "part", "line", "place", "after"}, the line counted from 0 in the whole text, of which `first` (counted
    from 1) is the first one shown. labels: hint, part_hint, single_hint, parts, part (with {left} and {right}),
    previous, next."""
    _tokens(
        key=key,
        on_edit_change=on_edit or (lambda: None),
        data={
            "key": key,
            "lines": [[characters(token) for token in line] for line in lines],
            "first": first,
            "numbered": len(lines) > 1,
            "editable": on_edit is not None,
            "label": label,
            "labels": labels or {},
        },
    )


def row(label: str, cells: Sequence[Cell]) -> dict[str, Any]:
    return {"label": label, "cells": list(cells)}


def grid(title: str, rows: Sequence[dict[str, Any]], head: Sequence[str] = (), note: str = "") -> dict[str, Any]:
    """One table: `head` names the columns, that of the row labels included."""
    return {"title": title, "head": list(head), "rows": list(rows), "note": note}


def grids(key: str, tables: Sequence[dict[str, Any]]) -> None:
    """Tables side by side, or where there is no room below each other."""
    _grid(key=key, data={"key": key, "tables": list(tables)})


def packed_steps(
    key: str, rows: Sequence[dict[str, Any]], chunks: Sequence[Sequence[dict[str, Any]]], t: Translate
) -> None:
    """A padded batch with its longest line first, taken column by column into one row. rows: {"index", "tokens"}, None
    for padding; chunks, one a step: [{"index", "token"}]."""
    names = ("sorted", "index", "sizes", "data", "step", "previous", "next", "start", "taken")
    labels = {name: t(f"packing.{name}") for name in names}
    _packed(key=key, data={"key": key, "rows": list(rows), "chunks": list(chunks), "labels": labels})


def chart(run: Run, key: str, figure: go.Figure, rows: int, t: Translate) -> None:
    """A figure that is drawn for one epoch at a time, in a panel `key` without its `text-`."""
    live.chart(
        live.encode(figure),
        key=key,
        group=key,
        run=run.id,
        live=False,
        epochs=[],
        height=height(rows),
        label=t(f"panel.{key.removeprefix('text-')}"),
        labels={"download": t("chart.download"), "reset": t("chart.reset")},
    )


def height(rows: int) -> int:
    """Pixels of a chart with so many rows, its axis below them."""
    return max(200, 70 + 19 * rows)
