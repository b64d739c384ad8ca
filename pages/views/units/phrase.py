"""A phrase of the text, the units that are on for it, and the other places where they are."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
import streamlit as st

from pages.components.component import component
from pages.shell.markdown import verbatim
from pages.shell.state import session
from pages.views.units import choice
from rnnlab.analysis import phrases
from rnnlab.analysis.phrases import Phrase, PhraseMatch
from rnnlab.i18n import Translate
from rnnlab.records.units import Activations, Passage
from rnnlab.text.reading import prepare

_places = component(__file__, "phrase_places")

MOST = 12  # places that are listed
AROUND = 8  # tokens shown on either side of a place
LONGEST = 12  # tokens of the phrase that is marked before the reader marks one
THETA = 0.3  # of the value at which colours are strongest
NAMED = 40  # tokens of a phrase that a sentence repeats


def phrase(a: Activations, unit: int, sign: int, limit: float) -> tuple[int, int]:
    """The tokens that are marked: the reader's, or where there are none yet a stretch that the unit is on for, if
    possible with the sign that it has for the property."""
    if session.get("units_phrase") is None:
        values, theta = a.values, THETA * limit or 1.0
        if not (values[:, unit] * sign >= theta).any():  # it never is: of the other sign, or any unit at all
            sign = -sign
        if not (values[:, unit] * sign >= theta).any():
            at = int(np.nan_to_num(np.abs(values)).max(0).argmax())
            unit, sign = at, 1 if np.nanmax(values[:, at]) >= theta else -1
        session["units_phrase"] = phrases.typical_phrase(a.passage, values[:, unit] * sign, theta, LONGEST)
    return session["units_phrase"]


def settings() -> tuple[float, bool]:
    """θ as a share of the largest value, and whether units must be off beside the phrase: as the widgets say."""
    return session.get("units_theta", THETA), session.get("units_only", True)


def signs(a: Activations, start: int, stop: int, limit: float) -> tuple[np.ndarray, bool]:
    """[unit] 1 or -1 for the units that are on for a phrase, 0 for the others; and whether they are on beside it too,
    which is better than none."""
    share, only = settings()
    if not limit:
        return np.zeros(a.values.shape[1], int), False
    found = phrases.active_units(a.passage, a.values, (start, stop), share * limit, only)
    if found.any() or not only:
        return found, False
    found = phrases.active_units(a.passage, a.values, (start, stop), share * limit, only=False)
    return found, bool(found.any())


def mark(p: Passage) -> None:
    """A phrase that was marked in the text."""
    marked, last = st.session_state["units-map"].marked, len(p.tokens) - 1
    if marked:
        start = min(max(int(marked["start"]), 0), last)
        session["units_phrase"] = start, min(max(int(marked["stop"]), start + 1), last + 1)
        session["units_missing"], session["units_marked"] = "", True


def find_typed(p: Passage) -> None:
    """A phrase that was typed."""
    written = session["units_typed"]
    found = phrases.find(p, prepare(session["run"].experiment, written))
    if found:
        session["units_phrase"], session["units_marked"] = found, True
    session["units_missing"] = "" if found else written.strip()


def render(a: Activations, unit: int, marked: Phrase, limit: float, t: Translate) -> None:
    p, (start, stop), (share, only) = a.passage, marked, settings()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        more: dict[str, Any] = {"placeholder": t("phrase.type"), "on_change": find_typed, "args": (p,)}
        st.text_input(t("phrase.typed"), key="units_typed", width=260, max_chars=200, **more)
        kept: dict[str, Any] = {"persist_state": "session"}
        tip = t("phrase.theta_help")
        st.slider(t("phrase.theta"), 0.05, 0.95, share, 0.05, key="units_theta", width=260, help=tip, **kept)
        st.toggle(t("phrase.only"), only, key="units_only", help=t("phrase.only_help"), **kept)
    if missing := session.get("units_missing"):
        st.warning(t("phrase.missing", phrase=verbatim(missing)))
    if not limit:
        st.caption(t("phrase.zero"))
        return
    theta, (found, beside) = share * limit, signs(a, start, stop, limit)
    on = np.flatnonzero(found)
    places = tuple(islice(phrases.matches(p, a.values, found, theta, marked), MOST))
    if beside:
        st.caption(t("phrase.beside"))
    st.markdown(sentence(shortened(p, marked), theta, found, places, t))
    labels = {name: t(f"places.{name}") for name in ("units", "places", "high", "low", "count", "line")}
    _places(
        key="units-places",
        on_chosen_change=lambda: choice.choose_unit("units-places"),
        data={
            "key": "units-places",
            "group": "units",
            "joiner": p.joiner,
            "chosen": unit,
            "units": [(int(one), int(found[one])) for one in on],
            "places": [around(p, place) for place in places],
            "labels": labels,
        },
    )


def shortened(p: Passage, phrase: Phrase) -> str:
    """A phrase as a sentence repeats it."""
    tokens = p.tokens[slice(*phrase)]
    return p.joiner.join(tokens[:NAMED]) + ("…" if len(tokens) > NAMED else "")


def sentence(phrase: str, theta: float, signs: np.ndarray, places: Sequence[PhraseMatch], t: Translate) -> str:
    """What was found, in words; signs [unit] are 0 for units that are not on."""
    on, values = int(np.count_nonzero(signs)), {"phrase": verbatim(phrase), "theta": f"{theta:.2g}"}
    if not on:
        return t("phrase.none", units=len(signs), **values)
    return t("phrase.on" if places else "phrase.alone", on=on, units=len(signs), **values)


def around(p: Passage, place: PhraseMatch) -> dict[str, Any]:
    """A place with what stands beside it in its line."""
    first, last = phrases.line_of(p, place.start)
    before, after = max(first, place.start - AROUND), min(last, place.stop + AROUND)
    tokens = p.tokens
    return {
        "start": place.start,
        "stop": place.stop,
        "units": len(place.units),
        "line": int(np.searchsorted(p.bounds, place.start, side="right")),
        "before": tokens[before : place.start],
        "inside": tokens[place.start : place.stop],
        "after": tokens[place.stop : after],
        "cut_before": before > first,
        "cut_after": after < last,
    }
