"""Why weights must not start at zero, nor all at one number: what can't be told apart gets the same gradient."""

from math import log
from typing import Any

import numpy as np

from rnnlab.engine import jobs
from rnnlab.i18n import percent, significant
from rnnlab.lessons.answers import raced
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.training.step import TrainingStep

SAYS = ("right", "same", "other")
STARTS = ("torch", "xavier", "orthogonal", "constant", "zeros")
APART = 1e-5  # between two units: more than rounding
LEARNT = 0.01  # a loss below that


def started_with(look: Look, init: str) -> bool:
    return look.trained and look.experiment.init == init


def what_it_says(look: Look) -> str | None:
    if not started_with(look, "zeros"):
        return None
    if look.all_right(look.newest):
        return "right"
    return "same" if len({*look.newest.top_classes[:, 0].tolist()}) == 1 else "other"


def how_it_ended(look: Look) -> dict[str, Any]:
    """With the loss of whoever knows how often each word is the answer, and nothing else: the least that can be had
    without looking at what was read."""
    assert look.history is not None
    o, losses = look.opening, look.history.losses
    shares = np.unique(o.targets, return_counts=True)[1] / len(o.targets)
    return {
        "word": o.classes[look.newest.top_classes[0, 0]],
        "accuracy": percent(look.history.accuracy),
        "first": significant(losses[0], 3),
        "last": significant(losses[-1], 3),
        "floor": significant(-sum(share * log(share) for share in shares), 3),
    }


def first_step(look: Look) -> TrainingStep | None:
    assert look.history is not None
    return look.ask(jobs.training_step, look.experiment, look.history.checkpoints[0].weights)


def tensors(look: Look) -> dict[str, Any]:
    found = first_step(look)
    return {"tensors": len(found.parameters) if found else "…"}


def moved(look: Look) -> tuple[float, ...] | None:
    found = first_step(look)
    return (float(sum(one.gradient > 0 for one in found.parameters)),) if found else None


def moved_names(look: Look) -> dict[str, Any]:
    found = first_step(look)
    names = [one.name for one in found.parameters if one.gradient > 0] if found else []
    return {**tensors(look), "names": ", ".join(names)}


def different_units(look: Look) -> tuple[float, ...] | None:
    """How many of the hidden units differ from each other at any step."""
    if not started_with(look, "constant"):
        return None
    kinds: list[np.ndarray] = []
    for unit in look.newest.hidden.T:
        if all(np.abs(unit - kind).max() > APART for kind in kinds):
            kinds.append(unit)
    return (float(len(kinds)),)


def units(look: Look) -> dict[str, Any]:
    return {"units": look.experiment.hidden}


def units_at_the_end(look: Look) -> dict[str, Any]:
    assert look.history is not None
    return {**units(look), "last": significant(look.history.losses[-1], 3)}


def last_losses(look: Look) -> dict[str, float] | None:
    """By what the weights started from."""
    found = raced(look, "init")
    if found is None or not found.keys() >= {*STARTS}:
        return None
    return {init: one.losses[-1] for init, (one, *_) in found.items()}


def learnt(look: Look) -> tuple[float, ...] | None:
    found = last_losses(look)
    return None if found is None else (float(sum(loss < LEARNT for loss in found.values())),)


def told_losses(look: Look) -> dict[str, Any]:
    return {init: significant(loss, 2) for init, loss in (last_losses(look) or {}).items()}


LESSON = Lesson(
    id="zeros",
    minutes=10,
    preset="words-next",
    steps=(
        LessonStep(
            "says",
            "playground",
            Options(SAYS, what_it_says),
            done=lambda look: started_with(look, "zeros"),
            show="predictions",
            fields={"init": "zeros"},
            tells=how_it_ended,
        ),
        LessonStep(
            "gradient",
            "training",
            Numbers(moved),
            show="training_moves",
            part="backward",
            veiled=True,
            fields={"init": "zeros"},
            given=tensors,
            tells=moved_names,
        ),
        LessonStep(
            "equal",
            "playground",
            Numbers(different_units),
            done=lambda look: started_with(look, "constant"),
            show="hidden",
            fields={"init": "constant"},
            given=units,
            tells=units_at_the_end,
        ),
        LessonStep(
            "drawn",
            "compare",
            Numbers(learnt),
            done=lambda look: last_losses(look) is not None,
            show="race_setup",
            fields={},
            race={"init": STARTS},
            tells=told_losses,
        ),
        ended("playground"),
    ),
)
