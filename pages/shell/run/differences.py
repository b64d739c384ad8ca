"""What sets one experiment apart from another, in the reader's words."""

from typing import Any

from rnnlab.experiment import UNUSED_FIELDS, Experiment
from rnnlab.experiment.race_plan import field_kind
from rnnlab.i18n import Translate

TEXTS = ("text", "target", "words", "sentence", "lr_changes")  # too long to be said
NAMED = 3  # differences that are said; of more how many there are


def value_of(name: str, value: Any, t: Translate) -> str:
    """The value of a field, in words."""
    match field_kind(name):
        case "choice":
            return t(f"{name}.{value}")
        case "switch":
            return t("race.on" if value else "race.off")
    return f"{value:g}" if isinstance(value, float) else str(value)


def differences(now: Experiment, before: Experiment, t: Translate) -> str:
    """ "LSTM instead of RNN". Of another preset, or task, its name alone: all else comes with it."""
    names = [name for name in Experiment.model_fields if getattr(now, name) != getattr(before, name)]
    if "preset" in names or "task" in names:
        names = [name for name in ("preset", "task") if name in names][:1]
    names = [name for name in names if name not in UNUSED_FIELDS.get(now.task, ())]
    said = [worded(name, now, before, t) for name in names[:NAMED]]
    if len(names) > NAMED:
        said.append(t("differences.more", count=len(names) - NAMED))
    return t("differences.and").join(said) or t("differences.none")


def worded(name: str, now: Experiment, before: Experiment, t: Translate) -> str:
    field = t(f"field.{name}")
    field = field[:1].lower() + field[1:]  # within a sentence
    if name in TEXTS:
        return t("differences.text", field=field)
    values = {"now": value_of(name, getattr(now, name), t), "before": value_of(name, getattr(before, name), t)}
    return t("differences.cell" if name == "cell" else "differences.field", field=field, **values)
