"""The same experiment with the other cells: trained one after the other, slice by slice, and laid over the run."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.components.curves.curves import Curves, curves
from pages.shell.ask_worker import ask_worker
from pages.shell.live_fragment import live_fragment
from pages.shell.messages import complain
from pages.shell.panel import panel
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView, view_of
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import jobs, runs
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment, choices
from rnnlab.figures import gradients as figures
from rnnlab.records.gradients import Choice
from rnnlab.records.history import nearest

TICK = 0.25  # seconds between two looks


def with_cell(e: Experiment, cell: str) -> Experiment:
    return e.model_copy(update={"cell": cell})


def others(e: Experiment) -> dict[str, Run]:
    """The runs that differ from this experiment in their cell alone, as far as they have been begun."""
    begun: dict[str, Run] = session.get("other_cells", {})
    return {cell: run for cell, run in begun.items() if cell != e.cell and run.experiment == with_cell(e, cell)}


def training(e: Experiment) -> bool:
    """Whether the other cells are still to be trained to the end."""
    if session.get("other_cells_of") != e:
        return False
    begun = others(e)
    return any(cell not in begun or begun[cell].going for cell in choices("cell") if cell != e.cell)


def trained_on(e: Experiment) -> dict[str, Run]:
    """One look at the run that is under way, or the start of the next: one at a time, for readers share the workers."""
    begun = others(e)
    for cell in choices("cell"):
        if cell == e.cell:
            continue
        if cell not in begun:
            begun[cell] = runs.begin(workers(), with_cell(e, cell), train=True)
            break
        if begun[cell].going:
            begun[cell] = runs.tick(workers(), begun[cell], 0.05)
            break
    return begun


def train(e: Experiment) -> None:
    """Begin, or go on where it was stopped."""
    session["other_cells_of"] = e
    begun = {cell: run for cell, run in others(e).items() if not run.problems}
    session["other_cells"] = {cell: runs.train_until(workers(), run, e.epochs) for cell, run in begun.items()}


def stop(e: Experiment) -> None:
    session["other_cells_of"] = None
    begun = {cell: runs.pause(run) for cell, run in others(e).items()}
    session["other_cells"] = {cell: run for cell, run in begun.items() if run.history is not None}


def render(view: RunView, choice: Choice) -> None:
    e = view.experiment
    if view.going and training(e):  # the run at hand comes first
        stop(e)

    def tick() -> None:
        session["other_cells"] = trained_on(e)

    def live() -> None:
        shown = view_of(view.run, view.page, session["lang"]) or view
        with panel("others", shown.t):
            render_controls(shown)
            if not shown.going:
                render_overlay(shown, choice)

    live_fragment(TICK, tick, lambda: training(e), live)


def render_controls(view: RunView) -> None:
    e, t, begun, busy = view.experiment, view.t, others(view.experiment), training(view.experiment)
    rest = [cell for cell in choices("cell") if cell != e.cell]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="others_bar"):
        done = all(cell in begun and (one := begun[cell].history) is not None and one.ended for cell in rest)
        st.button(t("others.train"), key="train_others", on_click=train, args=(e,), disabled=busy or view.going or done)
        st.button(t("others.stop"), key="stop_others", on_click=stop, args=(e,), disabled=not busy)
        for cell in rest:
            one = begun.get(cell)
            epoch = one.epoch if one else 0
            st.progress(
                min(epoch / e.epochs, 1.0), t("others.progress", cell=t(f"cell.{cell}"), epoch=epoch, epochs=e.epochs)
            )
    for one in begun.values():
        complain(one.problems)


def render_overlay(view: RunView, choice: Choice) -> None:
    """The same target's gradient in all cells, at the same epoch or the nearest that was recorded; and their losses."""
    o, t = view.opening, view.t
    begun = {view.experiment.cell: view.run} | others(view.experiment)
    runs = {cell: begun[cell] for cell in choices("cell") if cell in begun}
    histories = {cell: run.history for cell, run in runs.items() if run.history is not None}
    if len(histories) < 2:
        return
    tokens, target = o.probe[: o.inputs], choice.target
    norms, matrices, epochs, styles = {}, [], {}, []
    place = {cell: index for index, cell in enumerate(choices("cell"))}  # its style, here as in a race of all cells
    for cell, history in histories.items():
        if runs[cell].going:
            continue
        at = nearest(history.checkpoints, view.cursor.epoch)
        found = ask_worker(jobs.through_time, history.experiment, at.weights, choice.layer, choice.direction)
        if found is not None:
            name = t(f"cell.{cell}")
            matrices.append(figures.reachable(found.norms["h"], found.unread))
            norms[name] = matrices[-1][target]
            epochs[name] = at.epoch
            styles.append(place[cell])
    left, right = st.columns(2, gap="small")
    with left:
        st.caption(t("others.gradient", step=target + 1))
        figure = encode(figures.curve_figure(norms, np.stack(matrices), tokens, t, styles))
        run_chart.render(view, "others", Chart(figure, t("others.gradient.name"), steps=True), view.over_checkpoints)
    with right:
        st.caption(t("others.losses"))
        named = {t(f"cell.{cell}"): history for cell, history in histories.items()}
        lines = figures.loss_lines(named, [place[cell] for cell in histories])
        title, span = t(f"axis.loss.{view.experiment.loss}"), max(view.experiment.epochs, 2)
        shown = Curves(lines, "log", title, t("others.losses.name"), 300, span)
        curves(f"{view.page}-losses", shown, view.over_checkpoints, t)
    st.caption(t("others.epochs", epochs=", ".join(f"{name} {epoch}" for name, epoch in epochs.items())))
    for name, there in notes(view.experiment).items():
        if there:
            st.caption(t(f"others.note.{name}"))


def notes(e: Experiment) -> dict[str, bool]:
    """What keeps the cells from being quite comparable."""
    return {"size": True, "carry": e.carry, "head": e.head == "none", "relu": e.nonlinearity == "relu"}
