"""Training is four moves: zero_grad, forward and loss, backward, step."""

from math import log
from typing import Any

from rnnlab.lessons.answers import first_epoch_all_right, nearest
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look

LOSSES = ("0", "0.7", "1.4", "4")
MOVES = ("zero_grad", "forward", "backward", "step")
AFTER = ("0.01", "0.5", "1.6")  # the loss after a hundred epochs in which nothing moves


def first_loss(look: Look) -> str | None:
    return nearest(LOSSES, look.history.losses[0]) if look.history and look.epochs else None


def words(look: Look) -> dict[str, Any]:
    return {"classes": len(look.opening.classes) - look.opening.class_specials}


def chance(look: Look) -> dict[str, Any]:
    """What a network loses that takes all classes for equally likely."""
    found = words(look)
    assert look.history is not None
    return found | {"loss": f"{look.history.losses[0]:.2f}", "chance": f"{log(found['classes']):.3f}"}


def epochs_needed(look: Look) -> tuple[float, ...] | None:
    epoch = first_epoch_all_right(look)
    return None if epoch is None else (epoch,)


def when_all_right(look: Look) -> dict[str, Any]:
    return {"epoch": first_epoch_all_right(look)}


def last_loss(look: Look) -> str | None:
    return nearest(AFTER, look.history.losses[-1]) if look.history and still(look) else None


def losses_that_stay(look: Look) -> dict[str, Any]:
    assert look.history is not None
    return {"first": f"{look.history.losses[0]:.3f}", "last": f"{look.history.losses[-1]:.3f}"}


def still(look: Look) -> bool:
    return look.trained and look.experiment.lr <= 1e-5


def learnt(look: Look) -> bool:
    return look.trained and look.history is not None and look.history.losses[-1] < 0.001


LESSON = Lesson(
    id="four-moves",
    minutes=15,
    preset="words-next",
    steps=(
        LessonStep(
            "first-loss",
            "playground",
            Options(LOSSES, first_loss),
            done=lambda look: look.epochs >= 1,
            show="loss",
            fields={},
            given=words,
            tells=chance,
        ),
        LessonStep("moves", "playground", Options(MOVES, lambda _: "step"), show="shapes"),
        LessonStep(
            "all-right",
            "playground",
            Numbers(epochs_needed),
            done=lambda look: look.history is not None and look.all_right(look.newest),
            show="predictions",
            tells=when_all_right,
        ),
        LessonStep("still", "playground", Options(AFTER, last_loss), done=still, show="loss", tells=losses_that_stay),
        LessonStep("learnt", "playground", done=learnt, show="loss", tells=losses_that_stay),
        ended("playground"),
    ),
)
