"""Two directions: what reading backward adds, where it ends, and what of it is read out."""

from typing import Any

import numpy as np

from rnnlab.engine import jobs
from rnnlab.lessons.answers import module, otherwise
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.history import History

RIGHT = 0.95  # of the test lines
BOUNDS = {"few": 5, "some": 15}  # epochs, at most; else many
BACKWARD = ("last", 1)  # the backward half of what is read out at the last step


def trained(look: Look) -> bool:
    return look.trained


def losses(look: Look) -> tuple[float, float] | None:
    """The last of the run shown, and of the same read one way."""
    one_way = otherwise(look, bidirectional=False)
    return (look.history.losses[-1], one_way.losses[-1]) if look.history and one_way else None


def compared(look: Look) -> str | None:
    found = losses(look)
    return None if found is None else "lower" if found[0] < found[1] else "higher"


def both_losses(look: Look) -> dict[str, Any]:
    found = losses(look)
    return {} if found is None else {"two": f"{found[0]:.5f}", "one": f"{found[1]:.5f}"}


def reached(look: Look) -> tuple[float, ...] | None:
    """How many words the backward half of the last step depends on."""
    found = look.ask(jobs.reach, look.experiment, look.checkpoint.weights)
    return (float(np.count_nonzero(found.alone[found.rows.index(BACKWARD)])),) if found else None


def sentence(look: Look) -> dict[str, Any]:
    return {"words": look.opening.inputs}


def last_loss(look: Look) -> dict[str, Any]:
    assert look.history is not None
    return {"loss": f"{look.history.losses[-1]:.5f}"}


def epoch_of(history: History) -> int | None:
    """The first recorded epoch after which so many test lines are right."""
    return next((frame.epoch for frame in history.frames if frame.held_out and frame.held_out.score >= RIGHT), None)


def how_late(look: Look) -> str | None:
    if look.history is None:
        return None
    epoch = epoch_of(look.history)
    return None if epoch is None else next((name for name, bound in BOUNDS.items() if epoch <= bound), "many")


def when(look: Look) -> dict[str, Any]:
    assert look.history is not None
    return {"epoch": epoch_of(look.history)}


def sooner(look: Look) -> str | None:
    """Than the same with the output at the last step."""
    now, last = epoch_of(look.history) if look.history else None, otherwise(look, readout="last")
    if now is None or last is None:
        return None
    before = epoch_of(last)
    return "sooner" if before is None or now < before else "same" if now == before else "later"


def axes(look: Look) -> tuple[float, ...] | None:
    layer = look.layer
    return (float(layer.hidden_size * (1 + layer.bidirectional)), float(layer.state_shape[0])) if layer else None


LESSON = Lesson(
    id="directions",
    minutes=20,
    preset="words-next",
    steps=(
        LessonStep("one-way", "playground", done=trained, show="loss", fields={}, tells=last_loss),
        LessonStep(
            "two-ways",
            "playground",
            Options(("lower", "higher"), compared),
            trains=True,
            done=lambda look: look.trained and look.experiment.bidirectional,
            show="loss",
            fields={"bidirectional": True},
            tells=both_losses,
        ),
        LessonStep("better", "playground", Options(("yes", "no"), lambda _: "no"), show="predictions"),
        LessonStep(
            "reach",
            "results",
            Numbers(reached),
            show="readouts",
            veiled=True,
            fields={"preset": "bilstm", "readout": "last"},
            given=sentence,
        ),
        LessonStep(
            "last",
            "results",
            Options(("few", "some", "many"), how_late),
            done=lambda look: look.trained and look.experiment.readout == "last",
            show="curves",
            tells=when,
        ),
        LessonStep(
            "final",
            "results",
            Options(("sooner", "same", "later"), sooner),
            done=lambda look: look.trained and look.experiment.readout == "final",
            show="curves",
            fields={"preset": "bilstm", "readout": "final"},
            tells=when,
        ),
        LessonStep(
            "two-layers",
            "results",
            Numbers(reached),
            show="readouts",
            veiled=True,
            fields={"preset": "bilstm", "layers": 2, "readout": "last"},
            given=sentence,
        ),
        LessonStep(
            "joined",
            "shapes",
            Numbers(axes, names=("output", "h_n")),
            show="shapes-tensors",
            veiled=True,
            given=lambda look: {"hidden": module(look).hidden_size},
        ),
        ended("results"),
    ),
)
