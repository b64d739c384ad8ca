"""What takes part in a race: variants of one experiment that differ in their model or their training, and in nothing
that they are given. All read the same data in the same order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from rnnlab.experiment import BOUNDS, UNUSED, Experiment, shorten
from rnnlab.problems import LabError, Problem

VARIANTS = (2, 6)  # fewest and most
RUNS = 24  # of a race, all seeds of all variants

# What may differ. Not what changes the data or its order, or what a loss is counted by.
FIELDS = (
    *("cell", "hidden", "layers", "bidirectional", "attention", "readout", "packed", "impl", "input", "embed"),
    *("nonlinearity", "head", "carry", "dropout", "dropout_embed", "dropout_head"),
    *("optimizer", "lr", "clip", "teacher", "seed"),
)

Change = tuple[tuple[str, Any], ...]  # fields and their values; none: the experiment as it is


@dataclass(frozen=True)
class Plan:
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


# As a link says it: `cell:rnn|cell:lstm,hidden:16|;seeds:4;equal:true`. Neither names nor values hold these signs.


def to_text(plan: Plan) -> str:
    said = "|".join(",".join(f"{name}:{plain(value)}" for name, value in change) for change in plan.variants)
    return f"{said};seeds:{plan.seeds};equal:{plain(plan.equal)}"


def plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_text(text: str, base: Experiment) -> Plan:
    """The plan that a link says. Raises LabError, never another exception."""
    said, *more = text.split(";")
    options = dict(one.split(":", 1) for one in more if ":" in one)
    seeds = options.pop("seeds", "1")
    equal = options.pop("equal", "false")
    parts = [[one.split(":", 1) for one in variant.split(",") if one] for variant in said.split("|")]
    if options or not seeds.isdecimal() or len(seeds) > 3 or equal not in ("true", "false"):
        raise LabError(Problem("race_text", "", {"value": shorten(text)}))
    if any(len(one) != 2 for part in parts for one in part):
        raise LabError(Problem("race_text", "", {"value": shorten(text)}))
    changes = tuple(tuple((name, value) for name, value in part) for part in parts)
    plan = Plan(base, changes, int(seeds), equal == "true")
    typed = [  # values as the experiment has them, not as the link spells them
        tuple((name, getattr(one, name)) for name, _ in change)
        for one, change in zip(plan.experiments(), changes, strict=True)
    ]
    return Plan(base, tuple(typed), plan.seeds, plan.equal)
