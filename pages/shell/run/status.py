"""How far a run is, how good, how fast, and why nothing moves: in words, for the page and for the stream."""

import time
from collections.abc import Callable

from rnnlab.engine import Engine, live_runs
from rnnlab.engine.runs import Run
from rnnlab.hosting.limits import host_limits
from rnnlab.i18n import Translate, pace, percent, significant, time_left
from rnnlab.records.history import History

PATIENCE = 1.0  # seconds without news of a run that nobody wonders at
LONG = 1.0  # seconds of an epoch within which one wants to see something move


def status_text(run: Run, t: Translate, engine: Engine) -> str:
    """The run's line. Of a run whose epochs are long, or that waits for others, it also says how far it is within the
    epoch, how long all of it will take, and who else is there. Of one that waits, its place in the queue comes first: a
    phone shows the beginning of the line."""
    history = run.history
    if history is None:
        opening = [*place(run, t, engine), t("status.opening"), *turns(t, engine)]
        return "  ·  ".join(opening) if run.going else t("status.none")
    parts = [*place(run, t, engine), t("status.epoch", epoch=history.epoch, epochs=run.experiment.epochs)]
    if is_long(run) and (run.going or run.batch):
        parts += batch(run, history, t)
    if history.snapshots:
        last = history.snapshots[-1]
        parts += [
            t("status.loss", loss=significant(last.loss, 4)),
            *rate(run, history, t),
            *right(history, t),
            *held_score(history, t),
            *([t("status.reads_answer")] if run.experiment.reads_answer else []),
            *(took(run, t) if run.elapsed else []),  # else its weights were brought from elsewhere
        ]
    parts.append(t(f"status.{mode(run, history)}"))
    if run.going and (is_long(run) or waits(run)):
        parts += [*left(run, t), *turns(t, engine)]
    return "  ·  ".join(parts)


def took(run: Run, t: Translate) -> list[str]:
    return [pace(run.epochs_done, run.elapsed, t), t("status.seconds", seconds=f"{run.elapsed:.2f}")]


def right(history: History, t: Translate) -> list[str]:
    """How much is right. Beside a share of more than the watched line stands what is ticked there. Of numbers nothing
    is right: what to compare with is the loss of the last one, said again."""
    if (column := history.opening.column) is not None:
        return [] if column.held else [t("status.repeated", level=significant(column.repeat_loss, 4))]
    assert history.opening.majority is not None
    values = {"share": percent(history.accuracy), "level": percent(history.opening.majority.share)}
    if history.line_is_all:
        return [t("status.accuracy", **values)]
    ticked, asked = history.marks
    tested = history.opening.held_majority is not None  # then what to compare with stands beside that score alone
    passes = t("status.accuracy_tested" if tested else "status.accuracy_passes", **values)
    return [passes, *([t("status.line", right=ticked, asked=asked)] if asked else [])]


def rate(run: Run, history: History, t: Translate) -> list[str]:
    """The learning rate of the newest epoch, where it is not the same in all."""
    e = run.experiment
    return [t("status.learning_rate", rate=f"{e.rate_after(history.epoch - 1):g}")] if e.lr_changes else []


def is_long(run: Run) -> bool:
    """Whether its epochs have taken long so far, by the reader's clock."""
    return run.elapsed > LONG * run.epochs_done > 0


def waits(run: Run) -> bool:
    """Whether there has been no news of it for some time."""
    return run.going and time.monotonic() - run.submitted > PATIENCE


def batch(run: Run, history: History, t: Translate) -> list[str]:
    batches = history.opening.batches
    return [t("status.batch", batch=run.batch, batches=batches)] if batches > 1 else []


def left(run: Run, t: Translate) -> list[str]:
    """How long the rest takes at the pace so far, waiting included, or until the time for its computing is up."""
    took = run.elapsed + (time.monotonic() - run.submitted if waits(run) else 0.0)
    if not run.epochs_done:
        return []
    rest = took / run.epochs_done * (run.until - run.epochs_done)
    if run.state is not None and run.state.seconds:
        rest = min(rest, took / run.state.seconds * (host_limits().run_seconds - run.state.seconds))
    return [time_left(max(rest, 0.0), t)]


def place(run: Run, t: Translate, engine: Engine) -> list[str]:
    """In the queue, of a job that has waited a while."""
    place = engine.place(run.pending) if waits(run) and run.pending else 0
    if not place:
        return []
    waited = int(time.monotonic() - run.submitted)
    return [t("status.before", before=place - 1, seconds=waited) if place > 1 else t("status.next", seconds=waited)]


def turns(t: Translate, engine: Engine) -> list[str]:
    """How many share the workers, where they are more than these."""
    going = live_runs.shared().going()
    return [t("status.turns", runs=going, workers=engine.count)] if going > engine.count else []


def held_score(history: History, t: Translate) -> list[str]:
    """How much of what is only tested on is right, by the newest frame; of numbers how far off they are."""
    if (held := history.frames[-1].held_out) and (column := history.opening.column):
        level = significant(column.held_repeat_loss, 4)
        return [t("status.held_loss", loss=significant(held.loss, 4), level=level)]
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
    return "stopped" if run.stopped else "paused"


def share_done(run: Run) -> float:
    """0 to 1, of the epochs that the run is to take."""
    return run.epochs_done / run.experiment.epochs


def held_up(run: Run, engine: Engine, t: Translate) -> str:
    """What keeps a run from moving, or from moving as fast as it might. "" where nothing does."""
    if engine.starting and waits(run):
        return t("workers.starting")
    return elsewhere(engine, t) if run.going else ""


def elsewhere(engine: Engine, t: Translate, quote: Callable[[object], str] = str) -> str:
    """Why this machine's workers compute in the place of a cluster. "" where they don't."""
    if (problem := engine.problem) is None:
        return ""
    values = {name: quote(value) for name, value in problem.values.items()}
    return f"{t(f'problem.{problem.code}', **values)} {t('cluster.meanwhile')}"
