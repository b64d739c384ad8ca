"""What the page on the cell shows of a run: the unrolled network, the changes to it, and the ways of writing it."""

import math
from dataclasses import replace

import numpy as np
import streamlit as st

from pages.components.table.table import TableView, number, tables, text
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import listing, panel
from pages.shell.run import token_strip
from pages.shell.run.place import place_name
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.cell import interventions, symbols, unrolled, values
from pages.views.cell.unrolled import Traced
from rnnlab.cells import CELLS, Cell
from rnnlab.engine import jobs
from rnnlab.explain import equations, implementations
from rnnlab.i18n import Translate
from rnnlab.records.history import Checkpoint
from rnnlab.records.opening import Part, Place
from rnnlab.records.trace import Implementation, TraceResult, part_at, part_named, places_of, top_place

SMALL = 20_000  # parameters of a network that is looked into while it trains: some 5 ms of a worker at every tick
AGREES = 1e-5  # largest difference from torch's own result that single precision explains


def render(view: RunView) -> None:
    o, e, t = view.opening, view.experiment, view.t
    if len(o.parts) > 1:  # the picture is of one of them: here all steps are at hand
        token_strip.render(view)
    edits = interventions.fitting(o)
    with panel("unrolled", t, formula=equations.equation("hidden", e)):
        line = st.container(horizontal=True, gap="small", vertical_alignment="center")
        with line:
            place = choose_place(view)
        part = part_named(o, place.part)
        if "prefixes" in o.views:
            st.caption(t("cell.beginnings.both" if e.bidirectional else "cell.beginnings"))
        checkpoint = shown_checkpoint(view)
        if view.going and checkpoint != view.history.checkpoints[-1]:
            st.caption(t("cell.live", epoch=checkpoint.epoch))
        elif view.history.ended == "diverged":
            st.info(t("cell.diverged", epoch=checkpoint.epoch))
        found = ask_worker(jobs.trace, e, checkpoint.weights, place, edits)
        if found is None and edits:
            found = ask_worker(jobs.trace, e, checkpoint.weights, place)
        if found is None:
            return
        doubtful = not found.difference < AGREES
        if doubtful:
            with line:
                render_badge(found, CELLS[e.cell], t)
        step = unrolled.first_step(view, part)
        interventions.render_form(o, place, step, t)
        interventions.render_list(o, t)
        interventions.complain_here("picture")
        traced = Traced(found, checkpoint.epoch, place, edits)
        unrolled.render(view, traced, choose_in_picture, edit_in_picture)
        if not doubtful:
            render_badge(found, CELLS[e.cell], t)
    values.render(view, traced, step)
    symbols.render(view, checkpoint.weights, part.name)
    with panel("cell-ways", t):
        if view.going:
            st.caption(t("ways.later"))
        else:
            render_implementations(view, checkpoint.weights, part, step)


def shown_checkpoint(view: RunView) -> Checkpoint:
    """The weights that are shown. While a run goes on a small network is followed from tick to tick; a large one, of
    which every look brings megabytes, stays as it was when the run began."""
    kept: tuple[str, Checkpoint] | None = session.get("cell_checkpoint")
    if not view.going or view.opening.parameters <= SMALL or kept is None or kept[0] != view.run.id:
        kept = session["cell_checkpoint"] = (view.run.id, view.checkpoint)
    return kept[1]


def choose_place(view: RunView) -> Place:
    """The place that is looked at. Before anything was chosen the last layer of what predicts; and when the reader
    goes to a step of another part, that part."""
    o, t = view.opening, view.t
    places = places_of(o)
    step = view.cursor.step
    if session.get("cell_row") not in places:
        session["cell_row"] = str(top_place(o))
    if step is not None and step != session.get("cell_step"):  # else the reader may have chosen another part by hand
        session["cell_row"] = str(replace(places[session["cell_row"]], part=part_at(o, step).name))
    session["cell_step"] = step
    if len(places) > 1:
        named = {name: place_name(place, o, t) for name, place in places.items()}
        st.segmented_control(
            t("cell.row"),
            list(places),
            default=session["cell_row"],
            key="cell_row",
            format_func=named.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
    return places[session["cell_row"]]


def choose_in_picture() -> None:
    choice = st.session_state["cell-unrolled"].chosen
    if choice:
        session["cell_row"] = str(Place(choice["part"], int(choice["layer"]), int(choice["direction"])))


def edit_in_picture() -> None:
    edit = st.session_state["cell-unrolled"].edit
    if edit:
        interventions.from_component(edit)


def render_badge(found: TraceResult, cell: Cell, t: Translate) -> None:
    """How far the readable steps are from torch's own pass, or, of a cell that torch lacks, from the loop over it."""
    values = {
        "other": t("cell.torch" if cell.in_torch else "cell.loop"),
        "difference": f"{found.difference:.1e}",
        "limit": f"{AGREES:.0e}",
        "largest": f"{found.largest:.2g}",
    }
    if not math.isfinite(found.difference):
        st.warning(t("cell.infinite"))
    elif found.difference < AGREES:
        st.badge(t("cell.agrees", **values), color="gray")
    elif found.difference < AGREES * found.largest:  # large numbers are rounded more coarsely: red, but no fault
        st.badge(t("cell.rounded", **values), color="red")
    else:
        st.error(t("cell.differs", **values))


def render_implementations(view: RunView, weights: bytes, part: Part, step: int) -> None:
    """The same network in several ways, on the same weights: the code, the numbers of the open step, the difference."""
    t, found = view.t, ask_worker(jobs.implementations, view.experiment, weights, part.name)
    if found is None:
        return
    left, right = st.columns(2, gap="small")
    for place, way in enumerate(found):  # the longest first, the short ones beside it
        with right if place else left:
            st.subheader(t(f"way.{way.name}"), anchor=False)
            listing(implementations.code(way.name, view.experiment, given=part.start > 0))
    render_numbers(found, step, t)
    if all(np.isfinite(way.hidden).all() for way in found):
        gap = float(np.ptp(np.stack([way.hidden for way in found]), axis=0).max())
        st.caption(t("ways.gap", gap=f"{gap:.1e}"))


def render_numbers(found: tuple[Implementation, ...], step: int, t: Translate, units: int = 6) -> None:
    head = [text(t("ways.name")), *(number(f"h[{unit}]") for unit in range(min(units, found[0].hidden.shape[1])))]
    rows = [
        [
            text(t(f"way.{way.name}")),
            *(number(f"{value:.6f}") for value in way.hidden[step, :units]),
            number(f"{way.seconds * 1e3:.2f} ms"),
        ]
        for way in found
    ]
    tables("cell-numbers", [TableView(t("panel.cell-ways"), rows, [*head, number(t("ways.time"))])], "framed")
