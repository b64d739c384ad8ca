"""Training is four moves: zero_grad, forward and loss, backward, step."""

from math import log
from typing import Any

from rnnlab.engine import jobs
from rnnlab.explain.programs.training_loop import program_name
from rnnlab.lessons.answers import first_epoch_all_right, nearest
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.gradients import Check

LOSSES = ("0", "0.7", "1.4", "4")
MOVES = ("zero_grad", "forward", "backward", "step")
CLOSE = 1e-5  # relative, between two gradients
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


def steepest(look: Look) -> Check | None:
    """The weight among those from state to state with the largest gradient, checked, where the reader looks in the run.
    The page Gradients proposes it, too."""
    e = look.experiment
    names = [one.name for one in look.ask(jobs.parameters, e) or () if "weight_hh" in one.name]
    return look.ask(jobs.check, e, look.checkpoint.weights, names[0], None) if names else None


def its_gradient(look: Look) -> dict[str, Any]:
    found = steepest(look)
    if found is None:
        return {}
    entry = ", ".join(map(str, found.place))
    name = program_name(look.experiment, found.name)  # as the page and its programs call it
    return {"parameter": name, "weight": f"{name}[{entry}]", "gradient": signed(found.autograd, 3)}


def signed(number: float, digits: int) -> str:
    return f"{number:+.{digits}g}".replace("-", "−")


def where_it_goes(look: Look) -> str | None:
    """What plain SGD makes of that weight."""
    found = steepest(look)
    return None if found is None else "smaller" if found.autograd > 0 else "larger"


def is_checked(look: Look) -> bool:
    """Whether the reader has had that weight checked, and the loss changes as its gradient says."""
    return look.check is not None and look.check.relative_error < CLOSE and look.check == steepest(look)


def both_losses(look: Look) -> dict[str, Any]:
    found = look.check
    assert found is not None
    losses = {"above": f"{found.above:.8g}", "below": f"{found.below:.8g}"}
    return losses | {"slope": signed(found.difference, 6), "autograd": signed(found.autograd, 6)}


def last_loss(look: Look) -> str | None:
    return nearest(AFTER, look.history.losses[-1]) if look.history and still(look) else None


def losses_that_stay(look: Look) -> dict[str, Any]:
    assert look.history is not None
    return {"first": f"{look.history.losses[0]:.3f}", "last": f"{look.history.losses[-1]:.3f}"}


def still(look: Look) -> bool:
    return look.trained and look.experiment.lr <= 1e-5


def learnt(look: Look) -> bool:
    return look.trained and look.history is not None and look.history.losses[-1] < 0.001


def by_halves(look: Look) -> dict[str, Any]:
    """The loss of the first epoch, of that in the middle and of the last, and how many times smaller each is."""
    assert look.history is not None
    losses = look.history.losses
    middle, last = len(losses) // 2, len(losses)
    first, half, end = (losses[epoch - 1] for epoch in (1, middle, last))
    told = {"first": f"{first:.3f}", "half": f"{half:.5f}", "last": f"{end:.5f}"}
    return told | {"middle": middle, "end": last, "times": f"{first / half:.0f}", "later": f"{half / end:.1f}"}


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
        LessonStep("moves", "training", Options(MOVES, lambda _: "step"), show="training-loop", told_part="step"),
        LessonStep(
            "all-right",
            "playground",
            Numbers(epochs_needed),
            done=lambda look: look.history is not None and look.all_right(look.newest),
            show="predictions",
            tells=when_all_right,
        ),
        LessonStep(
            "check",
            "gradients",
            Options(("larger", "smaller"), where_it_goes),
            done=is_checked,
            show="check",
            fields={},
            given=its_gradient,
            tells=both_losses,
        ),
        LessonStep("still", "playground", Options(AFTER, last_loss), done=still, show="loss", tells=losses_that_stay),
        LessonStep("learnt", "training", done=learnt, show="training-log", tells=by_halves),
        ended("playground"),
    ),
)
