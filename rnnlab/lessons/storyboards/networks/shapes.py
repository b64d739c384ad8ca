"""The shapes of a recurrent layer's tensors: what each axis counts, which of them turn, which mistakes are silent."""

from dataclasses import replace
from typing import Any

from rnnlab.analysis.shape_errors import Shape, written
from rnnlab.engine import jobs
from rnnlab.i18n import numeral
from rnnlab.lessons.answers import module
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.records.layers import LayerLook, TensorLook

AXES = ("axis-0", "axis-1", "axis-2")
TURNED = {"data": {"input", "output"}, "state": {"h_0", "h_n"}, "all": {"input", "output", "h_0", "h_n"}}
BATCH = 7  # sequences: more than there are of anything else, so that no two axes are of one size


def built(look: Look, **arguments: Any) -> LayerLook | None:
    """What torch answers of the module, or of one that differs in these arguments."""
    return look.ask(jobs.inspect_layer, replace(module(look), **arguments))


def tensor(found: LayerLook | None, name: str) -> TensorLook | None:
    """One of what goes in and comes out; None where the module has none of this name: a cell has no output."""
    return next((one for one in found.tensors if one.name == name), None) if found else None


def shape_of(look: Look, name: str) -> tuple[float, ...] | None:
    found = tensor(built(look), name)
    return found.shape if found and len(found.shape) == 3 else None


def shapes(look: Look) -> dict[str, Any]:
    """Written out, for the words."""
    found = {name: tensor(built(look), name) for name in ("input", "output", "h_n")}
    written_out = {name: written(one.shape) if one else "" for name, one in found.items()}
    return written_out | {"hidden": module(look).hidden_size}


def sizes(look: Look) -> dict[str, Any]:
    s = module(look)
    return {
        "input": written(s.input_shape),
        "steps": s.steps,
        "batch": s.batch_size,
        "width": s.input_size,
        "layers": s.num_layers,
        "hidden": s.hidden_size,
    }


def larger(look: Look) -> bool:
    return look.layer is not None and look.layer.batched and look.layer.batch_size == BATCH


def batch_in_front(look: Look) -> bool:
    return look.layer is not None and look.layer.leads_with_batch


def which_turn(look: Look) -> str | None:
    """Those whose axes stand in another order."""
    before, after = built(look, batch_first=False), built(look)
    if before is None or after is None:
        return None
    pairs = zip(before.tensors, after.tensors, strict=True)
    turned = {old.name for old, new in pairs if old.axes != new.axes}
    return next((answer for answer, names in TURNED.items() if names == turned), None)


def output_width(look: Look) -> tuple[float, ...] | None:
    found = tensor(built(look), "output")
    return found.shape[-1:] if found else None


def both_ways(look: Look) -> bool:
    return look.layer is not None and look.layer.directions == 2


def parameters_of(look: Look, kind: str) -> int | None:
    found = built(look, kind=kind)
    return found.parameters if found else None


def lstm_parameters(look: Look) -> tuple[float, ...] | None:
    found = parameters_of(look, "LSTM")
    return None if found is None else (found,)


def parameters(look: Look) -> dict[str, Any]:
    found = {kind.lower(): parameters_of(look, kind) for kind in ("RNN", "LSTM", "GRU")}
    return {kind: "…" if number is None else numeral(number) for kind, number in found.items()}


def turned(look: Look) -> Shape:
    first, second, *rest = module(look).input_shape
    return (second, first, *rest)


def exchanged(look: Look) -> dict[str, Any]:
    s = module(look)
    return {"input": written(s.input_shape), "turned": written(turned(look)), "state": written(s.state_shape)}


def tried_alone(look: Look) -> bool:
    return look.trial is not None and look.trial.input == turned(look) and look.trial.state is None


def tried_with_state(look: Look) -> bool:
    return look.trial is not None and (look.trial.input, look.trial.state) == (turned(look), module(look).state_shape)


def complains(look: Look) -> str | None:
    return None if look.trial is None else "yes" if look.trial.error else "no"


def what_torch_said(look: Look) -> dict[str, Any]:
    assert look.trial is not None
    return {
        "error": look.trial.error,
        "output": ", ".join(f"{name} {written(one)}" for name, one in look.trial.outputs),
    }


LESSON = Lesson(
    id="shapes",
    minutes=20,
    preset="two-layers",
    steps=(
        LessonStep(
            "output",
            "shapes",
            Numbers(lambda look: shape_of(look, "output"), AXES),
            show="shapes-tensors",
            veiled=True,
            fields={},
            given=sizes,
            tells=shapes,
        ),
        LessonStep(
            "state",
            "shapes",
            Numbers(lambda look: shape_of(look, "h_n"), AXES),
            done=larger,
            show="shapes-setting",
            given=lambda look: sizes(look) | {"batch": BATCH},
            tells=shapes,
        ),
        LessonStep(
            "batch",
            "shapes",
            Options(("batches", "sequences"), lambda _: "sequences"),
            show="shapes-words",
            veiled=True,
        ),
        LessonStep(
            "turn",
            "shapes",
            Options(tuple(TURNED), which_turn),
            done=batch_in_front,
            show="shapes-setting",
            tells=shapes,
        ),
        LessonStep(
            "directions",
            "shapes",
            Numbers(output_width),
            done=both_ways,
            show="shapes-setting",
            given=sizes,
            tells=shapes,
        ),
        LessonStep(
            "lstm",
            "shapes",
            Numbers(lstm_parameters),
            done=lambda look: look.layer is not None and look.layer.kind == "LSTM",
            show="shapes-setting",
            given=parameters,
            tells=parameters,
        ),
        LessonStep(
            "silent",
            "shapes",
            Options(("yes", "no"), complains),
            done=tried_alone,
            show="shapes-try",
            given=exchanged,
            tells=what_torch_said,
        ),
        LessonStep(
            "refused",
            "shapes",
            Options(("yes", "no"), complains),
            done=tried_with_state,
            show="shapes-try",
            given=exchanged,
            tells=what_torch_said,
        ),
        LessonStep("layers", "shapes", Options(("yes", "no"), lambda _: "no"), show="shapes-readout"),
        ended("playground"),
    ),
)
