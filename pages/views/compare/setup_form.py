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
from pages.shell.reruns import set_widget
from pages.shell.state import session
from pages.views.compare.names import mark, names, value_of
from rnnlab.experiment import Experiment, race_plan
from rnnlab.experiment.race_plan import RUNS, VARIANTS, Overrides, RacePlan
from rnnlab.i18n import Translate

CHARACTERS = 200  # of typed values
NAME, VALUES = 150, 330  # pixels of a field's name, and of its values
_variants = component(__file__, "variants")


def render(base: Experiment, setup: RaceSetup, t: Translate) -> None:
    with panel("race_setup", t, captioned=False):
        set_widget("race_way", way())
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="race_fields"):
            st.segmented_control(
                t("race.way"),
                WAYS,
                default=session["race_way"],
                format_func=lambda id: t(f"race.way.{id}"),
                key="race_way",
                required=True,
                persist_state="session",
                on_change=freeze,
                args=(base,),
            )
            if way() == "grid":
                render_grid(base, t)
            else:
                render_by_hand(t)
            render_repeats(t)
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="race_chosen"):
            if isinstance(setup, RacePlan):
                render_variants(setup.variants, t)
                count = len(setup.variants) * setup.seeds
                runs = t("race.runs", variants=len(setup.variants), seeds=setup.seeds, count=count, limit=RUNS)
                st.caption(runs, width="content")
            elif way() == "hand":
                render_variants(race_plan.differences(base, session["race_hand"]), t)
            equal = session.get("race_equal", False)
            st.toggle(t("race.equal"), equal, key="race_equal", help=t("race.equal.help"), persist_state="session")
        if not isinstance(setup, RacePlan):
            complain(setup)


def render_by_hand(t: Translate) -> None:
    st.caption(t("race.hand.how"))
    full = len(session["race_hand"]) >= VARIANTS[1]
    st.button(t("race.hand.add"), key="race_add", on_click=add, disabled=full)


def render_repeats(t: Translate) -> None:
    """How often each variant runs."""
    st.number_input(
        t("race.seeds"),
        min_value=1,
        max_value=RUNS // VARIANTS[0],
        value=session.get("race_seeds", SEEDS),
        key="race_seeds",
        help=t("race.seeds.help", limit=RUNS),
        disabled=over_seeds(),
        width=190,
        persist_state="session",
    )


def render_grid(base: Experiment, t: Translate) -> None:
    """One field or two, each with its values."""
    used = {name: t(f"field.{name}") for name in race_plan.varying_fields(base)}
    for key in ("race_first", "race_second"):
        taken = session["race_first"] if key == "race_second" else ""
        options = {"": t("race.second.none")} if taken else {}
        options |= {name: label for name, label in used.items() if name != taken}
        chosen = choose(t("race.first") if not taken else t("race.second"), options, key, width=NAME)
        if chosen:
            with st.container(key=f"{key}_values", width=VALUES):
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
    set_widget(key, field_values(name))
    options = race_plan.choices(name) if race_plan.field_kind(name) == "choice" else (False, True)
    st.multiselect(
        label,
        options,
        default=st.session_state[key],
        format_func=lambda one: value_of(name, one, t),
        key=key,
        persist_state="session",
        select_all=False,
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
