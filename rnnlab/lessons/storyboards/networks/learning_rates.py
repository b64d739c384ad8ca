"""Learning rates and clipping: how far an update goes, and how far it may go."""

from itertools import pairwise
from math import inf
from typing import Any

from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.i18n import percent, significant
from rnnlab.lessons.answers import raced
from rnnlab.lessons.lesson import Lesson, LessonStep, Options, ended
from rnnlab.lessons.look import Look

RATES = (0.5, 0.05, 0.01, 0.005, 0.001)
WAYS = ("falls", "stays", "leaps")
LEAP = 1.1  # times the loss of the epoch before
CLIP = 1.0
LEAPS = 5  # of so many it is said that the loss leaps


def rounded(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if 1000 <= value < inf else significant(value)


def norms(look: Look) -> tuple[float, float] | None:
    """The gradient's norm at the first update, of the sum that the lesson opens with and of the reader's mean."""
    assert look.history is not None
    started = look.ask(jobs.start, Experiment(**{**look.experiment.model_dump(), "loss": "sum"}))
    once = look.ask(jobs.advance, started[0], inf, 1) if started else None
    return (once[1].snapshots[0].norm, look.history.snapshots[0].norm) if once else None


def how_many_times(look: Look) -> str | None:
    found = norms(look)
    if found is None or look.history is None:
        return None
    targets = look.history.snapshots[0].targets
    times = {"same": 1.0, "root": targets**0.5, "times": float(targets)}
    return min(times, key=lambda id: abs(times[id] - found[0] / found[1]))


def both_norms(look: Look) -> dict[str, Any]:
    assert look.history is not None
    found = norms(look) or (inf, inf)
    return {
        "sum": rounded(found[0]),
        "mean": rounded(found[1]),
        "targets": look.history.snapshots[0].targets,
    }


def leaps(look: Look) -> int:
    """In how many epochs the loss rises by more than a tenth."""
    assert look.history is not None
    return sum(after > LEAP * before for before, after in pairwise(look.history.losses))


def what_the_loss_does(look: Look) -> str | None:
    if look.history is None or not look.history.ended:
        return None
    losses = look.history.losses
    if leaps(look) >= LEAPS or look.history.ended == "diverged":
        return "leaps"
    return "falls" if losses[-1] < losses[0] / 2 else "stays"


def course_of_the_loss(look: Look) -> dict[str, Any]:
    assert look.history is not None
    losses = look.history.losses
    return {
        "first": rounded(losses[0]),
        "last": rounded(losses[-1]),
        "leaps": leaps(look),
        "accuracy": percent(look.history.accuracy),
    }


def clipped(look: Look) -> dict[str, Any]:
    assert look.history is not None
    epochs, limit = look.history.snapshots, look.experiment.clip
    count = sum(epoch.norm > limit for epoch in epochs)
    return {**course_of_the_loss(look), "count": count, "epochs": len(epochs), "limit": f"{limit:g}"}


def last_losses(look: Look, clip: float) -> dict[float, float] | None:
    """Of a race over learning rates, all clipped like this, the last loss of each; inf where it diverged."""
    found = raced(look, "lr")
    if found is None or look.race is None or look.race.plan.base.clip != clip or len(found) < len(RATES) - 1:
        return None
    return {rate: one.losses[-1] if one.ended == "epochs" else inf for rate, (one, *_) in found.items()}


def best_rate(look: Look, clip: float) -> str | None:
    found = last_losses(look, clip)
    if found is None:
        return None
    best = min(found, key=found.__getitem__)
    return f"{min(RATES, key=lambda rate: abs(rate - best)):g}"


def told_losses(look: Look, clip: float) -> dict[str, Any]:
    found = last_losses(look, clip) or {}
    return {"losses": "; ".join(f"{rate:g}: {rounded(loss)}" for rate, loss in found.items())}


def both_best(look: Look) -> dict[str, Any]:
    """Of a race with clipping, and of the same rates without: which ends lowest, and where."""
    clipped = last_losses(look, CLIP)
    if clipped is None or look.race is None:
        return {}
    base = look.race.plan.base.model_dump() | {"clip": 0.0}
    losses = look.ask(jobs.final_losses, tuple(Experiment(**{**base, "lr": rate}) for rate in clipped))
    if losses is None:
        return {}
    unclipped = dict(zip(clipped, losses, strict=True))
    best, best_without = (min(found, key=found.__getitem__) for found in (clipped, unclipped))
    return told_losses(look, CLIP) | {
        "best": f"{best:g}",
        "loss": rounded(clipped[best]),
        "best_without": f"{best_without:g}",
        "loss_without": rounded(unclipped[best_without]),
        "same_rate": rounded(clipped[best_without]),
        "times": f"{best / best_without:.0f}",
    }


def is_trained_with(look: Look, **fields: Any) -> bool:
    over = look.history is not None and look.history.ended != ""
    return over and all(getattr(look.experiment, name) == value for name, value in fields.items())


LESSON = Lesson(
    id="learning-rates",
    minutes=20,
    preset="clipping",
    steps=(
        LessonStep(
            "sum-or-mean",
            "gradients",
            Options(("same", "root", "times"), how_many_times),
            done=lambda look: look.epochs >= 1 and look.experiment.loss == "mean",
            show="norms",
            fields={"clip": 0.0},
            tells=both_norms,
        ),
        LessonStep(
            "unclipped",
            "playground",
            Options(WAYS, what_the_loss_does),
            done=lambda look: is_trained_with(look, clip=0.0, loss="sum", optimizer="sgd"),
            show="loss",
            fields={"clip": 0.0},
            tells=course_of_the_loss,
        ),
        LessonStep(
            "what-is-cut",
            "gradients",
            Options(("length", "direction", "both"), lambda _: "length"),
            done=lambda look: is_trained_with(look, clip=CLIP, loss="sum"),
            show="norms",
            fields={},
            tells=clipped,
        ),
        LessonStep(
            "which-rate",
            "compare",
            Options(tuple(f"{rate:g}" for rate in RATES), lambda look: best_rate(look, 0.0)),
            done=lambda look: last_losses(look, 0.0) is not None,
            show="race_setup",
            fields={"clip": 0.0},
            race={"lr": RATES},
            tells=lambda look: told_losses(look, 0.0),
        ),
        LessonStep(
            "what-it-buys",
            "compare",
            Options(tuple(f"{rate:g}" for rate in RATES), lambda look: best_rate(look, CLIP)),
            done=lambda look: bool(both_best(look)),
            show="race_setup",
            fields={"clip": CLIP},
            race={"lr": RATES},
            tells=both_best,
        ),
        LessonStep(
            "adam",
            "playground",
            Options(WAYS, what_the_loss_does),
            done=lambda look: is_trained_with(look, optimizer="adam", clip=0.0),
            show="loss",
            fields={"clip": 0.0, "optimizer": "adam", "lr": 0.01},
            tells=course_of_the_loss,
        ),
        ended("gradients"),
    ),
)
