"""The same experiment with the other cells: trained one after the other, slice by slice, and laid over the run."""

import numpy as np
import streamlit as st

from pages.shell import cursor, live_fragment, run_chart, run_page
from pages.shell.ask_worker import ask_worker
from pages.shell.messages import complain
from pages.shell.panel import panel
from rnnlab import engine
from rnnlab.engine import jobs, runs
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment, choices
from rnnlab.figures import gradients as figures
from rnnlab.i18n import Translate, translator
from rnnlab.records.gradients import Choice


def with_cell(e: Experiment, cell: str) -> Experiment:
    return e.model_copy(update={"cell": cell})


def others(e: Experiment) -> dict[str, Run]:
    """The runs that differ from this experiment in their cell alone, as far as they have been begun."""
    begun: dict[str, Run] = st.session_state.get("others", {})
    return {cell: run for cell, run in begun.items() if cell != e.cell and run.experiment == with_cell(e, cell)}


def training(e: Experiment) -> bool:
    """Whether the other cells are still to be trained to the end."""
    if st.session_state.get("others_wanted") != e:
        return False
    begun = others(e)
    return any(cell not in begun or begun[cell].going for cell in choices("cell") if cell != e.cell)


def ticked(e: Experiment) -> dict[str, Run]:
    """One look at the run that is under way, or the start of the next: one at a time, for readers share the workers."""
    begun = others(e)
    for cell in choices("cell"):
        if cell == e.cell:
            continue
        if cell not in begun:
            begun[cell] = runs.begin(engine.shared(), with_cell(e, cell), train=True)
            break
        if begun[cell].going:
            begun[cell] = runs.tick(engine.shared(), begun[cell], 0.05)
            break
    return begun


def train(e: Experiment) -> None:
    """Begin, or go on where it was stopped."""
    st.session_state.others_wanted = e
    begun = {cell: run for cell, run in others(e).items() if not run.problems}
    st.session_state.others = {cell: runs.train_until(engine.shared(), run, e.epochs) for cell, run in begun.items()}


def stop(e: Experiment) -> None:
    st.session_state.others_wanted = None
    begun = {cell: runs.pause(run) for cell, run in others(e).items()}
    st.session_state.others = {cell: run for cell, run in begun.items() if run.history is not None}


def render(run: Run, chosen: Choice) -> None:
    e = run.experiment
    if run.going and training(e):  # the run at hand comes first
        stop(e)

    def body() -> None:
        now = translator(st.session_state.lang)
        with panel("others", now):
            controls(run, now)
            if not run.going:
                overlay(run, chosen, now)

    def going() -> None:
        live_fragment.advance("others", lambda _: ticked(e))
        if not training(e):
            st.rerun()  # the timer, which a fragment is given from outside, ends
        body()

    def resting() -> None:
        if training(e):
            st.rerun()  # the timer starts
        body()

    # Two fragments: see `show` in stage.py.
    if training(e):
        st.fragment(going, run_every=run_page.TICK)()
    else:
        st.fragment(resting)()


def controls(run: Run, t: Translate) -> None:
    e, begun, busy = run.experiment, others(run.experiment), training(run.experiment)
    rest = [cell for cell in choices("cell") if cell != e.cell]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="others_bar"):
        done = all(cell in begun and (one := begun[cell].history) is not None and one.ended for cell in rest)
        st.button(t("others.train"), key="train_others", on_click=train, args=(e,), disabled=busy or run.going or done)
        st.button(t("others.stop"), key="stop_others", on_click=stop, args=(e,), disabled=not busy)
        for cell in rest:
            one = begun.get(cell)
            epoch = one.epoch if one else 0
            st.progress(
                min(epoch / e.epochs, 1.0), t("others.progress", cell=t(f"cell.{cell}"), epoch=epoch, epochs=e.epochs)
            )
    for one in begun.values():
        complain(one.problems)


def overlay(run: Run, chosen: Choice, t: Translate) -> None:
    """The same target's gradient in all cells, at the same epoch or the nearest that was recorded; and their losses."""
    begun = others(run.experiment)
    runs = {run.experiment.cell: run} | begun
    runs = {cell: runs[cell] for cell in choices("cell") if cell in runs and runs[cell].history is not None}
    if len(runs) < 2:
        return
    assert run.history is not None
    o, wanted = run.history.opening, cursor.cursor(run).epoch
    tokens, target = o.probe[: o.inputs], chosen.target
    curves, matrices, epochs = {}, [], {}
    for cell, one in runs.items():
        if one.going:
            continue
        assert one.history is not None
        at = min(one.history.checkpoints, key=lambda kept: abs(kept.epoch - wanted))
        found = ask_worker(jobs.through_time, one.experiment, at.weights, chosen.layer, chosen.direction)
        if found is not None:
            name = t(f"cell.{cell}")
            matrices.append(figures.reachable(found.norms["h"], found.unread))
            curves[name] = matrices[-1][target]
            epochs[name] = at.epoch
    left, right = st.columns(2, gap="small")
    with left:
        st.caption(t("others.gradient", step=target + 1))
        figure = figures.curve_figure(curves, np.stack(matrices), tokens, t)
        run_chart.render("gradients-others", figure, run, t("others.gradient.name"), t, steps=True)
    with right:
        st.caption(t("others.losses"))
        histories = {t(f"cell.{cell}"): one.history for cell, one in runs.items() if one.history is not None}
        run_chart.render("gradients-losses", figures.losses_figure(histories, t), run, t("others.losses.name"), t)
    said = [f"{name} {epoch}" for name, epoch in epochs.items()]
    st.caption(t("others.epochs", epochs=", ".join(said)))
    for name, there in notes(run.experiment).items():
        if there:
            st.caption(t(f"others.note.{name}"))


def notes(e: Experiment) -> dict[str, bool]:
    """What keeps the cells from being quite comparable."""
    return {"size": True, "carry": e.carry, "head": e.head == "none", "relu": e.nonlinearity == "relu"}
