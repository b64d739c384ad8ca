"""What every page about a run begins with, and the part of it that is drawn again on every tick while the run goes on.

Which epoch and which step the reader looks at is known to the browser first (see js/common.js): there all parts move
together at once. Pages that need a worker for it are told by the scrubber, and find it here.
"""

import time
from collections.abc import Callable

import streamlit as st

from pages.shell import sharing
from pages.shell.live_fragment import live_fragment
from pages.shell.messages import complain
from pages.shell.run import current_run, run_controls
from pages.shell.run.run_view import RunView, view_of
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate, pace, percent, translator
from rnnlab.records.history import History

TICK = 0.25  # seconds between two looks at a run: a live draw takes the browser up to 0.1
PATIENCE = 1.0  # seconds without news of a run that nobody wonders at


def render(page: str, t: Translate, body: Callable[[RunView], None] = lambda _: None) -> None:
    """A page about the run at hand: notes, complaints, buttons, progress, then its body, where the run has something to
    show."""
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    run = current_run.settle()
    experiment = session["experiment"]
    with st.container():
        if not isinstance(experiment, Experiment):
            complain(experiment)
        elif experiment != run.experiment:
            st.info(t("run.stale"))
    run_controls.render(page, t, run, experiment)

    def live() -> None:
        run, lang = session["run"], session["lang"]
        with st.container():
            complain(run.problems)
        status(run.shown, translator(lang), is_held_up(run))
        if view := view_of(run.shown, page, lang):
            body(view)

    live_fragment(TICK, current_run.tick, lambda: session["run"].going, live)


def is_held_up(run: Run) -> bool:
    """Whether the reader waits because workers are being started."""
    return run.going and workers().starting and time.monotonic() - run.submitted > PATIENCE


def status(run: Run, t: Translate, held_up: bool) -> None:
    """How far, how good, how fast; and why nothing moves."""
    with st.container(key="status"):
        if held_up:
            st.caption(t("workers.starting"))
        if run.history is None:
            st.progress(0.0, t("status.opening") if run.going else t("status.none"))
            return
        history, epochs = run.history, run.experiment.epochs
        parts = [t("status.epoch", epoch=history.epoch, epochs=epochs)]
        if history.snapshots:
            last = history.snapshots[-1]
            parts += [
                t("status.loss", loss=f"{last.loss:.4g}"),
                t("status.accuracy", share=percent(last.accuracy), level=percent(history.opening.majority.share)),
                *held_score(history, t),
                *([t("status.reads_answer")] if run.experiment.reads_answer else []),
                pace(history.epoch, run.elapsed, t),
                t("status.seconds", seconds=f"{run.elapsed:.2f}"),
            ]
        parts.append(t(f"status.{mode(run, history)}"))
        st.progress(history.epoch / epochs, "  ·  ".join(parts))
        if history.ended in ("time", "diverged"):
            st.warning(t(f"ended.{history.ended}", epoch=history.epoch))


def held_score(history: History, t: Translate) -> list[str]:
    """How much of what is only tested on is right, by the newest frame."""
    held, most = history.frames[-1].held_out, history.opening.held_majority
    if held is None or most is None:
        return []
    return [t("status.held", share=percent(held.score), level=percent(most.share))]


def mode(run: Run, history: History) -> str:
    """The word for where a run stands."""
    if run.going:
        return "training" if run.until else "opening"
    if history.ended:
        return {"epochs": "trained", "time": "stopped", "diverged": "diverged"}[history.ended]
    if not history.snapshots:
        return "ready"
    return "stopped" if run.state is None else "paused"
