"""How a race ended, for a terminal and for programs."""

import json
import math
from dataclasses import asdict
from typing import Any

from rnnlab.experiment.race_plan import Overrides, to_parameter
from rnnlab.i18n import Translate, percent, significant
from rnnlab.races.race import Entry, Race
from rnnlab.races.standings import Quartiles, Standing, ranked


def variant_name(overrides: Overrides) -> str:
    """What a variant sets, as a program would: `cell=lstm, hidden=16`."""
    return ", ".join(f"{name}={to_parameter(value)}" for name, value in overrides)


def to_lines(race: Race, t: Translate) -> str:
    """A line for each variant, the best first: medians over its seeds."""
    lines = []
    for place, one in enumerate(ranked(race), start=1):
        told = [
            (t("race.column.loss"), one.loss and significant(one.loss.median)),
            (t("race.column.accuracy"), share(one.accuracy)),
            (t("race.column.score"), share(one.score)),
            (t("race.column.size"), one.parameters and f"{one.parameters:,}"),
            (t("race.column.epochs"), one.epochs[0]),
            (t("race.column.each"), one.per_epoch and f"{1000 * one.per_epoch:.3g} ms"),
        ]
        parts = [f"{place}. {variant_name(race.plan.variants[one.variant])}"]
        lines.append("  ".join([*parts, *(f"{name} {value}" for name, value in told if value)]))
    return "\n".join(lines)


def share(found: Quartiles | None) -> str:
    return percent(found.median, 1) if found and math.isfinite(found.median) else ""


def to_json(race: Race) -> str:
    """The plan, where its variants stand, the best first, and the numbers of every run. What is no number is null."""
    plan = race.plan
    shown = {
        "base": plan.base.model_dump(),
        "seeds": plan.seeds,
        "equal": plan.equal,
        "standings": [of_standing(race, one) for one in ranked(race)],
        "runs": [of_run(race, entry) for entry in race.entries],
    }
    return json.dumps(finite(shown), ensure_ascii=False)


def of_standing(race: Race, one: Standing) -> dict[str, Any]:
    best = one.best.experiment.seed if one.best else None
    told = {"variant": dict(race.plan.variants[one.variant]), "best_seed": best}
    for name, value in vars(one).items():
        if name not in ("variant", "best"):
            told[name] = asdict(value) if isinstance(value, Quartiles) else value
    return told


def of_run(race: Race, entry: Entry) -> dict[str, Any]:
    record = entry.record
    assert record is not None
    return {
        "variant": dict(race.plan.variants[entry.variant]),
        "seed": record.experiment.seed,
        "hidden": record.experiment.hidden,
        "parameters": record.parameters,
        "losses": record.losses,
        "accuracies": record.accuracies,
        "held_out": [asdict(score) for score in record.scores],
        "seconds": record.optimizer_seconds,
        "ended": record.ended,
    }


def finite(value: Any) -> Any:
    """The same with None for whatever is no number."""
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
