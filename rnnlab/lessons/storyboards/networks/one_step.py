"""One step of an RNN with its numbers: products, biases, tanh, and what the old state adds."""

from typing import Any

import numpy as np

from rnnlab.engine import jobs
from rnnlab.i18n import significant
from rnnlab.lessons.answers import changed_steps, traced
from rnnlab.lessons.lesson import SHAPE, Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.trace import Intervention, PartTrace

UNIT = 0
GAPS = ("none", "rounding", "large")  # between two ways of computing the same
ROUNDING = 1e-5  # the largest gap that single precision explains


def decimals(number: float) -> str:
    """Four of them, and a minus that is as wide as a plus."""
    return f"{number:z.4f}".replace("-", "−")


def seen(look: Look) -> PartTrace | None:
    found = traced(look)
    return found.original if found else None


def products(found: PartTrace, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Of one unit at one step: each weight times its input, and each weight times its entry of the state before."""
    before = found.initial["h"] if step == 0 else found.values["h"][step - 1]
    return found.weights["weight_ih"][UNIT] * found.x[step], found.weights["weight_hh"][UNIT] * before


def first_step(look: Look) -> dict[str, Any]:
    """Its numbers, as they stand in the sum."""
    found = seen(look)
    if found is None:
        return {}
    column = int(found.x[0].argmax())
    weight = float(found.weights["weight_ih"][UNIT, column])
    bias_ih, bias_hh = (float(found.weights[name][UNIT]) for name in ("bias_ih", "bias_hh"))
    return {
        "word": look.opening.probe[0],
        "inputs": found.x.shape[1],
        "units": found.values["h"].shape[1],
        "products": found.x.shape[1] + found.values["h"].shape[1],
        "column": column,
        "weight": decimals(weight),
        "bias_ih": decimals(bias_ih),
        "bias_hh": decimals(bias_hh),
        "sum": decimals(weight + bias_ih + bias_hh),
        "h": decimals(found.values["h"][0, UNIT]),
    }


def not_zero(look: Look) -> tuple[float, ...] | None:
    found = seen(look)
    return None if found is None else (sum(int(np.count_nonzero(side)) for side in products(found, 0)),)


def first_state(look: Look) -> tuple[float, ...] | None:
    found = seen(look)
    return None if found is None else (round(float(found.values["h"][0, UNIT]), 4),)


def second_step(look: Look) -> dict[str, Any]:
    found = seen(look)
    return {} if found is None else {"old": decimals(products(found, 1)[1].sum()), "word": look.opening.probe[1]}


def another_word(look: Look) -> tuple[Intervention, ...]:
    """What the first step is made to read in place of its own word."""
    own = look.opening.vocabulary.index(look.opening.probe[0])
    return tuple(one for one in look.interventions if one.kind == "token" and one.step == 0 and one.value != own)


def states_that_change(look: Look) -> tuple[float, ...] | None:
    found = traced(look, *another_word(look))
    if found is None or found.changed is None:
        return None
    return (len(changed_steps(found.original.values["h"], found.changed.values["h"])),)


def how_much(look: Look) -> dict[str, Any]:
    """The largest change of the state at each step."""
    found = traced(look, *another_word(look))
    if found is None or found.changed is None:
        return {}
    changes = np.abs(found.changed.values["h"] - found.original.values["h"]).max(axis=1)
    return {"changes": ", ".join(f"{change:.2g}" for change in changes)}


def words_to_read(look: Look) -> dict[str, Any]:
    o = look.opening
    return {"first": o.probe[0], "other": o.vocabulary[-1], "steps": o.inputs}


def gap(look: Look) -> float | None:
    """The largest difference between any two of the ways in which the network is written."""
    found = look.ask(jobs.implementations, look.experiment, look.checkpoint.weights, look.opening.parts[-1].name)
    return float(np.ptp(np.stack([way.hidden for way in found]), axis=0).max()) if found else None


def kind_of_gap(look: Look) -> str | None:
    found = gap(look)
    return None if found is None else "none" if found == 0 else "rounding" if found < ROUNDING else "large"


def the_gap(look: Look) -> dict[str, Any]:
    found = gap(look)
    return {"gap": "…" if found is None else significant(found, 2)}


def one_matrix(look: Look) -> tuple[float, ...] | None:
    """The shape of both weights side by side, as one Linear over [x; h] has it."""
    found = seen(look)
    if found is None:
        return None
    return np.concatenate([found.weights["weight_ih"], found.weights["weight_hh"]], axis=1).shape


def joined_sizes(look: Look) -> dict[str, Any]:
    found = seen(look)
    if found is None:
        return {}
    hidden, inputs = found.weights["weight_ih"].shape
    return {"hidden": hidden, "inputs": inputs, "both": hidden + inputs}


LESSON = Lesson(
    id="one-step",
    minutes=15,
    preset="cell-shapes",
    steps=(
        LessonStep(
            "products",
            "cell",
            Numbers(not_zero),
            show="unrolled",
            veiled=True,
            fields={},
            given=first_step,
            tells=first_step,
        ),
        LessonStep(
            "tanh",
            "cell",
            Numbers(first_state, within=0.01),
            show="unrolled",
            veiled=True,
            given=first_step,
            tells=first_step,
        ),
        LessonStep(
            "joins",
            "cell",
            Options(("input", "state", "bias"), lambda _: "state"),
            show="unrolled",
            given=second_step,
            tells=second_step,
        ),
        LessonStep(
            "travels",
            "cell",
            Numbers(states_that_change),
            done=lambda look: bool(another_word(look)),
            show="unrolled",
            given=words_to_read,
            tells=how_much,
        ),
        LessonStep("ways", "cell", Options(GAPS, kind_of_gap), show="cell-ways", veiled=True, tells=the_gap),
        LessonStep(
            "linear",
            "cell",
            Numbers(one_matrix, SHAPE),
            show="cell-ways",
            given=joined_sizes,
            tells=joined_sizes,
        ),
        ended("cell"),
    ),
)
