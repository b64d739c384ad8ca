"""What is to be said of a race's runs: every sentence once, with the runs that it concerns where not all are."""

from collections.abc import Callable, Sequence

from pages.shell.markdown import verbatim
from pages.shell.state import session
from pages.views.compare.names import names_in
from rnnlab.i18n import Problem, Translate, describe
from rnnlab.races.race import Entry, Race


def remarks(
    entries: Sequence[Entry], race: Race, of_run: Callable[[Entry], Sequence[Problem]], t: Translate
) -> list[str]:
    """All sentences that `of_run` has for these runs."""
    concerned: dict[str, list[Entry]] = {}
    for entry in entries:
        for problem in of_run(entry):
            concerned.setdefault(describe(problem, session["lang"], verbatim), []).append(entry)
    return [
        sentence
        if len(some) == len(entries)
        else t("race.remark", runs=called(some, entries, race, t), sentence=sentence)
        for sentence, some in concerned.items()
    ]


def called(some: Sequence[Entry], entries: Sequence[Entry], race: Race, t: Translate) -> str:
    """Some of the entries by their variants and seeds, as briefly as can be: variants of which all runs are meant
    without seeds, and seeds that are meant of all variants without those."""
    names, seeds, whole = names_in(race.plan, t), seeds_of(some), seeds_of(entries)
    if seeds.keys() == whole.keys() and len({*seeds.values()}) == 1:
        return seed_list(next(iter(seeds.values())), t)
    together: dict[tuple[int, ...], list[str]] = {}  # () for all of a variant's
    for variant, found in seeds.items():
        together.setdefault(() if found == whole[variant] else found, []).append(names[variant])
    return "; ".join(
        ", ".join(some) + (f" ({seed_list(found, t)})" if found else "") for found, some in together.items()
    )


def seeds_of(entries: Sequence[Entry]) -> dict[int, tuple[int, ...]]:
    """The seeds of these runs by variant."""
    variants = dict.fromkeys(entry.variant for entry in entries)
    return {at: tuple(entry.experiment.seed for entry in entries if entry.variant == at) for at in variants}


def seed_list(seeds: Sequence[int], t: Translate) -> str:
    return t("race.lane.seed", seed=", ".join(map(str, seeds)))
