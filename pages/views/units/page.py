"""What the Units page shows of a run: a text in the colours of one unit, and all units by what they follow."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.component import component, pack
from pages.shell import scrubber
from pages.shell.ask_worker import ask_worker
from pages.shell.messages import show_notes
from pages.shell.panel import panel
from pages.shell.run_view import RunView
from pages.views.units import choice, phrase
from pages.views.units.choice import Where
from rnnlab.analysis import correlations, token_properties
from rnnlab.analysis.token_properties import Property
from rnnlab.engine import jobs
from rnnlab.i18n import Translate
from rnnlab.records.units import Activations

T = TypeVar("T")

_map = component(__file__, "unit_map")

SMALL = 20_000  # parameters: such a network's units are followed while it trains
FEW = 20  # tokens: on fewer anything may look like something
R = r"r = \frac{\sum_t (h_t - \bar h)(p_t - \bar p)}{\sqrt{\sum_t (h_t - \bar h)^2\,\sum_t (p_t - \bar p)^2}}"
CODE = """output, _ = rnn(x)    # [batch, step, unit]: one line, from h_0 = 0
h = output[0, :, unit]
r = torch.corrcoef(torch.stack([h, p]))[0, 1]    # p: one number a token"""


@dataclass(frozen=True)
class Seen:
    """What is on the page: all units over a text, one property and one unit of them."""

    where: Where
    activations: Activations
    property: Property | None  # None where nothing varies over this text
    unit: int
    r: np.ndarray  # [unit]: nan where there is none
    limit: float  # the absolute value at which colours are strongest


def render(view: RunView) -> None:
    history, t = view.history, view.t
    scrubber.render(view)
    if history.ended == "diverged":
        st.info(t("units.diverged", epoch=history.checkpoints[-1].epoch))
    with panel("unitmap", t, formula=R, code=CODE):
        bar = st.container(horizontal=True, gap="small", vertical_alignment="top")
        where = choice.where(view, bar)
        if view.going and history.opening.parameters > SMALL:
            st.caption(t("units.waits"))
            return
        found = ask_worker(jobs.activations, view.experiment, view.checkpoint.weights, *where)
        if found is None:
            return
        seen = look(view, where, found, bar)
        marked = phrase.phrase(found, seen.unit, -1 if seen.r[seen.unit] < 0 else 1, seen.limit)
        render_map(view, seen, marked)
        show_notes(found.passage.notes)
        if view.experiment.window and not where.text:
            st.caption(t("units.windows", window=view.experiment.window))
    with panel("phrase", t):
        phrase.render(found, seen.unit, marked, seen.limit, t)


def look(view: RunView, where: Where, found: Activations, bar: DeltaGenerator) -> Seen:
    """The property and the unit that were chosen, or else those that go together best."""
    choice.begin(view, where, found)
    property, e = choice.chosen_property(found, bar, view.t), view.experiment
    hidden = found.values.shape[1]
    r = correlations.correlations(found.values, property.values) if property else np.full(hidden, np.nan)
    bounded = where.state == "h" and not e.relu
    return Seen(where, found, property, choice.unit(r), r, 1.0 if bounded else correlations.scale_limit(found.values))


def cached(name: str, seen: Seen, key: tuple[object, ...], make: Callable[[], T]) -> T:
    """What `make` finds out about these activations, worked out once for what is shown."""
    known: tuple[Activations, object, T] | None = st.session_state.get(f"units_{name}")
    if known is None or known[0] is not seen.activations or known[1] != key:
        known = st.session_state[f"units_{name}"] = (seen.activations, key, make())
    return known[2]


def chance(seen: Seen) -> float:
    """What chance alone reaches."""
    one, values = seen.property, seen.activations.values
    if one is None:
        return math.nan
    return cached("chance", seen, (one.name, one.choice), lambda: correlations.chance(values, one.values))


def finding(seen: Seen, epoch: int, t: Translate) -> str:
    """What is to be seen, in a sentence."""
    if seen.property is None:
        return t("units.nothing")
    r = seen.r[seen.unit]
    if np.isnan(r):
        return t("units.constant", unit=seen.unit, epoch=epoch)
    values = {"unit": seen.unit, "property": named(seen.property, t), "r": signed(r)}
    if abs(r) < chance(seen):
        return t("units.weak", **values)
    return t("units.follows" if r >= 0 else "units.against", **values)


def notes(seen: Seen, epoch: int, t: Translate) -> str:
    """How far to trust it."""
    found, (tokens, hidden) = [], seen.activations.values.shape
    best, least = int(correlations.ranked(seen.r)[0]), chance(seen)
    if best != seen.unit and np.isfinite(seen.r[best]):
        found.append(t("units.best", unit=best, r=signed(seen.r[best]), epoch=epoch))
    found += better_property(seen, t)
    if math.isfinite(least):
        found.append(t("units.chance", tokens=f"{tokens:,}", units=hidden, chance=f"{least:.2f}"))
    if tokens < FEW:
        found.append(t("units.few", tokens=tokens))
    return " ".join(found)


def better_property(seen: Seen, t: Translate) -> list[str]:
    """What the unit goes along with more closely than with the property that is looked at."""
    p, values = seen.activations.passage, seen.activations.values[:, [seen.unit]]
    best = cached("rather", seen, (seen.unit,), lambda: correlations.strongest(p, values))
    if best is None:
        return []
    other = token_properties.property_of(p, *best[:2])
    r = float(correlations.correlations(values, other.values)[0])
    if abs(r) <= abs(np.nan_to_num(seen.r[seen.unit])) + 0.005:  # no more than the two digits shown
        return []
    return [t("units.rather", property=named(other, t), r=signed(r))]


def named(one: Property, t: Translate) -> str:
    """The property in words, what was chosen of it as typed: for places that know no Markdown."""
    return t(f"property.{one.name}", choice=one.choice) if one.choice else t(f"property.{one.name}")


def signed(r: float) -> str:
    return f"{r:+.2f}".replace("-", "−")


def render_map(view: RunView, seen: Seen, marked: tuple[int, int]) -> None:
    """The text and the list beside it. Choosing a unit or marking a phrase there comes back to this page."""
    a, p, epoch, t = seen.activations, seen.activations.passage, view.checkpoint.epoch, view.t
    least = chance(seen)
    have = np.zeros(len(a.values)) if seen.property is None else seen.property.values
    span = float(np.ptp(have)) or 1.0
    labels = {name: t(f"unitmap.{name}") for name in ("text", "units", "unit_r", "on")}
    if seen.property is not None:
        labels["have"] = t("unitmap.have", property=named(seen.property, t))
    _map(
        key="units-map",
        on_chosen_change=lambda: choice.choose_unit("units-map"),
        on_marked_change=lambda: phrase.mark(p),
        data={
            "key": "units-map",
            "group": "units",
            "epoch": epoch,
            "finding": finding(seen, epoch, t),
            "notes": notes(seen, epoch, t),
            "lines": p.lines,
            "joiner": p.joiner,
            "unknown": p.unknown,
            "values": pack(a.values[:, seen.unit].astype(np.float32)),
            "have": pack(((have - have.min()) / span).astype(np.float32)),
            "limit": seen.limit,
            "beyond": bool((np.abs(a.values) > seen.limit).any()),
            "unit": seen.unit,
            "order": correlations.ranked(seen.r).tolist(),
            "r": pack(seen.r.astype(np.float32)),
            "chance": least if math.isfinite(least) else None,
            "phrase": marked,
            "on": np.flatnonzero(phrase.signs(a, *marked, seen.limit)[0]).tolist(),
            "labels": labels,
        },
    )
