"""States and gates as numbers in a table, a row a step and unit, as a spreadsheet or pandas wants them."""

import streamlit as st

from pages.components.table.table import Cell, TableView, number, tables, text, token
from pages.shell.panel import panel
from pages.shell.run.run_view import RunView
from pages.views.cell.unrolled import Traced, changes
from rnnlab.cells import CELLS
from rnnlab.records.trace import part_named

ROWS = 400  # that a table has at most: of a longer sentence, or a wider layer, the open step alone


def render(view: RunView, traced: Traced, step: int) -> None:
    """Of the layer and direction, and with the changes, that the picture shows."""
    o, cell, t = view.opening, CELLS[view.experiment.cell], view.t
    with panel("cell-values", t):
        trace = traced.result.changed or traced.result.original
        reads, _ = changes(o, part_named(o, traced.place.part), traced)
        names = [*cell.states, *(name for name in cell.values if name not in cell.states)]
        steps, units = trace.values["h"].shape
        whole = steps * units <= ROWS
        head = [number(t("column.epoch")), number(t("column.step")), text(t("column.token")), number(t("column.unit"))]
        head += [number(name, t(f"unrolled.role_{name}")) for name in names]
        rows: list[list[Cell]] = [
            [
                *(number(traced.epoch), number(at + 1), token(reads[at]), number(unit)),
                *(number(f"{trace.values[name][at, unit]:z.6f}".replace("-", "−")) for name in names),
            ]
            for at in (range(steps) if whole else [step])
            for unit in range(units)
        ]
        tables("cell-values-table", [TableView(t("panel.cell-values"), rows, head)], "framed")
        if not whole:
            st.caption(t("values.one_step", step=step + 1, steps=steps))
        if traced.result.changed:
            st.caption(t("values.changed"))
