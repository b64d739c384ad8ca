"""One set of weights for every step: what does not grow with a text, and where a change of one weight is felt."""

from dataclasses import replace
from typing import Any

from rnnlab.engine import jobs
from rnnlab.experiment.layer_spec import parameter_count
from rnnlab.experiment.limits import SPARE_UNITS
from rnnlab.i18n import numeral
from rnnlab.lessons.answers import changed_steps, counted, module, nearest, traced
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.trace import top_place

COUNTS = ("same", "double", "other")
SIZES = ("input_size", "hidden_size", "num_layers", "steps")
SURE = ("0", "0.5", "1")  # a probability


def written_twice(look: Look) -> bool:
    words = look.opening.probe
    return look.trained and look.opened is not None and words == look.opened.probe * 2


def parameters_then(look: Look) -> str | None:
    if look.opened is None:
        return None
    before, after = look.opened.parameters, look.opening.parameters
    return {before: "same", 2 * before: "double"}.get(after, "other")


def parameters_before(look: Look) -> dict[str, Any]:
    return {"parameters": numeral((look.opened or look.opening).parameters)}


def parameters_now(look: Look) -> dict[str, Any]:
    assert look.opened is not None
    o = look.opening
    return {"tokens": len(o.probe), "parameters": numeral(o.parameters), "before": numeral(look.opened.parameters)}


def size_that_does_not_count(look: Look) -> str | None:
    """The one of which more makes no more parameters."""
    s = module(look)
    others: dict[str, dict[str, Any]] = {name: {name: getattr(s, name) % 2 + 1} for name in SIZES}  # another number
    free = [name for name, other in others.items() if parameter_count(replace(s, **other)) == parameter_count(s)]
    return free[0] if len(free) == 1 else None


def parameters_of_module(look: Look) -> dict[str, Any]:
    s = module(look)
    return {"parameters": numeral(parameter_count(s)), "steps": s.steps}


def weight_changed(look: Look, name: str) -> bool:
    return look.trained and any(edit.kind == "weight" and edit.name == name for edit in look.interventions)


def steps_that_feel(look: Look, name: str) -> list[int] | None:
    """The steps, from 1, at which a state differs once the weight of this name is changed as the reader has done."""
    edits = [edit for edit in look.interventions if edit.kind == "weight" and edit.name == name]
    found = traced(look, *edits)
    if found is None or found.changed is None:
        return None
    return [step + 1 for step in changed_steps(found.original.values["h"], found.changed.values["h"])]


def feels(name: str) -> Numbers:
    def right(look: Look) -> tuple[float, ...] | None:
        steps = steps_that_feel(look, name)
        return None if steps is None else (len(steps),)

    return Numbers(right)


def felt(look: Look, name: str) -> dict[str, Any]:
    return {"felt": ", ".join(map(str, steps_that_feel(look, name) or ())), "steps": look.opening.inputs}


def unit_is_off(look: Look) -> bool:
    return look.trained and any(edit.kind == "off" for edit in look.interventions)


def spare(look: Look) -> tuple[float, ...] | None:
    assert look.history is not None
    weights = look.history.checkpoints[-1].weights
    found = look.ask(jobs.units_to_spare, look.experiment, weights, top_place(look.opening))
    return None if found is None else (len(found),)


def units_tried(look: Look) -> int:
    return min(look.experiment.hidden, SPARE_UNITS)


def spare_units(look: Look) -> dict[str, Any]:
    found = spare(look)
    return {"spare": int(found[0]), "units": units_tried(look)} if found else {}


def counts(look: Look) -> dict[str, Any]:
    """A token after which the text has two things, with what counting can say of it."""
    found = counted(look)
    if found is None:
        return {}
    return {
        "text": " ".join(found.line),
        "token": found.token,
        "next": found.next,
        "first": look.opening.classes[look.opening.targets[found.places[-2]]],
        "place": found.place,
        "counted": f"{found.frequency:g}",
    }


def sure(look: Look) -> str | None:
    found = counted(look)
    return nearest(SURE, float(look.newest.target_probability[found.place])) if found else None


def told(look: Look) -> dict[str, Any]:
    found = counts(look)
    return found | {"chance": f"{look.newest.target_probability[found['place']]:.3f}"}


LESSON = Lesson(
    id="same-weights",
    minutes=15,
    preset="words-next",
    steps=(
        LessonStep(
            "twice",
            "playground",
            Options(COUNTS, parameters_then),
            done=written_twice,
            show="shapes",
            fields={},
            trained=True,
            given=parameters_before,
            tells=parameters_now,
        ),
        LessonStep(
            "formula",
            "shapes",
            Options(SIZES, size_that_does_not_count),
            show="shapes-tensors",
            given=parameters_of_module,
            tells=parameters_of_module,
        ),
        LessonStep(
            "hidden-weight",
            "cell",
            feels("weight_hh"),
            done=lambda look: weight_changed(look, "weight_hh"),
            show="unrolled",
            fields={},
            trained=True,
            given=lambda look: {"steps": look.opening.inputs},
            tells=lambda look: felt(look, "weight_hh"),
        ),
        LessonStep(
            "input-weight",
            "cell",
            feels("weight_ih"),
            done=lambda look: weight_changed(look, "weight_ih"),
            show="unrolled",
            given=lambda look: {"steps": look.opening.inputs},
            tells=lambda look: felt(look, "weight_ih"),
        ),
        LessonStep(
            "missing",
            "cell",
            Numbers(spare),
            done=unit_is_off,
            show="unrolled",
            given=lambda look: {"units": units_tried(look)},
            tells=spare_units,
        ),
        LessonStep(
            "two-answers",
            "playground",
            Options(SURE, sure),
            done=lambda look: look.trained and look.experiment.preset == "history" and counted(look) is not None,
            show="predictions",
            fields={"preset": "history"},
            given=counts,
            tells=told,
        ),
        ended("playground"),
    ),
)
