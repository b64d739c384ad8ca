"""What takes part in a race: variants of one experiment that differ in their model or their training, and in nothing
that they are given. All read the same data in the same order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from rnnlab.experiment.limits import BOUNDS
from rnnlab.experiment.record import UNUSED_FIELDS, Experiment, choices
from rnnlab.i18n import LabError, Problem, shorten

VARIANTS = (2, 6)  # fewest and most
RUNS = 24  # of a race, all seeds of all variants
PLAN_CHARACTERS = 2_000  # of a plan in a link

# What may differ. Not what changes the data or its order, or what a loss is counted by.
VARYING_FIELDS = (
    *("cell", "hidden", "layers", "bidirectional", "attention", "readout", "packed", "impl", "input", "embed"),
    *("nonlinearity", "init", "head", "carry", "dropout", "dropout_embed", "dropout_head"),
    *("optimizer", "lr", "clip", "teacher", "seed"),
)

Overrides = tuple[tuple[str, Any], ...]  # (field, value) in which a variant differs; none: the experiment as it is


@dataclass(frozen=True)
class RacePlan:
    """A race to be run: `seeds` runs of each variant, from the experiment's own seed on.

    With `equal` every variant gets the hidden size that brings its number of parameters nearest to that of `base`.
    Raises LabError with every problem found.
    """

    base: Experiment
    variants: tuple[Overrides, ...]
    seeds: int = 3
    equal: bool = False

    def __post_init__(self) -> None:
        if problems := self.problems():
            raise LabError(*problems)

    def problems(self) -> list[Problem]:
        """All that is wrong with the plan, beginning with what the others depend on."""
        fewest, most = VARIANTS
        count, problems = len(self.variants), []
        if not fewest <= count <= most:
            problems.append(Problem("race_variants", "", {"value": count, "low": fewest, "high": most}))
        if self.seeds < 1 or self.seeds * count > RUNS:
            values = {"value": self.seeds, "variants": count, "high": max(1, RUNS // max(count, 1)), "limit": RUNS}
            problems.append(Problem("race_seeds", "", values))
        named, allowed = {name for overrides in self.variants for name, _ in overrides}, varying_fields(self.base)
        for name in sorted(named - set(allowed)):
            problems.append(Problem("race_field", "", {"value": shorten(name), "choices": ", ".join(allowed)}))
        if "seed" in named and self.seeds > 1:
            problems.append(Problem("race_seed_twice", "", {"value": self.seeds}))
        if "hidden" in named and self.equal:
            problems.append(Problem("race_hidden_equal", "", {}))
        if self.equal and self.base.head == "none":
            problems.append(Problem("race_head_equal", "head", {}))
        if problems:
            return problems
        try:
            experiments = self.experiments()
        except LabError as error:
            return list(error.problems)
        if len(set(experiments)) < count:
            second = next(i for i, experiment in enumerate(experiments) if experiment in experiments[:i])
            first = experiments.index(experiments[second])
            problems.append(Problem("race_same", "", {"first": first + 1, "second": second + 1}))
        return problems

    def experiments(self) -> tuple[Experiment, ...]:
        """One for each variant, with the first seed."""
        return tuple(Experiment(**self.base.model_dump() | dict(overrides)) for overrides in self.variants)

    def runs(self) -> tuple[tuple[int, Experiment], ...]:
        """All runs, each with the index of its variant: every variant's first seed, then every variant's second."""
        last = int(BOUNDS["seed"][1])
        return tuple(
            (variant, Experiment(**one.model_dump() | {"seed": min(one.seed, last - self.seeds + 1) + offset}))
            for offset in range(self.seeds)
            for variant, one in enumerate(self.experiments())
        )


def varying_fields(base: Experiment) -> tuple[str, ...]:
    """What may differ between variants of this experiment."""
    return tuple(name for name in VARYING_FIELDS if name not in UNUSED_FIELDS[base.task])


def grid(axes: Mapping[str, Sequence[Any]]) -> tuple[Overrides, ...]:
    """Every combination of these values of these fields."""
    return tuple(tuple(zip(axes, values, strict=True)) for values in product(*axes.values()))


def axes_of(variants: Sequence[Overrides]) -> dict[str, tuple[Any, ...]] | None:
    """The one or two fields, with their values, whose grid these variants are; None where they are none."""
    axes: dict[str, list[Any]] = {}
    for name, value in (pair for overrides in variants for pair in overrides):
        if value not in axes.setdefault(name, []):
            axes[name].append(value)
    if 1 <= len(axes) <= 2 and grid(axes) == tuple(variants):
        return {name: tuple(values) for name, values in axes.items()}
    return None


def field_kind(name: str) -> Literal["choice", "switch", "number"]:
    """What a field is set with: one of several names, yes or no, or a number within bounds."""
    if name in BOUNDS:
        return "number"
    return "choice" if choices(name) else "switch"


def suggested_axis(base: Experiment) -> dict[str, tuple[Any, ...]]:
    """What is most worth comparing of an experiment: attention where there can be any; where a whole line read both
    ways is judged, what it is judged by; else the cells."""
    used = varying_fields(base)
    if "attention" in used:
        return {"attention": choices("attention")}
    if "readout" in used and base.bidirectional:
        return {"readout": ("final", "last", "mean")}
    return {"cell": choices("cell")}


def suggested_values(base: Experiment, name: str) -> tuple[Any, ...]:
    """Values of a field to begin with."""
    current = getattr(base, name)
    match field_kind(name):
        case "choice":
            return choices(name)[: VARIANTS[1]]
        case "switch":
            return (False, True)
    low, high = BOUNDS[name]
    if name == "seed":
        first = min(current, int(high) - 2)
        return (first, first + 1, first + 2)
    if high <= 1:  # a share
        return (0.0, 0.5, 1.0) if high == 1 else (0.0, 0.3, 0.6)
    if name == "layers":
        return (1, 2, 3)
    if name == "clip":
        return (0.0, 1.0, 5.0)
    factor = 10 if name == "lr" else 2
    values = (min(max(value, low), high) for value in (current / factor, current, current * factor))
    return tuple(dict.fromkeys(map(type(current), values)))


def validated_values(base: Experiment, name: str, given: Sequence[object]) -> tuple[Any, ...]:
    """Values of a field, each once, as an experiment has them. Raises LabError with all that are none."""
    values, problems = [], []
    for value in given:
        try:
            values.append(getattr(Experiment(**base.model_dump() | {name: value}), name))
        except LabError as error:
            own = [problem for problem in error.problems if problem.field == name]
            problems += own
            if not own:  # at odds with another field: the plan will say so
                values.append(value)
    if problems:
        raise LabError(*problems)
    return tuple(dict.fromkeys(values))


def varying_values(experiment: Experiment) -> Overrides:
    """All of an experiment that may differ between variants."""
    return tuple((name, getattr(experiment, name)) for name in varying_fields(experiment))


def differences(base: Experiment, variants: Sequence[Overrides]) -> tuple[Overrides, ...]:
    """The variants without what all of them, and `base`, have in common; each names the same fields."""
    defaults = {name: getattr(base, name) for name in varying_fields(base)}
    values = [defaults | dict(overrides) for overrides in variants]
    named = [name for name in defaults if any(one[name] != defaults[name] for one in values)]
    return tuple(tuple((name, one[name]) for name in named) for one in values)


# As a link says it: `cell:rnn|cell:lstm,hidden:16|;seeds:4;equal:true`. Neither names nor values hold these signs.
PLAN = re.compile(r"([^;]*);seeds:([0-9]{1,3});equal:(true|false)")


def to_text(plan: RacePlan) -> str:
    """The plan in the parameter `race` of a link."""
    variants = "|".join(",".join(f"{name}:{to_parameter(value)}" for name, value in one) for one in plan.variants)
    return f"{variants};seeds:{plan.seeds};equal:{to_parameter(plan.equal)}"


def to_parameter(value: object) -> str:
    """A field's value as links spell it: Python's, but booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_text(text: str, base: Experiment) -> RacePlan:
    """The plan that a link says. Raises LabError, never another exception."""
    match = PLAN.fullmatch(text) if len(text) <= PLAN_CHARACTERS else None
    if match is None:
        raise LabError(Problem("race_text", "", {"value": shorten(text)}))
    variants = []
    for variant in match[1].split("|"):
        pairs = [item.split(":", 1) for item in variant.split(",") if item]
        if any(len(pair) != 2 for pair in pairs) or len({pair[0] for pair in pairs}) < len(pairs):
            raise LabError(Problem("race_text", "", {"value": shorten(text)}))
        variants.append(tuple((name, value) for name, value in pairs))
    plan = RacePlan(base, tuple(variants), int(match[2]), match[3] == "true")
    as_fields = tuple(  # values as the experiment has them, not as the link spells them
        tuple((name, getattr(experiment, name)) for name, _ in overrides)
        for experiment, overrides in zip(plan.experiments(), variants, strict=True)
    )
    return RacePlan(base, as_fields, plan.seeds, plan.equal)
