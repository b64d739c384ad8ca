"""What the reader wants to look at on the Units page. What nobody has chosen is chosen by the strongest correlation,
once for each run and text: moving through the epochs changes numbers, not the question."""

from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shell.form.choice import choose
from pages.shell.reruns import set_widget
from pages.shell.run.place import place_name
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab.analysis import correlations, token_properties
from rnnlab.analysis.token_properties import Property
from rnnlab.cells import CELLS
from rnnlab.experiment.limits import TEXT_CHARACTERS
from rnnlab.i18n import Translate, visible
from rnnlab.records.opening import Place
from rnnlab.records.trace import places_of, top_place
from rnnlab.records.units import Activations, Shown

OWN, TYPED = "own", "typed"


class ActivationQuery(NamedTuple):
    """What `jobs.activations` is asked for, besides run and weights."""

    place: Place
    state: Shown
    text: str  # a reader's; "" for the run's own


def activation_query(view: RunView, bar: DeltaGenerator) -> ActivationQuery:
    """The widgets above the text, in a bar, each only where there is a choice."""
    e, o, t = view.experiment, view.opening, view.t
    places = places_of(o)
    named = {name: place_name(place, o, t) for name, place in places.items()}
    with bar:
        row = str(top_place(o))
        if len(places) > 1:
            row = pick(t("units.row"), named, "units_row", row)
        kind: Shown = "h"
        if CELLS[e.cell].has_memory and pick(t("units.state"), {"h": "h", "c": "c"}, "units_state", "h") == "c":
            kind = "c"
        text = pick(t("units.source"), {OWN: t("units.own"), TYPED: t("units.typed")}, "units_source", OWN)
    written = ""
    if text == TYPED:
        before = session.get("units_text", "")
        example = t("units.pair_example") if len(o.parts) > 1 else t("units.example")
        more: dict[str, Any] = {
            "height": 90,
            "max_chars": TEXT_CHARACTERS,
            "placeholder": example,
            "persist_state": "session",
        }
        written = st.text_area(t("units.text"), before, key="units_text", **more).strip()
        if not written:
            st.caption(t("units.still_own"))
    return ActivationQuery(places[row], kind, written)


def pick(label: str, options: dict[str, str], key: str, first: str) -> str:
    """One of a few, side by side. While the language changes the browser may answer with a label of the one before."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = first
    shown: dict[str, Any] = {
        "format_func": lambda name: options.get(name, name),
        "required": True,
        "persist_state": "session",
    }
    found = st.segmented_control(label, list(options), default=st.session_state[key], key=key, **shown)
    return found if found in options else first


def begin(view: RunView, query: ActivationQuery, found: Activations) -> None:
    """Forget what was chosen of other units or for another text, and choose anew what nobody has chosen by hand, for
    another run or one that has learnt more. A text that the reader types is asked the same question."""
    e = view.experiment
    units_of = query._replace(text="")
    if changed("units_preset", (e.task, e.data, e.text, query.place.part)):
        session.pop("units_by_hand", None)
        session.pop("units_choice", None)
    if changed("units_of", (e, units_of)):
        unset_unit()
    learnt = changed("units_asked", (view.run.id, view.history.epoch, units_of))
    if learnt:
        session["units_best"] = found.strongest
        if not session.get("units_clicked"):
            session["units_unit"] = None
    if changed("units_place", (e, query.place.part, query.text)):
        session["units_phrase"], session["units_missing"], session["units_marked"] = None, "", False
    elif learnt and not session.get("units_marked"):
        session["units_phrase"] = None


def changed(name: str, value: object) -> bool:
    """Whether a value is another one than the last time; it is kept."""
    before, st.session_state[name] = st.session_state.get(name), value
    return before != value


def unset_unit() -> None:
    """Leave the unit to the page again."""
    session["units_unit"], session["units_clicked"] = None, False


def chosen_property(found: Activations, bar: DeltaGenerator, t: Translate) -> Property | None:
    """The property that is chosen, with two widgets: which, and what of. None where nothing varies over this text."""
    p = found.passage
    plain, ones = token_properties.offered(p), token_properties.choices(p)
    options = {name: t(f"property.{name}") for name in plain} | {name: t(f"choosing.{name}") for name in ones}
    if not options:
        return None
    if not session["units_best"] or session["units_best"][0] not in options:
        session["units_best"] = found.strongest
    best = session["units_best"] or (next(iter(options)), "", 0)
    hand = session.get("units_by_hand")
    set_widget("units_property", hand if hand in options else best[0] if best[0] in options else next(iter(options)))
    with bar:
        name = choose(t("units.property"), options, "units_property", on_change=choose_property, width=250)
        if name not in ones:
            return plain[name]
        if session.get("units_choice") not in ones[name]:
            session["units_choice"] = best[1] if best[0] == name and best[1] in ones[name] else ones[name][0]
        options = {value: visible(value) for value in ones[name]}
        choice = choose(t("units.choice"), options, "units_choice", on_change=unset_unit, width=160)
    return token_properties.chosen(p, name, choice)


def choose_property() -> None:
    name = session["units_property"]
    if name in (*token_properties.PLAIN, *token_properties.CHOOSING):  # no label of another language
        session["units_by_hand"] = name
        session.pop("units_choice", None)
        unset_unit()


def unit(r: np.ndarray) -> int:
    """The unit that is chosen; where none is, that of the largest |r|, of r [unit], and it stays."""
    if session.get("units_unit") is None or session["units_unit"] >= len(r):
        session["units_unit"] = int(correlations.ranked(r)[0])
    return session["units_unit"]


def choose_unit(key: str) -> None:
    """A unit that was clicked in the component of this key."""
    click = st.session_state[key].chosen
    if click:
        session["units_unit"], session["units_clicked"] = int(click["unit"]), True
