"""What is to take part in a race: the values of one setting or two, or variants picked by hand; and how often.

Its base is what the settings above say.
"""

import streamlit as st

from pages.components.component import component
from pages.shell.form import form_state
from pages.shell.form.choice import choose
from pages.shell.form.race_setup import (
    SEEDS,
    WAYS,
    RaceSetup,
    add,
    field_values,
    fill,
    freeze,
    over_seeds,
    remove,
    values_key,
    variant_key,
    way,
)
from pages.shell.messages import complain
from pages.shell.panel import panel
from pages.shell.state import session
from pages.views.compare.names import mark, names, value_of
from rnnlab.experiment import Experiment, race_plan
from rnnlab.experiment.race_plan import RUNS, VARIANTS, Overrides, RacePlan
from rnnlab.i18n import Translate

CHARACTERS = 200  # of typed values
_variants = component(__file__, "variants")


def render(base: Experiment, setup: RaceSetup, t: Translate) -> None:
    with panel("race_setup", t):
        session["race_way"] = way()
        st.segmented_control(
            t("race.way"),
            WAYS,
            default=session["race_way"],
            format_func=lambda id: t(f"race.way.{id}"),
            key="race_way",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
            on_change=freeze,
            args=(base,),
        )
        left, right = st.columns([3, 1], gap="medium")
        with left:
            if way() == "grid":
                render_grid(base, t)
            else:
                render_by_hand(t)
        with right:
            render_repeats(t)
        if isinstance(setup, RacePlan):
            render_variants(setup.variants, t)
            count = len(setup.variants) * setup.seeds
            st.caption(t("race.runs", variants=len(setup.variants), seeds=setup.seeds, count=count, limit=RUNS))
        else:
            complain(setup)
            if way() == "hand":
                render_variants(race_plan.differences(base, session["race_hand"]), t)


def render_by_hand(t: Translate) -> None:
    st.caption(t("race.hand.how"))
    full = len(session["race_hand"]) >= VARIANTS[1]
    st.button(t("race.hand.add"), key="race_add", on_click=add, disabled=full)


def render_repeats(t: Translate) -> None:
    """How often each variant runs, and how large it is."""
    st.number_input(
        t("race.seeds"),
        min_value=1,
        max_value=RUNS // VARIANTS[0],
        value=session.get("race_seeds", SEEDS),
        key="race_seeds",
        help=t("race.seeds.help", limit=RUNS),
        disabled=over_seeds(),
        persist_state="session",
    )
    equal = session.get("race_equal", False)
    st.toggle(t("race.equal"), equal, key="race_equal", help=t("race.equal.help"), persist_state="session")


def render_grid(base: Experiment, t: Translate) -> None:
    """One field or two, each with its values."""
    used = {name: t(f"field.{name}") for name in race_plan.varying_fields(base)}
    for column, key in zip(st.columns(2, gap="medium"), ("race_first", "race_second"), strict=True):
        with column:
            taken = session["race_first"] if key == "race_second" else ""
            options = {"": t("race.second.none")} if taken else {}
            options |= {name: label for name, label in used.items() if name != taken}
            chosen = choose(t("race.first") if not taken else t("race.second"), options, key)
            if chosen:
                render_values(base, chosen, t)


def render_values(base: Experiment, name: str, t: Translate) -> None:
    key = values_key(name)
    if key not in st.session_state:
        fill(name, race_plan.suggested_values(base, name))
    label = t("race.values", field=t(f"field.{name}"))
    if race_plan.field_kind(name) == "number":
        st.text_input(
            label,
            st.session_state[key],
            key=key,
            max_chars=CHARACTERS,
            help=t("race.values.help"),
            persist_state="session",
        )
        return
    st.session_state[key] = field_values(name)
    options = race_plan.choices(name) if race_plan.field_kind(name) == "choice" else (False, True)
    st.multiselect(
        label,
        options,
        default=st.session_state[key],
        format_func=lambda one: value_of(name, one, t),
        key=key,
        persist_state="session",
    )


def render_variants(changes: tuple[Overrides, ...], t: Translate) -> None:
    """The variants, each with its sign and a button that takes it out."""
    shown = changes[: VARIANTS[1]]
    _variants(
        key="race-variants",
        data={
            "key": "race-variants",
            "variants": [
                {"name": name, "key": variant_key(change), **mark(place)}
                for place, (name, change) in enumerate(zip(names(shown, t), shown, strict=True))
            ],
            "labels": {"name": t("race.list"), "remove": t("race.remove")},
        },
        on_removed_change=take_out,
    )


def take_out() -> None:
    removed = st.session_state["race-variants"].removed
    base = form_state.read()
    if removed and isinstance(base, Experiment):
        remove(base, int(removed["index"]), str(removed["of"]))
