"""Forgetting, measured: how a gradient fades on its way back through time, and what gates change about it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.i18n import significant
from rnnlab.lessons.answers import last_answers, lines_right, nearest, raced
from rnnlab.lessons.lesson import Fields, Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.history import Checkpoint, History

LEFT = ("0.5", "0.02", "0.000005")  # of a gradient
FACTORS = ("0.2", "0.6", "1")  # a step
CELLS = ("rnn", "lstm", "gru")
WAITS = (1, 5, 10, 15)  # steps
SHORT = 10


def fading(look: Look, history: History, checkpoint: Checkpoint) -> tuple[float, float] | None:
    """What is left of the last step's gradient at the first step, and by how much each step multiplies it on average;
    with these weights, with respect to h."""
    found = look.ask(jobs.through_time, history.experiment, checkpoint.weights, 0, 0)
    if found is None:
        return None
    norms = found.norms["h"][-1]
    left = float(norms[0] / norms[-1])
    return left, left ** (1 / (len(norms) - 1))


def at_start(look: Look) -> tuple[float, float] | None:
    return fading(look, look.history, look.history.checkpoints[0]) if look.history else None


def what_is_left(look: Look) -> str | None:
    found = at_start(look)
    return None if found is None else nearest(LEFT, found[0])


def steps_back(look: Look) -> dict[str, Any]:
    found = at_start(look)
    steps = len(look.opening.targets) - 1
    return {"steps": steps, "rate": f"{found[1]:.2f}" if found else "…"}


def left_over(look: Look) -> dict[str, Any]:
    found = at_start(look)
    if found is None:
        return {**steps_back(look), "left": "…", "decimal": "…"}
    # As the page writes it, and as the options do.
    return {**steps_back(look), "left": significant(found[0], 2), "decimal": f"{Decimal(f'{found[0]:.2g}'):f}"}


def all_named(look: Look) -> str | None:
    """Whether every line ends with its own colour."""
    right = lines_right(look)
    return None if right is None else "yes" if right == look.opening.sequences else "no"


def how_right(look: Look) -> dict[str, Any]:
    """Its accuracy, and that of a network which always says to wait, and one colour for all lines."""
    assert look.history is not None
    lines, steps = look.opening.sequences, len(look.opening.targets)
    level = (lines * (steps - 1) + 1) / (lines * steps)
    return {"accuracy": f"{look.history.accuracy:.1%}", "level": f"{level:.1%}", **last_answers(look)}


def runs(look: Look) -> Mapping[str, History]:
    """Of every cell, trained to its end: the one shown and those beside it."""
    found = {cell: history for cell, history in look.others.items() if history.ended == "epochs"}
    if look.trained and look.history is not None:
        found[look.experiment.cell] = look.history
    return found


def all_trained(look: Look) -> bool:
    return runs(look).keys() >= {*CELLS}


def factors(look: Look, which: int) -> dict[str, float] | None:
    """By cells, by how much each step multiplies the gradient, with the first recorded weights (0) or the newest."""
    found = {
        cell: fading(look, history, history.checkpoints[which]) for cell, history in runs(look).items() if cell in CELLS
    }
    rates = {cell: one[1] for cell, one in found.items() if one is not None}
    return rates if rates.keys() == {*CELLS} else None


def told_factors(which: int) -> Callable[[Look], dict[str, Any]]:
    return lambda look: {cell: f"{rate:.2f}" for cell, rate in (factors(look, which) or {}).items()}


def flattest(look: Look) -> str | None:
    found = factors(look, -1)
    return None if found is None else max(found, key=found.__getitem__)


def lstm_at_start(look: Look) -> str | None:
    found = factors(look, 0)
    return None if found is None else nearest(FACTORS, found["lstm"])


def waiting(steps: int) -> Callable[[Fields], Fields]:
    """The same task with so many steps of waiting, in whichever language its lines are."""

    def shortened(fields: Fields) -> Fields:
        spaced = fields["tokenizer"] == "words"

        def lines(text: str, kept: int) -> str:
            rows = [line.split() if spaced else [*line] for line in text.split("\n")]
            return "\n".join((" " if spaced else "").join(row[:kept] + row[-1:]) for row in rows)

        return {"text": lines(fields["text"], steps + 1), "target": lines(fields["target"], steps + 1)}

    return shortened


def learnt(look: Look) -> str | None:
    assert look.history is not None
    return ("yes" if look.history.snapshots[-1].accuracy == 1 else "no") if look.trained else None


def learnt_waits(look: Look) -> dict[str, Any]:
    """For which of several waiting times the cell has learnt the task at the end; and how far the run shown has."""
    opened = (look.opened or look.opening).experiment.model_dump()
    experiments = tuple(Experiment(**{**opened, **waiting(steps)(opened)}) for steps in WAITS)
    found = look.ask(jobs.final_accuracies, experiments) or ()
    waits = ", ".join(f"{steps} {'✓' if one == 1 else '✗'}" for steps, one in zip(WAITS, found, strict=False))
    return {"waits": waits or "…", **last_answers(look)}


def right_runs(look: Look) -> dict[str, int] | None:
    """Of a finished race of the cells, how many runs of each answer everything right in the end."""
    found = raced(look, "cell")
    if found is None or not found.keys() >= {*CELLS}:
        return None
    return {cell: sum(record.accuracies[-1] == 1 for record in found[cell]) for cell in CELLS}


def count_right(look: Look) -> tuple[float, ...] | None:
    found = right_runs(look)
    return None if found is None else (sum(found.values()),)


LESSON = Lesson(
    id="forgetting",
    minutes=20,
    preset="long-range",
    steps=(
        LessonStep(
            "what-is-left",
            "gradients",
            Options(LEFT, what_is_left),
            show="flow",
            veiled=True,
            fields={},
            given=steps_back,
            tells=left_over,
        ),
        LessonStep(
            "not-solved",
            "gradients",
            Options(("yes", "no"), all_named),
            trains=True,
            done=lambda look: look.trained,
            show="runhead",
            tells=how_right,
        ),
        LessonStep(
            "flattest",
            "gradients",
            Options(CELLS, flattest),
            done=all_trained,
            show="others",
            veiled=True,
            tells=told_factors(-1),
        ),
        LessonStep(
            "gates-learn",
            "gradients",
            Options(FACTORS, lstm_at_start),
            done=lambda look: all_trained(look) and look.epoch == 0,
            show="others",
            tells=told_factors(0),
        ),
        LessonStep(
            "shorter",
            "gradients",
            Options(("yes", "no"), learnt),
            done=lambda look: look.trained,
            show="flow",
            fields=waiting(SHORT),
            tells=learnt_waits,
        ),
        LessonStep(
            "nine-runs",
            "compare",
            Numbers(count_right),
            done=lambda look: right_runs(look) is not None,
            show="race_setup",
            fields={},
            race={"cell": CELLS},
            seeds=3,
            tells=lambda look: dict(right_runs(look) or {}),
        ),
        ended("gradients", fields={"target": "", "probe": 1}),
    ),
)
