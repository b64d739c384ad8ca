"""What the Units page shows of a run: a text in the colours of one unit, and all units by what they follow."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.component import component, pack
from pages.shell.ask_worker import ask_worker
from pages.shell.guide import evaluation
from pages.shell.messages import show_notes
from pages.shell.panel import panel, program_place
from pages.shell.run.run_view import RunView
from pages.views.units import choice, path, phrase
from pages.views.units.choice import ActivationQuery
from rnnlab.analysis import correlations, token_properties
from rnnlab.analysis.token_properties import Property
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.i18n import Translate, visible
from rnnlab.records.units import Activations

T = TypeVar("T")

_map = component(__file__, "unit_map")

SMALL = 20_000  # parameters: such a network's units are followed while it trains
FEW = 20  # tokens: on fewer anything may look like something
R = r"r = \frac{\sum_t (h_t - \bar h)(p_t - \bar p)}{\sqrt{\sum_t (h_t - \bar h)^2\,\sum_t (p_t - \bar p)^2}}"


@dataclass(frozen=True)
class UnitMap:
    """What is on the page: all units over a text, one property and one unit of them."""

    query: ActivationQuery
    activations: Activations
    property: Property | None  # None where nothing varies over this text
    unit: int
    r: np.ndarray  # [unit]: nan where there is none
    limit: float  # the absolute value at which colours are strongest


def render(view: RunView) -> None:
    history, t = view.history, view.t
    if history.ended == "diverged":
        st.info(t("units.diverged", epoch=history.checkpoints[-1].epoch))
    with panel("unitmap", t, formula=R, code=programs.code("unitmap", view.experiment), goes_on=program_place(t)):
        bar = st.container(horizontal=True, gap="small", vertical_alignment="top")
        query = choice.activation_query(view, bar)
        evaluation.tell(typed=query.text)
        if view.going and history.opening.parameters > SMALL:
            st.caption(t("units.waits"))
            return
        found = ask_worker(jobs.activations, view.experiment, view.checkpoint.weights, *query)
        if found is None:
            return
        shown = look(view, query, found, bar)
        marked = phrase.phrase(found, shown.unit, -1 if shown.r[shown.unit] < 0 else 1, shown.limit)
        render_map(view, shown, marked)
        show_notes(found.passage.notes)
        if view.experiment.window and not query.text:
            st.caption(t("units.windows", window=view.experiment.window))
    with panel("phrase", t):
        phrase.render(found, shown.unit, marked, shown.limit, t)
    path.render(view, query, found, correlations.ranked(shown.r))


def look(view: RunView, query: ActivationQuery, found: Activations, bar: DeltaGenerator) -> UnitMap:
    """The property and the unit that were chosen, or else those that go together best."""
    choice.begin(view, query, found)
    property, e = choice.chosen_property(found, bar, view.t), view.experiment
    hidden = found.values.shape[1]
    r = correlations.correlations(found.values, property.values) if property else np.full(hidden, np.nan)
    bounded = query.state == "h" and not e.relu
    return UnitMap(
        query, found, property, choice.unit(r), r, 1.0 if bounded else correlations.scale_limit(found.values)
    )


def cached(name: str, shown: UnitMap, key: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` finds out about these activations, worked out once for what is shown."""
    known: tuple[Activations, object, T] | None = st.session_state.get(f"units_{name}")
    if known is None or known[0] is not shown.activations or known[1] != key:
        known = st.session_state[f"units_{name}"] = (shown.activations, key, make())
    return known[2]


def chance(shown: UnitMap) -> float:
    """What chance alone reaches."""
    one, values = shown.property, shown.activations.values
    if one is None:
        return math.nan
    return cached("chance", shown, (one.name, one.choice), lambda: correlations.chance(values, one.values))


def finding(shown: UnitMap, epoch: int, t: Translate) -> str:
    """What is to be seen, in a sentence."""
    if shown.property is None:
        return t("units.nothing")
    r = shown.r[shown.unit]
    if np.isnan(r):
        return t("units.constant", unit=shown.unit, epoch=epoch)
    values = {"unit": shown.unit, "property": named(shown.property, t), "r": signed(r)}
    if abs(r) < chance(shown):
        return t("units.weak", **values)
    return t("units.follows" if r >= 0 else "units.against", **values)


def notes(shown: UnitMap, epoch: int, t: Translate) -> str:
    """How far to trust it."""
    found, (tokens, hidden) = [], shown.activations.values.shape
    best, least = int(correlations.ranked(shown.r)[0]), chance(shown)
    if best != shown.unit and np.isfinite(shown.r[best]):
        found.append(t("units.best", unit=best, r=signed(shown.r[best]), epoch=epoch))
    found += better_property(shown, t)
    if math.isfinite(least):
        found.append(t("units.chance", tokens=f"{tokens:,}", units=hidden, chance=f"{least:.2f}"))
    if tokens < FEW:
        found.append(t("units.few", tokens=tokens))
    return " ".join(found)


def better_property(shown: UnitMap, t: Translate) -> list[str]:
    """What the unit goes along with more closely than with the property that is looked at."""
    p, values = shown.activations.passage, shown.activations.values[:, [shown.unit]]
    best = cached("rather", shown, (shown.unit,), lambda: correlations.strongest(p, values))
    if best is None:
        return []
    other = token_properties.property_of(p, *best[:2])
    r = float(correlations.correlations(values, other.values)[0])
    if abs(r) <= abs(np.nan_to_num(shown.r[shown.unit])) + 0.005:  # no more than the two digits shown
        return []
    return [t("units.rather", property=named(other, t), r=signed(r))]


def named(one: Property, t: Translate) -> str:
    """The property in words, what was chosen of it as typed: for places that know no Markdown."""
    return t(f"property.{one.name}", choice=visible(one.choice)) if one.choice else t(f"property.{one.name}")


def signed(r: float) -> str:
    return f"{r:+z.2f}".replace("-", "−")


def render_map(view: RunView, shown: UnitMap, marked: tuple[int, int]) -> None:
    """The text and the list beside it. Choosing a unit or marking a phrase there comes back to this page."""
    a, p, epoch, t = shown.activations, shown.activations.passage, view.checkpoint.epoch, view.t
    least = chance(shown)
    have = np.zeros(len(a.values)) if shown.property is None else shown.property.values
    span = float(np.ptp(have)) or 1.0
    labels = {name: t(f"unitmap.{name}") for name in ("text", "units", "unit_r", "on")}
    if shown.property is not None:
        labels["have"] = t("unitmap.have", property=named(shown.property, t))
    _map(
        key="units-map",
        on_chosen_change=lambda: choice.choose_unit("units-map"),
        on_marked_change=lambda: phrase.mark(p),
        data={
            "key": "units-map",
            "group": "units",
            "epoch": epoch,
            "finding": finding(shown, epoch, t),
            "notes": notes(shown, epoch, t),
            "lines": p.lines,
            "joiner": p.joiner,
            "unknown": p.unknown,
            "values": pack(a.values[:, shown.unit].astype(np.float32)),
            "have": pack(((have - have.min()) / span).astype(np.float32)),
            "limit": shown.limit,
            "beyond": bool((np.abs(a.values) > shown.limit).any()),
            "unit": shown.unit,
            "order": correlations.ranked(shown.r).tolist(),
            "r": pack(shown.r.astype(np.float32)),
            "chance": least if math.isfinite(least) else None,
            "phrase": marked,
            "on": np.flatnonzero(phrase.signs(a, *marked, shown.limit)[0]).tolist(),
            "labels": labels,
        },
    )
