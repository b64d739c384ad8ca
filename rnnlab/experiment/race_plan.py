"""What takes part in a race: variants of one experiment that differ in their model or their training, and in nothing
that they are given. All read the same data in the same order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from rnnlab.experiment.limits import BOUNDS
from rnnlab.experiment.record import UNUSED, Experiment, choices
from rnnlab.i18n import LabError, Problem, shorten

VARIANTS = (2, 6)  # fewest and most
RUNS = 24  # of a race, all seeds of all variants
TEXT = 2_000  # characters of a plan in a link

# What may differ. Not what changes the data or its order, or what a loss is counted by.
FIELDS = (
    *("cell", "hidden", "layers", "bidirectional", "attention", "readout", "packed", "impl", "input", "embed"),
    *("nonlinearity", "head", "carry", "dropout", "dropout_embed", "dropout_head"),
    *("optimizer", "lr", "clip", "teacher", "seed"),
)

Change = tuple[tuple[str, Any], ...]  # fields and their values; none: the experiment as it is


@dataclass(frozen=True)
class RacePlan:
    """A race to be run: `seeds` runs of each variant, from the experiment's own seed on.

    With `equal` every variant gets the hidden size that brings its number of parameters nearest to that of `base`.
    Raises LabError with every problem found.
    """

    base: Experiment
    variants: tuple[Change, ...]
    seeds: int = 3
    equal: bool = False

    def __post_init__(self) -> None:
        if problems := self.problems():
            raise LabError(*problems)

    def problems(self) -> list[Problem]:
        fewest, most = VARIANTS
        count, found = len(self.variants), []
        if not fewest <= count <= most:
            found.append(Problem("race_variants", "", {"value": count, "low": fewest, "high": most}))
        if self.seeds < 1 or self.seeds * count > RUNS:
            values = {"value": self.seeds, "variants": count, "high": max(1, RUNS // max(count, 1)), "limit": RUNS}
            found.append(Problem("race_seeds", "", values))
        named = {name for change in self.variants for name, _ in change}
        for name in sorted(named - set(fields(self.base))):
            found.append(Problem("race_field", "", {"value": shorten(name), "choices": ", ".join(fields(self.base))}))
        if "seed" in named and self.seeds > 1:
            found.append(Problem("race_seed_twice", "", {"value": self.seeds}))
        if "hidden" in named and self.equal:
            found.append(Problem("race_hidden_equal", "", {}))
        if self.equal and self.base.head == "none":
            found.append(Problem("race_head_equal", "head", {}))
        if found:
            return found
        try:
            every = self.experiments()
        except LabError as error:
            return list(error.problems)
        if len(set(every)) < count:
            twice = next(place for place, one in enumerate(every) if one in every[:place])
            found.append(Problem("race_same", "", {"first": every.index(every[twice]) + 1, "second": twice + 1}))
        return found

    def experiments(self) -> tuple[Experiment, ...]:
        """One for each variant, with the first seed."""
        return tuple(Experiment(**self.base.model_dump() | dict(change)) for change in self.variants)

    def runs(self) -> tuple[tuple[int, Experiment], ...]:
        """All runs, each with the place of its variant: every variant's first seed, then every variant's second."""
        last = int(BOUNDS["seed"][1])
        return tuple(
            (place, Experiment(**one.model_dump() | {"seed": min(one.seed, last - self.seeds + 1) + more}))
            for more in range(self.seeds)
            for place, one in enumerate(self.experiments())
        )


def fields(base: Experiment) -> tuple[str, ...]:
    """What may differ between variants of this experiment."""
    return tuple(name for name in FIELDS if name not in UNUSED[base.task])


def grid(axes: Mapping[str, Sequence[Any]]) -> tuple[Change, ...]:
    """Every combination of these values of these fields."""
    return tuple(tuple(zip(axes, values, strict=True)) for values in product(*axes.values()))


def axes_of(changes: Sequence[Change]) -> dict[str, tuple[Any, ...]] | None:
    """The one or two fields, with their values, whose grid these changes are; None where they are none."""
    axes: dict[str, list[Any]] = {}
    for name, value in (pair for change in changes for pair in change):
        if value not in axes.setdefault(name, []):
            axes[name].append(value)
    if 1 <= len(axes) <= 2 and grid(axes) == tuple(changes):
        return {name: tuple(values) for name, values in axes.items()}
    return None


def kind(name: str) -> Literal["choice", "switch", "number"]:
    if name in BOUNDS:
        return "number"
    return "choice" if choices(name) else "switch"


def first_axis(base: Experiment) -> dict[str, tuple[Any, ...]]:
    """What is most worth comparing of an experiment: attention where there can be any; where a whole line read both
    ways is judged, what it is judged by; else the cells."""
    used = fields(base)
    if "attention" in used:
        return {"attention": choices("attention")}
    if "readout" in used and base.bidirectional:
        return {"readout": ("final", "last", "mean")}
    return {"cell": choices("cell")}


def suggested(base: Experiment, name: str) -> tuple[Any, ...]:
    """Values of a field to begin with."""
    now = getattr(base, name)
    match kind(name):
        case "choice":
            return choices(name)[: VARIANTS[1]]
        case "switch":
            return (False, True)
    low, high = BOUNDS[name]
    if name == "seed":
        first = min(now, int(high) - 2)
        return (first, first + 1, first + 2)
    if high <= 1:  # a share
        return (0.0, 0.5, 1.0) if high == 1 else (0.0, 0.3, 0.6)
    if name == "layers":
        return (1, 2, 3)
    if name == "clip":
        return (0.0, 1.0, 5.0)
    factor = 10 if name == "lr" else 2
    return tuple(dict.fromkeys(type(now)(min(max(one, low), high)) for one in (now / factor, now, now * factor)))


def typed(base: Experiment, name: str, given: Sequence[object]) -> tuple[Any, ...]:
    """Values of a field, each once, as an experiment has them. Raises LabError with all that are none."""
    values, problems = [], []
    for one in given:
        try:
            values.append(getattr(Experiment(**base.model_dump() | {name: one}), name))
        except LabError as error:
            mine = [problem for problem in error.problems if problem.field == name]
            problems += mine
            if not mine:  # at odds with another field: the plan will say so
                values.append(one)
    if problems:
        raise LabError(*problems)
    return tuple(dict.fromkeys(values))


def snapshot(experiment: Experiment) -> Change:
    """All of an experiment that may differ between variants."""
    return tuple((name, getattr(experiment, name)) for name in fields(experiment))


def differing(base: Experiment, snapshots: Sequence[Change]) -> tuple[Change, ...]:
    """Snapshots without what all of them, and the experiment that they are held against, have in common."""
    used = fields(base)
    whole = [dict(one) for one in snapshots]
    named = [name for name in used if any(one.get(name, getattr(base, name)) != getattr(base, name) for one in whole)]
    return tuple(tuple((name, one.get(name, getattr(base, name))) for name in named) for one in whole)


# As a link says it: `cell:rnn|cell:lstm,hidden:16|;seeds:4;equal:true`. Neither names nor values hold these signs.


def to_text(plan: RacePlan) -> str:
    said = "|".join(",".join(f"{name}:{plain(value)}" for name, value in change) for change in plan.variants)
    return f"{said};seeds:{plan.seeds};equal:{plain(plan.equal)}"


def plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_text(text: str, base: Experiment) -> RacePlan:
    """The plan that a link says. Raises LabError, never another exception."""
    found = re.fullmatch(r"([^;]*);seeds:([0-9]{1,3});equal:(true|false)", text) if len(text) <= TEXT else None
    parts = (
        [[one.split(":", 1) for one in variant.split(",") if one] for variant in found[1].split("|")] if found else []
    )
    named = [[one[0] for one in part] for part in parts]
    if not found or any(len(one) != 2 for part in parts for one in part) or any(len(set(n)) < len(n) for n in named):
        raise LabError(Problem("race_text", "", {"value": shorten(text)}))
    changes = tuple(tuple((name, value) for name, value in part) for part in parts)
    plan = RacePlan(base, changes, int(found[2]), found[3] == "true")
    as_fields = [  # values as the experiment has them, not as the link spells them
        tuple((name, getattr(one, name)) for name, _ in change)
        for one, change in zip(plan.experiments(), changes, strict=True)
    ]
    return RacePlan(base, tuple(as_fields), plan.seeds, plan.equal)
