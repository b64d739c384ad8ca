"""A race's setup as the session keeps it: the values of one setting or two, or variants picked by hand.

Keys that begin with `race_` are those of its widgets, in raceform.py.
"""

import re
from typing import Any, TypeVar

import streamlit as st

from pages.shell.form import form_state
from pages.shell.state import session
from rnnlab.experiment import Experiment, race_plan
from rnnlab.experiment.race_plan import VARIANTS, Overrides, RacePlan
from rnnlab.i18n import LANGUAGES, LabError, Problem, translator

WAYS = ("grid", "hand")
SEEDS = 3

RaceSetup = RacePlan | tuple[Problem, ...]
T = TypeVar("T", bound=str)


def values_key(name: str) -> str:
    return f"race_values_{name}"


def begin(base: Experiment) -> None:
    """A setup that fits the experiment, until the reader makes another; and always one that it can have. Another call
    changes nothing."""
    suggested = race_plan.suggested_axis(base)
    if suggested != session.get("race_default") and is_default():
        adopt(base, race_plan.grid(suggested))
        session["race_default"] = suggested
    used = race_plan.varying_fields(base)
    if session.get("race_first") not in used:
        session["race_first"] = next(iter(suggested))
    second = session.setdefault("race_second", "")
    if second and (second not in used or second == session["race_first"]):
        session["race_second"] = ""
    for name in (session["race_first"], session["race_second"]):
        if name and values_key(name) not in st.session_state:
            fill(name, race_plan.suggested_values(base, name))


def wanted() -> bool:
    """Whether a link asked for the race to be started. It is asked once."""
    return session.pop("race_wanted", False)


def is_default() -> bool:
    """Whether the setup is still the one that was made for an experiment, or there is none yet."""
    if (default := session.get("race_default")) is None:
        return "race_hand" not in session
    [(name, values)] = default.items()
    return (
        way() == "grid"
        and session["race_first"] == name
        and not session["race_second"]
        and field_values(name) == list(values)
    )


def adopt(base: Experiment, changes: tuple[Overrides, ...]) -> None:
    """Let these variants be the setup: as a grid where they are one."""
    axes = race_plan.axes_of(changes)
    session["race_way"] = "grid" if axes else "hand"
    session["race_hand"] = tuple(
        race_plan.varying_values(Experiment(**base.model_dump() | dict(one))) for one in changes
    )
    if axes:
        session["race_first"], session["race_second"] = [*axes, ""][:2]
        for name, values in axes.items():
            fill(name, values)


def adopt_plan(plan: RacePlan, start: bool) -> None:
    """A plan that came with a link; `start`: which wants it to be started."""
    session["race_wanted"] = start
    adopt(plan.base, plan.variants)
    session["race_default"] = None
    session["race_seeds"], session["race_equal"] = plan.seeds, plan.equal


def fill(name: str, values: tuple[Any, ...]) -> None:
    """Put a field's values into its widget."""
    as_text = race_plan.field_kind(name) == "number"
    st.session_state[values_key(name)] = ", ".join(map(race_plan.to_parameter, values)) if as_text else list(values)


def field_values(name: str) -> list[Any]:
    """What a field's widget says. While the language changes the browser may answer with labels of the one before."""
    said = st.session_state.get(values_key(name))
    if said is None:
        return []
    match race_plan.field_kind(name):
        case "number":
            return re.findall(r"[^\s,;\u3001\uff0c\uff1b]+", said)  # also between Chinese commas
        case "choice":
            return [form_state.ids_by_label(name).get(one, one) for one in said]
    return [SWITCH.get(one, one) for one in said]


SWITCH = {translator(lang)(key): on for lang in LANGUAGES for key, on in (("race.on", True), ("race.off", False))}


def axes_or_none(base: Experiment) -> dict[str, tuple[Any, ...]] | None:
    """The fields of the grid with their values; None where a value is none."""
    try:
        return axes(base)
    except LabError:
        return None


def axes(base: Experiment) -> dict[str, tuple[Any, ...]]:
    """The same. Raises LabError with every value that is none."""
    problems: list[Problem] = []
    found = {}
    for name in (session["race_first"], session["race_second"]):
        if name:
            try:
                found[name] = race_plan.validated_values(base, name, field_values(name))
            except LabError as error:
                problems += error.problems
    if problems:
        raise LabError(*problems)
    return found


def plan(base: Experiment) -> RaceSetup:
    """What the setup says, or why it is no race."""
    try:
        changes = race_plan.grid(axes(base)) if way() == "grid" else race_plan.differences(base, session["race_hand"])
        return RacePlan(base, changes, seeds(), bool(session.get("race_equal", False)))
    except LabError as error:
        return error.problems


def of_page(page: str, base: Experiment) -> RacePlan | None:
    """What the link to a page says of a race: on the one about races, what is set up."""
    if page != "compare":
        return None
    begin(base)
    asked = plan(base)
    return asked if isinstance(asked, RacePlan) else None


def way() -> str:
    return chosen("way", WAYS)


def chosen(name: str, ids: tuple[T, ...]) -> T:
    """What one of the segmented controls says, its first value before it is there. While the language changes the
    browser may answer with a label of the one before."""
    said = st.session_state.get(f"race_{name}", ids[0])
    labels = {translator(lang)(f"race.{name}.{id}"): id for lang in LANGUAGES for id in ids}
    return labels.get(said, said)


def over_seeds() -> bool:
    """Whether the seed is one of the fields that vary: then each variant has one run."""
    return way() == "grid" and "seed" in (session["race_first"], session["race_second"])


def seeds() -> int:
    return 1 if over_seeds() else int(session.get("race_seeds", SEEDS))


# What clicks do


def freeze(base: Experiment) -> None:
    """From a grid to picking by hand: begin with the variants that there are."""
    if way() == "hand" and (axes := axes_or_none(base)):
        snapshots = [Experiment(**base.model_dump() | dict(one)) for one in race_plan.grid(axes)[: VARIANTS[1]]]
        session["race_hand"] = tuple(map(race_plan.varying_values, snapshots))


def add() -> None:
    experiment = form_state.read()
    if isinstance(experiment, Experiment):
        session["race_hand"] = (*session["race_hand"], race_plan.varying_values(experiment))


def remove(base: Experiment, place: int, of: str) -> None:
    """Take out the variant at this place, if it is still the one that was clicked."""
    by_hand = way() == "hand"
    changes = race_plan.differences(base, session["race_hand"]) if by_hand else race_plan.grid(axes_or_none(base) or {})
    if place < len(changes) and variant_key(changes[place]) == of:
        if by_hand:
            hand = session["race_hand"]
            session["race_hand"] = (*hand[:place], *hand[place + 1 :])
        else:
            adopt(base, (*changes[:place], *changes[place + 1 :]))


def variant_key(change: Overrides) -> str:
    return ",".join(f"{name}:{race_plan.to_parameter(value)}" for name, value in change)
