"""What gates do: the forget gate of an LSTM and the update gate of a GRU, read and held still."""

from typing import Any

import numpy as np

from rnnlab.experiment.layer_spec import LayerSpec, of_run, parameter_count
from rnnlab.lessons.answers import last_answers, lines_right, nearest, traced
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.trace import Intervention

OPEN = ("0.1", "0.5", "0.9")  # how far a gate is open
LARGEST = ("0", "0.5", "1")  # a hidden unit
WAITING = slice(1, 21)  # steps of each line between the colour and the question
KEEPS = 0.99  # a unit whose forget gate is never below this


def is_held(look: Look, cell: str, gate: str, value: float) -> bool:
    """Whether the reader holds this gate of a trained network at one value, in every unit and at every step."""
    edits = [edit for edit in look.interventions if edit.kind == "gate" and edit.name == gate and edit.value == value]
    return look.trained and look.experiment.cell == cell and any(edit.step is edit.unit is None for edit in edits)


def held(gate: str, value: float) -> Intervention:
    return Intervention("gate", value, gate)


def count(gate: str, value: float) -> Numbers:
    """For how many lines the last answer is right while a gate is held."""

    def right(look: Look) -> tuple[float, ...] | None:
        found = lines_right(look, held(gate, value))
        return None if found is None else (found,)

    return Numbers(right)


def forget_gates(look: Look) -> np.ndarray | None:
    found = traced(look)
    return None if found is None else found.original.values["f"][WAITING]


def mean_forget_gate(look: Look) -> str | None:
    gates = forget_gates(look)
    return None if gates is None else nearest(OPEN, float(gates.mean()))


def how_open(look: Look) -> dict[str, Any]:
    gates = forget_gates(look)
    if gates is None:
        return {}
    return {
        "mean": f"{gates.mean():.2f}",
        "keeps": f"{KEEPS:g}",
        "left": f"{KEEPS**20:.0%}",
        "units": int((gates.min(0) > KEEPS).sum()),
        "hidden": gates.shape[1],
    }


def names_every_colour(look: Look) -> str | None:
    right = lines_right(look, held("f", 1.0))
    return None if right is None else "yes" if right == look.opening.sequences else "no"


def copied(look: Look) -> np.ndarray | None:
    """|h| at every step of a GRU that copies its state."""
    found = traced(look, held("z", 1.0))
    return None if found is None or found.changed is None else np.abs(found.changed.values["h"])


def largest_copied(look: Look) -> str | None:
    found = copied(look)
    return None if found is None else nearest(LARGEST, float(found.max()))


def what_is_copied(look: Look) -> dict[str, Any]:
    found = copied(look)
    return {} if found is None else {"largest": f"{found.max():g}", **last_answers(look, held("z", 1.0))}


def module_of(look: Look, kind: str) -> LayerSpec:
    """The recurrent layer of the run, were it of this kind."""
    steps, vocabulary = len(look.opening.probe), len(look.opening.vocabulary)
    return of_run(look.experiment.model_copy(update={"cell": kind}), vocabulary, 1, steps)


def sizes(look: Look) -> dict[str, Any]:
    rnn, lstm = (parameter_count(module_of(look, kind)) for kind in ("rnn", "lstm"))
    spec = module_of(look, "rnn")
    return {"input": spec.input_size, "hidden": spec.hidden_size, "rnn": f"{rnn:,}", "lstm": f"{lstm:,}"}


def gru_parameters(look: Look) -> tuple[float, ...]:
    return (parameter_count(module_of(look, "gru")),)


LESSON = Lesson(
    id="gates",
    minutes=20,
    preset="long-range",
    steps=(
        LessonStep(
            "forget-gate",
            "cell",
            Options(OPEN, mean_forget_gate),
            done=lambda look: look.trained and look.step is not None and look.step in range(100)[WAITING],
            show="unrolled",
            veiled=True,
            fields={"cell": "lstm"},
            trained=True,
            tells=how_open,
        ),
        LessonStep(
            "forgets",
            "cell",
            count("f", 0.0),
            done=lambda look: is_held(look, "lstm", "f", 0.0),
            show="unrolled",
            tells=lambda look: last_answers(look, held("f", 0.0)),
        ),
        LessonStep(
            "keeps-all",
            "cell",
            Options(("yes", "no"), names_every_colour),
            done=lambda look: is_held(look, "lstm", "f", 1.0),
            show="unrolled",
            tells=lambda look: last_answers(look, held("f", 1.0)),
        ),
        LessonStep(
            "copies",
            "cell",
            Options(LARGEST, largest_copied),
            done=lambda look: is_held(look, "gru", "z", 1.0),
            show="unrolled",
            fields={"cell": "gru"},
            trained=True,
            tells=what_is_copied,
        ),
        LessonStep(
            "never-copies",
            "cell",
            count("z", 0.0),
            done=lambda look: is_held(look, "gru", "z", 0.0),
            show="unrolled",
            tells=lambda look: last_answers(look, held("z", 0.0)),
        ),
        LessonStep(
            "parameters",
            "shapes",
            Numbers(gru_parameters),
            show="shapes-tensors",
            veiled=True,
            given=sizes,
            tells=lambda look: {**sizes(look), "gru": f"{gru_parameters(look)[0]:,}"},
        ),
        ended("cell", fields={"target": "", "probe": 1}),
    ),
)
