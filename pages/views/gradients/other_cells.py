"""The same experiment with the other cells: trained one after the other, slice by slice, and laid over the run."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.components.curves.curves import Curves, curves
from pages.components.playback import Playback
from pages.components.run_status.run_status import RunStatus, run_status
from pages.shell import reruns
from pages.shell.ask_worker import ask_worker
from pages.shell.guide import evaluation
from pages.shell.messages import complain
from pages.shell.panel import panel
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView, view_of
from pages.shell.run.status import held_up, share_done, status_text
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import jobs, live_runs, runs
from rnnlab.engine.live_runs import LiveRun
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment, choices
from rnnlab.figures import gradients as figures
from rnnlab.records.gradients import Choice
from rnnlab.records.history import nearest

SHORT = 5.0  # seconds of computing: after a run that took no more the others are trained without being asked for
GROUP = "others"  # what shows the run that is being trained hears of it together


def with_cell(e: Experiment, cell: str) -> Experiment:
    return e.model_copy(update={"cell": cell})


def begun_for(e: Experiment) -> dict[str, LiveRun]:
    """The runs that differ from this experiment in their cell alone, as far as they have been begun."""
    begun: dict[str, LiveRun] = session.get("other_cells", {})
    return {cell: one for cell, one in begun.items() if cell != e.cell and one.value.experiment == with_cell(e, cell)}


def others(e: Experiment) -> dict[str, Run]:
    return {cell: one.value for cell, one in begun_for(e).items()}


def training(e: Experiment) -> bool:
    """Whether the other cells are still to be trained to the end."""
    if session.get("other_cells_of") != e:
        return False
    begun = others(e)
    return any(cell not in begun or begun[cell].going for cell in choices("cell") if cell != e.cell)


def under_way(e: Experiment) -> Run | None:
    return next((run for run in others(e).values() if run.going), None)


def playback_of(run: Run) -> Playback:
    return Playback(GROUP, run.id, (run.history.frames[-1].epoch,) if run.history else (), run.going)


def begin_next(e: Experiment) -> None:
    """Where none is under way: one at a time, for readers share the workers. What has come to its end is only compared
    with."""
    begun = begun_for(e)
    for one in begun.values():
        if one.value.state and one.value.state.ended and one.value.state.blob:
            one.change(runs.closed)
    left = [cell for cell in choices("cell") if cell != e.cell and cell not in begun]
    if training(e) and under_way(e) is None and left:
        run = runs.begin(workers(), with_cell(e, left[0]), train=True)
        session["other_cells"] = begun | {left[0]: live_runs.shared().drive(LiveRun(run, workers()))}


def train(e: Experiment) -> None:
    """Begin, or go on where it was stopped."""
    session["other_cells_of"] = e
    session["other_cells"] = {cell: one for cell, one in begun_for(e).items() if not one.value.problems}
    for one in session["other_cells"].values():
        one.change(lambda run: runs.train_until(workers(), run, e.epochs))


def stop(e: Experiment) -> None:
    session["other_cells_of"] = None
    for one in begun_for(e).values():
        one.change(runs.pause)
    session["other_cells"] = {cell: one for cell, one in begun_for(e).items() if one.value.history is not None}


def render(view: RunView, choice: Choice) -> None:
    e = view.experiment
    if view.going and training(e):  # the run at hand comes first
        stop(e)
    if goes_by_itself(view):
        session["other_cells_offered"] = e
        train(e)

    def part() -> None:
        reruns.meet_redraw()
        begin_next(e)
        run = under_way(e)
        if run is None and training(e):
            st.rerun()  # what was just begun is over already, and nobody would ask for the next
        shown = view_of(view.run, view.page, session["lang"]) or view
        with panel("others", shown.t):
            render_controls(shown, run)
            if not shown.going:
                render_overlay(shown, choice, run)
        evaluation.check()

    part.__qualname__ = f"{__name__}.part"  # Streamlit knows a fragment by its name, and where it stands
    st.fragment(part)()


def goes_by_itself(view: RunView) -> bool:
    """Whether the others are trained without a click: after a short run that has come to its end, once, so that who
    stops them is not asked again."""
    history = view.history
    short = history.ended == "epochs" and history.seconds <= SHORT
    return short and not view.going and session.get("other_cells_offered") != view.experiment


def render_controls(view: RunView, run: Run | None) -> None:
    """`run`: the one that is under way, as it was when the drawing began."""
    e, t, begun, busy = view.experiment, view.t, others(view.experiment), training(view.experiment)
    rest = [cell for cell in choices("cell") if cell != e.cell]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="others_bar"):
        done = all(cell in begun and (one := begun[cell].history) is not None and one.ended for cell in rest)
        st.button(t("others.train"), key="train_others", on_click=train, args=(e,), disabled=busy or view.going or done)
        st.button(t("others.stop"), key="stop_others", on_click=stop, args=(e,), disabled=not busy)
        for cell in rest:
            one = begun.get(cell)
            if one is not None and run is not None and one.id == run.id:
                continue
            epoch = one.epoch if one else 0
            st.progress(
                min(epoch / e.epochs, 1.0), t("others.progress", cell=t(f"cell.{cell}"), epoch=epoch, epochs=e.epochs)
            )
    with st.container():  # always one element, so that the charts below keep their place and are not built anew
        if run is not None:
            st.subheader(t(f"cell.{run.experiment.cell}"), anchor=False)
            waits = held_up(run, workers(), t)
            status = RunStatus(status_text(run, t, workers()), share_done(run), waits, None, "", run.history is None)
            run_status(f"{view.page}-others-status", status, playback_of(run))
        for one in begun.values():
            complain(one.problems)


def render_overlay(view: RunView, choice: Choice, run: Run | None) -> None:
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
        lines = figures.loss_lines(named, [place[cell] for cell in histories], run.experiment.cell if run else "")
        title, span = t(f"axis.loss.{view.experiment.loss}"), max(view.experiment.epochs, 2)
        shown = Curves(lines, "log", title, t("others.losses.name"), 300, span, cursor=run is None)
        curves(f"{view.page}-losses", shown, view.over_checkpoints if run is None else playback_of(run), t)
    st.caption(t("others.epochs", epochs=", ".join(f"{name} {epoch}" for name, epoch in epochs.items())))
    for name, there in notes(view.experiment).items():
        if there:
            st.caption(t(f"others.note.{name}"))


def notes(e: Experiment) -> dict[str, bool]:
    """What keeps the cells from being quite comparable."""
    return {"size": True, "carry": e.carry, "head": e.head == "none", "relu": e.nonlinearity == "relu"}
