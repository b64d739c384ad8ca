"""How far a run is, how good, how fast, and why nothing moves: in words, for the page and for the stream."""

import time

from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate, pace, percent, significant
from rnnlab.records.history import History

PATIENCE = 1.0  # seconds without news of a run that nobody wonders at


def status_text(run: Run, t: Translate) -> str:
    history = run.history
    if history is None:
        return t("status.opening") if run.going else t("status.none")
    parts = [t("status.epoch", epoch=history.epoch, epochs=run.experiment.epochs)]
    if history.snapshots:
        last = history.snapshots[-1]
        parts += [
            t("status.loss", loss=significant(last.loss, 4)),
            t("status.accuracy", share=percent(last.accuracy), level=percent(history.opening.majority.share)),
            *held_score(history, t),
            *([t("status.reads_answer")] if run.experiment.reads_answer else []),
            pace(history.epoch, run.elapsed, t),
            t("status.seconds", seconds=f"{run.elapsed:.2f}"),
        ]
    parts.append(t(f"status.{mode(run, history)}"))
    return "  ·  ".join(parts)


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


def share_done(run: Run) -> float:
    """0 to 1, of the epochs that the run is to take."""
    return run.epoch / run.experiment.epochs


def held_up(run: Run, starting: bool, t: Translate) -> str:
    """What keeps a run from moving: workers that are `starting`. "" where nothing does."""
    waits = run.going and starting and time.monotonic() - run.submitted > PATIENCE
    return t("workers.starting") if waits else ""
