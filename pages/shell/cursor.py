"""Where the reader looks: the epoch and the step, shared by everything on a page that moves together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.components.component import pack
from pages.components.epoch_scrubber.epoch_scrubber import epoch_scrubber
from pages.components.token_strip.token_strip import token_strip
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate
from rnnlab.records.history import Checkpoint

GROUP = "run"  # what shows the run moves together, on whichever page it is


@dataclass(frozen=True)
class Cursor:
    """Where the reader looks, as the browser said it last."""

    run: str = ""
    epoch: int = 0
    step: int | None = None


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
    epoch_scrubber(
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
    token_strip(
        key=f"{page}-predictions",
        **place(run, history.frames),
        tokens=list(o.probe),
        inputs=o.inputs,
        vocabulary=[o.classes[id] if id >= 0 else "" for id in used],
        specials=int((used < o.class_specials).sum()),
        targets=places[top.size :].tolist(),
        top=pack(places[: top.size].reshape(top.shape).astype(np.int32)),
        probability=pack(np.stack([frame.probability for frame in frames])),
        joiner=o.joiner,
        written=o.written,
        labels={name: t(f"strip.{name}") for name in ("steps", "predicted", "target", "target_only")},
    )
