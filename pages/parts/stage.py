"""What every page about a run begins with, and the part of it that is drawn again on every tick while the run goes on.

Which epoch and which step the reader looks at is known to the browser first (see js/common.js): there all parts move
together at once. Pages that need a worker for it are told by the scrubber, and find it here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import form, kept, live, runbar, sharing
from rnnlab import engine
from rnnlab.engine import runs
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate, translator
from rnnlab.records.history import Checkpoint, History

TICK = 0.25  # seconds between two looks at a run: a live draw takes the browser up to 0.1
GROUP = "run"  # what shows the run moves together, on whichever page it is


@dataclass(frozen=True)
class Cursor:
    """Where the reader looks, as the browser said it last."""

    run: str = ""
    epoch: int = 0
    step: int | None = None


def show(page: str, t: Translate, draw: Callable[[Run, Translate], None]) -> None:
    """A page about the run at hand: notes, complaints, buttons, progress, then `draw` for what has a history."""
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    patience, whole = st.session_state.pop("patience", 0.0), st.session_state.pop("whole", False)

    def settled(run: Run) -> Run:
        return runs.settle(engine.shared(), run, patience, run.until if whole else run.epoch + 1)

    run = kept.advance("run", settled)
    experiment = st.session_state.experiment
    with st.container():
        if not isinstance(experiment, Experiment):
            form.complain(experiment)
        elif experiment != run.experiment:
            st.info(t("run.stale"))
    runbar.show(page, t, run, experiment)

    def body() -> None:
        run, t = st.session_state.run, translator(st.session_state.lang)
        with st.container():
            form.complain(run.problems)
        status(run.shown, t)
        if run.shown.history is not None:
            draw(run.shown, t)

    def going() -> None:
        run: Run = kept.advance("run", lambda run: runs.tick(engine.shared(), run, 0.05))
        if not run.going:
            st.rerun()  # the whole page once more: the buttons change, and the timer ends
        body()

    def resting() -> None:
        body()

    # Two fragments, not one with a timer or without: a tick that comes late, after the page was drawn anew, must find
    # none. Streamlit would drop what of it is not yet sent, but for elements that the browser knows already, and a
    # browser that gets these without their containers goes blank.
    if run.going:
        st.fragment(going, run_every=TICK)()
    else:
        st.fragment(resting)()


def status(run: Run, t: Translate) -> None:
    """How far, how good, how fast."""
    with st.container(key="status"):
        if run.history is None:
            st.progress(0.0, t("status.opening") if run.going else t("status.none"))
            return
        history, epochs = run.history, run.experiment.epochs
        parts = [t("status.epoch", epoch=history.epoch, epochs=epochs)]
        if history.snapshots:
            last = history.snapshots[-1]
            parts += [
                t("status.loss", loss=f"{last.loss:.4g}"),
                t("status.accuracy", share=f"{last.accuracy:.0%}"),
                *held_score(history, t),
                t("status.rate", rate=f"{history.epoch / max(run.elapsed, 1e-9):,.0f}"),
                t("status.seconds", seconds=f"{run.elapsed:.2f}"),
            ]
        parts.append(t(f"status.{mode(run, history)}"))
        st.progress(history.epoch / epochs, "  ·  ".join(parts))
        if history.ended in ("time", "diverged"):
            st.warning(t(f"ended.{history.ended}", epoch=history.epoch))


def held_score(history: History, t: Translate) -> list[str]:
    """How much of what is only tested on is right, by the newest frame."""
    held = history.frames[-1].held
    return [t("status.held", share=f"{held.score:.0%}")] if held else []


def mode(run: Run, history: History) -> str:
    """The word for where a run stands."""
    if run.going:
        return "training" if run.until else "opening"
    if history.ended:
        return {"epochs": "trained", "time": "stopped", "diverged": "diverged"}[history.ended]
    if not history.snapshots:
        return "ready"
    return "stopped" if run.state is None else "paused"


# Where the reader looks


def place(run: Run, recorded: tuple[Any, ...]) -> dict[str, Any]:
    """What each live part of a run is told: which run it is, and the epochs that were recorded of it. While a run goes
    on only the newest is shown."""
    epochs = [one.epoch for one in (recorded[-1:] if run.going else recorded)]
    return {"group": GROUP, "run": run.id, "live": run.going, "epochs": epochs}


def cursor(run: Run) -> Cursor:
    """Where the reader looks in this run: at its newest epoch until the browser has said otherwise."""
    history = run.history
    assert history is not None
    said: Cursor = st.session_state.get("cursor", Cursor())
    newest = history.checkpoints[-1].epoch
    return said if said.run == run.id and not run.going else Cursor(run.id, newest, said.step)


def checkpoint(run: Run) -> Checkpoint:
    """The weights of the epoch that is looked at, or of the nearest one that was recorded."""
    assert run.history is not None
    wanted = cursor(run).epoch
    return min(run.history.checkpoints, key=lambda kept: abs(kept.epoch - wanted))


def scrubber(page: str, run: Run, t: Translate, weights: bool = False) -> None:
    """The epochs of a run. With `weights` those whose weights were recorded, and the page is told where it stands."""
    history = run.history
    assert history is not None
    names = ("name", "epoch", "start", "following", "play", "pause", "previous", "next", "speed")
    at = cursor(run)
    live.scrubber(
        key=f"{page}-epoch",
        **place(run, history.checkpoints if weights else history.frames),
        total=history.experiment.epochs,
        labels={name: t(f"scrubber.{name}") for name in names},
        known={"epoch": at.epoch, "step": at.step} if weights and not run.going else None,
        on_moved_change=lambda: moved(f"{page}-epoch"),
    )


def moved(key: str) -> None:
    """The browser says where the reader looks now."""
    told = st.session_state[key].moved
    if told:
        st.session_state.cursor = Cursor(str(told["run"]), int(told["epoch"]), told["step"])


def strip(page: str, run: Run, t: Translate) -> None:
    """The tokens of the probe sentence, the spine of every page: choose a step here. Under each what comes next."""
    history = run.history
    assert history is not None
    frames = history.frames[-1:] if run.going else history.frames
    o = history.opening
    top = np.stack([frame.top for frame in frames])
    # The browser gets the tokens it needs, not a whole vocabulary on every tick.
    asked = np.array(o.targets, dtype=np.int32)
    used, places = np.unique(np.concatenate([top.ravel(), asked]), return_inverse=True)
    places = np.where(np.concatenate([top.ravel(), asked]) < 0, -1, places)  # nothing predicted, nothing asked for
    live.strip(
        key=f"{page}-predictions",
        **place(run, history.frames),
        tokens=list(o.probe),
        inputs=o.inputs,
        vocabulary=[o.classes[id] if id >= 0 else "" for id in used],
        specials=int((used < o.class_specials).sum()),
        targets=places[top.size :].tolist(),
        top=live.pack(places[: top.size].reshape(top.shape).astype(np.int32)),
        probability=live.pack(np.stack([frame.probability for frame in frames])),
        joiner=o.joiner,
        written=o.written,
        labels={name: t(f"strip.{name}") for name in ("steps", "predicted", "target", "target_only")},
    )
