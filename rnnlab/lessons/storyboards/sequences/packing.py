"""Padding and packing: what lines of different lengths cost, and what padding does to a state."""

from functools import partial
from typing import Any

import numpy as np

from rnnlab.engine import jobs
from rnnlab.lessons.lesson import Fields, Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.text import Packing

MOVES = 1e-5  # between two float32 states: more than rounding
ORDER = (2, 0, 3, 1)  # of the example's lines, which come longest first: sorting them would not be seen


def unsorted(fields: Fields) -> Fields:
    lines = fields["text"].splitlines()
    return {"text": "\n".join(lines[place] for place in ORDER)}


def unpacked(fields: Fields) -> Fields:
    return {**unsorted(fields), "packed": False}


def packing(look: Look) -> Packing | None:
    return look.ask(jobs.packing, look.experiment, look.checkpoint.weights, 1)


def padding(look: Look) -> tuple[float, ...] | None:
    found = packing(look)
    return (float((~found.mask).sum()),) if found else None


def places(look: Look) -> dict[str, Any]:
    found = packing(look)
    return (
        {"lengths": ", ".join(map(str, found.lengths)), "rows": len(found.ids), "steps": found.ids.shape[1]}
        if found
        else {}
    )


def packed_length(look: Look) -> tuple[float, ...] | None:
    found = packing(look)
    return (float(len(found.data)),) if found else None


def sizes(look: Look) -> dict[str, Any]:
    found = packing(look)
    return (
        {"sizes": ", ".join(map(str, found.batch_sizes)), "order": ", ".join(map(str, found.sorted_indices))}
        if found
        else {}
    )


def changed_states(look: Look) -> tuple[float, ...] | None:
    found = packing(look)
    return (float((found.differences["padded"] > MOVES).sum()),) if found else None


def distances(look: Look) -> dict[str, Any]:
    found = packing(look)
    return {"distances": ", ".join(f"{one:.2f}" for one in found.differences["padded"])} if found else {}


def flips(look: Look) -> str | None:
    found = packing(look)
    if found is None:
        return None
    alone, padded = (found.probabilities[way].argmax(axis=1) for way in ("alone", "padded"))
    return "yes" if (alone != padded).any() else "no"


def shares(look: Look) -> dict[str, Any]:
    """Of the line whose verdict padding changes most: the probability of its right label, read in both ways."""
    found = packing(look)
    if found is None:
        return {}
    rows = np.arange(len(found.right))
    alone, padded = (found.probabilities[way][rows, found.right] for way in ("alone", "padded"))
    most = int(np.abs(alone - padded).argmax())
    return {"line": most + 1, "alone": f"{alone[most]:.1%}", "padded": f"{padded[most]:.1%}"}


def relies(look: Look) -> str | None:
    """Whether lines that were padded are judged better with their padding than without."""
    found = packing(look)
    if found is None:
        return None
    rows = np.flatnonzero(found.lengths < found.lengths.max())
    alone, padded = (found.probabilities[way][rows, found.right[rows]] for way in ("alone", "padded"))
    return "relies" if float((padded - alone).mean()) > 0.01 else "immune"


def trained(look: Look) -> bool:
    return look.trained


on_page = partial(LessonStep, page="text", part="packed", veiled=True)

LESSON = Lesson(
    id="packing",
    minutes=20,
    preset="packed",
    steps=(
        on_page("padding", question=Numbers(padding), show="padded", fields=unsorted, given=places),
        on_page("packed", question=Numbers(packed_length), show="packed-batch", tells=sizes),
        on_page(
            "states",
            question=Numbers(changed_states),
            trains=True,
            done=lambda look: look.trained,
            show="final",
            tells=distances,
        ),
        on_page(
            "verdict",
            question=Options(("yes", "no"), flips),
            done=lambda look: look.trained and look.epoch == 5,
            show="verdicts",
            tells=shares,
        ),
        on_page("zeros", question=Options(("same", "moves"), lambda _: "moves"), show="final", veiled=False),
        on_page(
            "without",
            question=Options(("immune", "relies"), relies),
            done=lambda look: look.trained and not look.experiment.packed,
            show="verdicts",
            fields=unpacked,
            tells=shares,
        ),
        ended("text"),
    ),
)
