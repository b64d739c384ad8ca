"""What the page on the cell shows of a run: the unrolled network, the changes to it, and the ways of writing it."""

import math

import numpy as np
import streamlit as st

from pages.parts import stage, unrolled, whatif
from pages.parts.ask import ask
from pages.parts.panel import panel
from rnnlab import explain, jobs, ways
from rnnlab.history import Checkpoint
from rnnlab.i18n import Translate
from rnnlab.session import Run
from rnnlab.trace import Look, Way

SMALL = 20_000  # parameters of a network that is looked into while it trains: some 5 ms of a worker at every tick
AGREES = 1e-5  # largest difference from torch's own result that single precision explains


def draw(run: Run, t: Translate) -> None:
    assert run.history is not None
    o, e = run.history.opening, run.experiment
    stage.scrubber("cell", run, t, weights=True)
    width = e.embed if e.input == "embedding" else len(o.vocabulary)
    edits = whatif.fitting(o, width)
    with panel("unrolled", t, formula=explain.equation("hidden", e)):
        line = st.container(horizontal=True, gap="small", vertical_alignment="center")
        with line:
            layer, direction = row(run, t)
        checkpoint = held(run)
        if run.going and checkpoint != run.history.checkpoints[-1]:
            st.caption(t("cell.live", epoch=checkpoint.epoch))
        elif run.history.ended == "diverged":
            st.info(t("cell.diverged", epoch=checkpoint.epoch))
        look = ask(jobs.look, e, checkpoint.weights, layer, direction, edits)
        if look is None and edits:
            look = ask(jobs.look, e, checkpoint.weights, layer, direction, ())
        if look is None:
            return
        with line:
            badge(look, t)
        unrolled.show(run, t, look, checkpoint.epoch, layer, direction, edits, chosen, edited)
        whatif.listed(t, o)
        whatif.complain("picture")
    with panel("cell-whatif", t):
        whatif.show(t, o, width, layer, direction, unrolled.first_step(run))
    with panel("cell-ways", t):
        if run.going:
            st.caption(t("ways.later"))
        else:
            written(run, t, checkpoint.weights)


def held(run: Run) -> Checkpoint:
    """The weights that are shown. While a run goes on a small network is followed from tick to tick; a large one, of
    which every look brings megabytes, stays as it was when the run began."""
    assert run.history is not None
    kept: tuple[str, Checkpoint] | None = st.session_state.get("cell_held")
    if not run.going or run.history.opening.parameters <= SMALL or kept is None or kept[0] != run.id:
        kept = st.session_state.cell_held = (run.id, stage.checkpoint(run))
    return kept[1]


def row(run: Run, t: Translate) -> tuple[int, int]:
    """The layer and direction that is looked at: the last one before anything was chosen."""
    e = run.experiment
    rows = [f"{layer}-{direction}" for layer in range(e.layers) for direction in range(2 if e.bidirectional else 1)]
    if st.session_state.get("cell_row") not in rows:
        st.session_state.cell_row = rows[-1 - e.bidirectional]
    if len(rows) > 1:
        assert run.history is not None
        o = run.history.opening
        named = {name: whatif.row(int(name[0]), int(name[2]), o) for name in rows}
        st.segmented_control(
            t("cell.row"),
            rows,
            key="cell_row",
            format_func=named.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
    layer, direction = st.session_state.cell_row.split("-")
    return int(layer), int(direction)


def chosen() -> None:
    told = st.session_state["cell-unrolled"].chosen
    if told:
        st.session_state.cell_row = f"{int(told['layer'])}-{int(told['direction'])}"


def edited() -> None:
    told = st.session_state["cell-unrolled"].edit
    if told:
        whatif.from_component(told)


def badge(look: Look, t: Translate) -> None:
    """How far the readable steps are from torch's own pass."""
    said = {"difference": f"{look.difference:.1e}", "limit": f"{AGREES:.0e}", "largest": f"{look.largest:.2g}"}
    if not math.isfinite(look.difference):
        st.warning(t("cell.infinite"))
    elif look.difference < AGREES:
        st.badge(t("cell.agrees", **said), color="gray")
    elif look.difference < AGREES * look.largest:  # large numbers are rounded more coarsely: red, but no fault
        st.badge(t("cell.rounded", **said), color="red")
    else:
        st.error(t("cell.differs", **said))


def written(run: Run, t: Translate, weights: bytes) -> None:
    """The same network in several ways, on the same weights: the code, the numbers of the open step, the difference."""
    found = ask(jobs.ways, run.experiment, weights)
    if found is None:
        return
    step = unrolled.first_step(run)
    for start in range(0, len(found), 2):
        for column, way in zip(st.columns(2, gap="small"), found[start : start + 2], strict=False):
            with column:
                st.markdown(f"**{t(f'way.{way.name}')}**")
                st.code(ways.code(way.name, run.experiment), language="python")
    st.markdown(table(found, step, t))
    if all(np.isfinite(way.hidden).all() for way in found):
        gap = float(np.ptp(np.stack([way.hidden for way in found]), axis=0).max())
        st.caption(t("ways.gap", gap=f"{gap:.1e}"))


def table(found: tuple[Way, ...], step: int, t: Translate, units: int = 6) -> str:
    head = [t("ways.name"), *(f"h[{unit}]" for unit in range(min(units, found[0].hidden.shape[1]))), t("ways.time")]
    rows = [
        [t(f"way.{way.name}"), *(f"{value:.6f}" for value in way.hidden[step, :units]), f"{way.seconds * 1e3:.2f} ms"]
        for way in found
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
