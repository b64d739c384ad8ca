"""A race's variants in the reader's words."""

from typing import Any

from pages.shell.run.differences import value_of
from rnnlab.experiment.race_plan import Overrides, RacePlan
from rnnlab.figures.style import DASHES, LINE_HUES
from rnnlab.i18n import Translate


def name_of(change: Overrides, t: Translate) -> str:
    """What a variant changes. A cell is called by its name alone."""
    return " · ".join(worded(name, value, t) for name, value in change) or t("race.unchanged")


def worded(name: str, value: Any, t: Translate) -> str:
    if name == "cell":
        return value_of(name, value, t)
    return t("race.change", field=t(f"field.{name}"), value=value_of(name, value, t))


def names(changes: tuple[Overrides, ...], t: Translate) -> list[str]:
    return [name_of(change, t) for change in changes]


def names_in(plan: RacePlan, t: Translate) -> list[str]:
    """Wherever loss or share right of a variant is shown: whether it has read the answer is part of its name."""
    variants = zip(names(plan.variants, t), plan.experiments(), strict=True)
    return [f"{name} · {t('status.reads_answer')}" if one.reads_answer else name for name, one in variants]


def mark(variant: int) -> dict[str, str]:
    """Its sign, as the live parts draw it."""
    return {"hue": LINE_HUES[variant], "dash": DASHES[variant]}
