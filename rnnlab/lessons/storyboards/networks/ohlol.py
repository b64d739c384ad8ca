"""Why ohlol fails for some seeds: a state that must answer and remember at once."""

from math import e, log
from typing import Any

from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.lessons.answers import nearest, raced
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.races.record import Record

SEEDS = 10
LETTERS = ("1", "2", "3", "4", "5", "none")
FLOORS = ("0", "0.34", "1.39")  # the lowest loss there can be
EARLY = 20  # epochs
HEADS = ("none", "linear")


def seeds_right(look: Look) -> tuple[float, ...] | None:
    """How many of ten seeds get all letters right, with what the lesson has opened: a change of the reader's might take
    long."""
    opened = (look.opened or look.opening).experiment
    runs = tuple(Experiment(**{**opened.model_dump(), "seed": opened.seed + more}) for more in range(SEEDS))
    found = look.ask(jobs.final_accuracies, runs)
    return None if found is None else (sum(accuracy == 1 for accuracy in found),)


def of_ten(look: Look) -> dict[str, Any]:
    found, first = seeds_right(look), (look.opened or look.opening).experiment.seed
    return {"first": first, "last": first + SEEDS - 1} | ({"right": int(found[0])} if found else {})


def first_wrong(look: Look) -> str:
    """The place of the first letter that is wrong, counted from 1."""
    found = look.newest.top_classes[:, 0] != look.opening.targets
    return LETTERS[int(found.argmax())] if found.any() else "none"


def what_it_says(look: Look) -> dict[str, Any]:
    assert look.history is not None
    return {"said": "".join(look.history.predicted), "seed": look.experiment.seed}


def surest(look: Look) -> float:
    """The largest probability that scores between -1 and 1 can give to one class."""
    others = len(look.opening.classes) - 1
    return e / (e + others / e)


def lowest_loss(look: Look) -> str:
    return nearest(FLOORS, -log(surest(look)))


def how_sure(look: Look) -> dict[str, Any]:
    assert look.history is not None
    sure = surest(look)
    return {"sure": f"{sure:.1%}", "lowest": f"{-log(sure):.3f}", "loss": f"{look.history.losses[-1]:.3f}"}


def right_after(records: list[Record], epochs: int) -> int:
    """How many of these have everything right then: an epoch's accuracy is of its pass, before its update."""
    return sum(record.accuracies[min(epochs, record.epoch - 1)] == 1 for record in records)


def counts(look: Look) -> dict[str, int] | None:
    """Of a finished race, how many seeds have everything right: without output layer early and late, with it early."""
    found = raced(look, "head")
    if found is None or found.keys() != {*HEADS} or any(record.epoch <= EARLY for record in found["none"]):
        return None
    none, linear = found["none"], found["linear"]
    early, late = right_after(none, EARLY), right_after(none, none[0].epoch)
    return {
        "early": early,
        "late": late,
        "linear": right_after(linear, EARLY),
        "seeds": len(none),
        "epochs": none[0].epoch,
    }


def what_helps_more(look: Look) -> str | None:
    found = counts(look)
    if found is None:
        return None
    longer, layer = found["late"], found["linear"]
    return "layer" if layer > longer else "epochs" if longer > layer else "same"


LESSON = Lesson(
    id="ohlol",
    minutes=20,
    preset="ohlol-layer",
    steps=(
        LessonStep("how-many", "playground", Numbers(seeds_right), show="predictions", fields={}, tells=of_ten),
        LessonStep(
            "which-letter",
            "playground",
            Options(LETTERS, first_wrong),
            trains=True,
            done=lambda look: look.trained,
            show="predictions",
            tells=what_it_says,
        ),
        LessonStep(
            "what-differs",
            "cell",
            Options(("input", "state", "weights"), lambda _: "state"),
            done=lambda look: look.step == 3,
            show="unrolled",
        ),
        LessonStep("lowest-loss", "playground", Options(FLOORS, lowest_loss), show="loss", tells=how_sure),
        LessonStep(
            "what-helps",
            "compare",
            Options(("epochs", "layer", "same"), what_helps_more),
            done=lambda look: counts(look) is not None,
            show="race_setup",
            fields={"epochs": 200},
            race={"head": HEADS},
            seeds=SEEDS,
            tells=lambda look: counts(look) or {},
        ),
        LessonStep("why", "compare", Options(("parameters", "free", "memory"), lambda _: "free"), show="race_lanes"),
        ended("playground", fields={"target": "", "head": "linear"}),
    ),
)
