"""What the page on the cell shows of a run: the unrolled network, the changes to it, and the ways of writing it."""

import math
from dataclasses import replace

import numpy as np
import streamlit as st

from pages.shell import cursor
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel
from pages.shell.place import place_name
from pages.views.cell import interventions, unrolled
from rnnlab.cells import CELLS, Cell
from rnnlab.engine import jobs
from rnnlab.engine.runs import Run
from rnnlab.explain import equations, implementations
from rnnlab.i18n import Translate
from rnnlab.records.history import Checkpoint, Part, Place
from rnnlab.records.trace import Implementation, TraceResult, part_at, part_named, places_of, top_place

SMALL = 20_000  # parameters of a network that is looked into while it trains: some 5 ms of a worker at every tick
AGREES = 1e-5  # largest difference from torch's own result that single precision explains


def render(run: Run, t: Translate) -> None:
    assert run.history is not None
    o, e = run.history.opening, run.experiment
    cursor.scrubber("cell", run, t, weights=True)
    if len(o.parts) > 1:  # the picture is of one of them: here all steps are at hand
        cursor.strip("cell", run, t)
    edits = interventions.fitting(o)
    with panel("unrolled", t, formula=equations.equation("hidden", e)):
        line = st.container(horizontal=True, gap="small", vertical_alignment="center")
        with line:
            place = row(run, t)
        part = part_named(o, place.part)
        if "prefixes" in o.views:
            st.caption(t("cell.beginnings.both" if e.bidirectional else "cell.beginnings"))
        checkpoint = held(run)
        if run.going and checkpoint != run.history.checkpoints[-1]:
            st.caption(t("cell.live", epoch=checkpoint.epoch))
        elif run.history.ended == "diverged":
            st.info(t("cell.diverged", epoch=checkpoint.epoch))
        look = ask_worker(jobs.trace, e, checkpoint.weights, place, edits)
        if look is None and edits:
            look = ask_worker(jobs.trace, e, checkpoint.weights, place)
        if look is None:
            return
        with line:
            badge(look, CELLS[e.cell], t)
        unrolled.render(run, t, look, checkpoint.epoch, place, edits, chosen, edited)
        interventions.listed(t, o)
        interventions.complain_here("picture")
    with panel("cell-whatif", t):
        interventions.render(t, o, place, unrolled.first_step(run, part))
    with panel("cell-ways", t):
        if run.going:
            st.caption(t("ways.later"))
        else:
            written(run, t, checkpoint.weights, part)


def held(run: Run) -> Checkpoint:
    """The weights that are shown. While a run goes on a small network is followed from tick to tick; a large one, of
    which every look brings megabytes, stays as it was when the run began."""
    assert run.history is not None
    kept: tuple[str, Checkpoint] | None = st.session_state.get("cell_held")
    if not run.going or run.history.opening.parameters <= SMALL or kept is None or kept[0] != run.id:
        kept = st.session_state.cell_held = (run.id, cursor.checkpoint(run))
    return kept[1]


def row(run: Run, t: Translate) -> Place:
    """The place that is looked at. Before anything was chosen the last layer of what predicts; and
    when the reader goes to a step of another part, that part."""
    assert run.history is not None
    o = run.history.opening
    places = places_of(o)
    state, step = st.session_state, cursor.cursor(run).step
    if state.get("cell_row") not in places:
        state.cell_row = str(top_place(o))
    if step is not None and step != state.get("cell_step"):  # else the reader may have chosen another part by hand
        state.cell_row = str(replace(places[state.cell_row], part=part_at(o, step).name))
    state.cell_step = step
    if len(places) > 1:
        named = {name: place_name(place, o, t) for name, place in places.items()}
        st.segmented_control(
            t("cell.row"),
            list(places),
            key="cell_row",
            format_func=named.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
    return places[state.cell_row]


def chosen() -> None:
    told = st.session_state["cell-unrolled"].chosen
    if told:
        st.session_state.cell_row = str(Place(told["part"], int(told["layer"]), int(told["direction"])))


def edited() -> None:
    told = st.session_state["cell-unrolled"].edit
    if told:
        interventions.from_component(told)


def badge(look: TraceResult, cell: Cell, t: Translate) -> None:
    """How far the readable steps are from torch's own pass, or, of a cell that torch lacks, from the loop over it."""
    other = t("cell.torch" if cell.in_torch else "cell.loop")
    said = {
        "other": other,
        "difference": f"{look.difference:.1e}",
        "limit": f"{AGREES:.0e}",
        "largest": f"{look.largest:.2g}",
    }
    if not math.isfinite(look.difference):
        st.warning(t("cell.infinite"))
    elif look.difference < AGREES:
        st.badge(t("cell.agrees", **said), color="gray")
    elif look.difference < AGREES * look.largest:  # large numbers are rounded more coarsely: red, but no fault
        st.badge(t("cell.rounded", **said), color="red")
    else:
        st.error(t("cell.differs", **said))


def written(run: Run, t: Translate, weights: bytes, part: Part) -> None:
    """The same network in several ways, on the same weights: the code, the numbers of the open step, the difference."""
    found = ask_worker(jobs.implementations, run.experiment, weights, part.name)
    if found is None:
        return
    step = unrolled.first_step(run, part)
    for start in range(0, len(found), 2):
        for column, way in zip(st.columns(2, gap="small"), found[start : start + 2], strict=False):
            with column:
                st.markdown(f"**{t(f'way.{way.name}')}**")
                st.code(implementations.code(way.name, run.experiment, given=part.start > 0), language="python")
    st.markdown(table(found, step, t))
    if all(np.isfinite(way.hidden).all() for way in found):
        gap = float(np.ptp(np.stack([way.hidden for way in found]), axis=0).max())
        st.caption(t("ways.gap", gap=f"{gap:.1e}"))


def table(found: tuple[Implementation, ...], step: int, t: Translate, units: int = 6) -> str:
    head = [t("ways.name"), *(f"h[{unit}]" for unit in range(min(units, found[0].hidden.shape[1]))), t("ways.time")]
    rows = [
        [t(f"way.{way.name}"), *(f"{value:.6f}" for value in way.hidden[step, :units]), f"{way.seconds * 1e3:.2f} ms"]
        for way in found
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
