"""What if: numbers inside the network that the reader changes on purpose, kept as a list until they are taken back."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shell.form.choice import choose
from pages.shell.guide import openings
from pages.shell.markdown import verbatim
from pages.shell.messages import complain
from pages.shell.panel import explanation
from pages.shell.run.place import place_name
from pages.shell.state import session
from rnnlab.cells import CELLS, WEIGHTS
from rnnlab.i18n import Problem, Translate, numeral, shorten, visible
from rnnlab.records.opening import Opening, Place
from rnnlab.records.trace import (
    LARGEST,
    Intervention,
    InterventionKind,
    context_width,
    part_named,
    token_width,
    vocabulary_of,
)

KINDS: tuple[InterventionKind, ...] = ("token", "input", "state", "gate", "off", "weight")
EVERY = ":"  # all steps or units, as a slice says it
KIND, WIDE = 260, 170  # pixels of a select box
MOST = 12  # edits at a time: more could not be told apart


def edits() -> tuple[Intervention, ...]:
    return session.get("edits", ())


def number(typed: object) -> float | Problem:
    """What was typed as a value, or why it can't be used."""
    try:
        value = float(str(typed).strip().replace("−", "-"))
    except ValueError:
        value = math.nan
    if math.isfinite(value) and abs(value) <= LARGEST:
        return value
    return Problem("edit_value", "", {"value": shorten(str(typed)), "limit": numeral(LARGEST)})


def add(edit: Intervention, typed: object, where: str) -> None:
    """Put one more edit on the list, with the value that was typed for it; or remember what is wrong with that, to be
    said `where` it was typed."""
    session["whatif_problem"] = None
    value = number(typed)
    if isinstance(value, Problem):
        session["whatif_problem"] = where, value
        return
    new = replace(edit, value=value)
    others = tuple(one for one in edits() if not covers(new, one))
    if len(others) >= MOST:
        session["whatif_problem"] = where, Problem("edit_many", "", {"limit": MOST})
    else:
        session["edits"] = (*others, new)


def covers(new: Intervention, old: Intervention) -> bool:
    """Whether nothing of the old edit can be seen once the new one is made: it is at the same place, or at all steps or
    units of which that was one."""
    step, unit = (None if new.step is None else old.step), (None if new.unit is None else old.unit)
    return replace(old, value=new.value, step=step, unit=unit) == new


def complain_here(where: str) -> None:
    problem: tuple[str, Problem] | None = session.get("whatif_problem")
    if problem and problem[0] == where:
        complain((problem[1],))


def remove(edit: Intervention | None = None) -> None:
    """Take one edit back, or all."""
    session["edits"] = tuple(one for one in edits() if edit is not None and one != edit)
    session["whatif_problem"] = None


def forget_dropped() -> None:
    session["edits_dropped"] = 0


def from_component(edit: dict[str, Any]) -> None:
    """An edit that the reader made in the picture itself."""
    fields = {name: value for name, value in edit.items() if name != "value"}
    add(Intervention(**fields), edit["value"], "picture")


def fitting(o: Opening) -> tuple[Intervention, ...]:
    """The edits that have a place in this network. The others are dropped, which is said; and all of them once a lesson
    has opened something else."""
    if session.get("edits_opening", 0) != openings.count():
        session["edits"], session["edits_opening"] = (), openings.count()
    kept = tuple(edit for edit in edits() if fits(edit, o))
    if kept != edits():
        session["edits_dropped"] = len(edits()) - len(kept)
        session["edits"] = kept
    return kept


def fits(edit: Intervention, o: Opening) -> bool:
    e = o.experiment
    part = next((part for part in o.parts if part.name == edit.part), None)
    if part is None:
        return False
    entries = token_width(o, part) + context_width(o, part)
    reads = entries if edit.layer == 0 else e.hidden * e.directions
    rows = e.hidden * len(CELLS[e.cell].blocks)
    columns = {"weight_ih": reads, "weight_hh": e.hidden}.get(edit.name, 1)
    units = {"input": entries, "weight": rows}.get(edit.kind, e.hidden)
    names = {"state": CELLS[e.cell].states, "gate": CELLS[e.cell].gates}
    return (
        edit.layer < e.layers
        and edit.direction < e.directions
        and (edit.step or 0) < part.stop - part.start
        and (edit.unit or 0) < units
        and (edit.column or 0) < columns
        and edit.name in names.get(edit.kind, (edit.name,))
        and (edit.kind != "token" or edit.value < len(vocabulary_of(o, part)))
    )


# The list


def render_list(o: Opening, t: Translate) -> None:
    """What is changed now, each with a button that takes it back."""
    if dropped := session.get("edits_dropped", 0):
        st.info(t("whatif.dropped", count=dropped))
        st.button(t("notes.seen"), key="whatif_seen", on_click=forget_dropped)
    if not edits():
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="whatif_list"):
        st.markdown(t("whatif.now"), width="content")
        for place, edit in enumerate(edits()):
            st.button(
                f"{described(edit, o, t)} ✕",
                key=f"whatif_remove_{place}",
                on_click=remove,
                args=(edit,),
                help=t("whatif.remove"),
            )
        st.button(t("whatif.clear"), key="whatif_clear", on_click=remove, type="primary")


def described(edit: Intervention, o: Opening, t: Translate) -> str:
    """An edit in a line, with Markdown's signs kept from meaning anything."""
    part = part_named(o, edit.part)
    unit = "[:]" if edit.unit is None else f"[{edit.unit}]"
    step = "t" if edit.step is None else str(part.start + edit.step + 1)  # as the line of tokens counts them
    where = ""
    if edit.kind not in ("input", "token"):
        where = place_name(edit.place, o, t)
    elif len(o.parts) > 1:
        where = t(f"module.{part.name}")
    where = f" ({where})" if where else ""
    match edit.kind:
        case "token":
            return t("whatif.as_token", step=step, token=verbatim(vocabulary_of(o, part)[int(edit.value)])) + where
        case "input":
            name = f"x_{step}{unit}"
        case "state":
            name = f"{edit.name}_0{unit}"
        case "gate":
            name = f"{edit.name}_{step}{unit}"
        case "off":
            name = f"h_{step}{unit}"
        case _:
            name = f"{edit.name}{unit}" + ("" if edit.column is None else f"[{edit.column}]")
    return f"`{name} = {edit.value:.6g}`{where}"


# The form


Pick = Callable[[str, list[Any], str, int], Any]  # its name, options, label, and which of them is first: the one chosen


def render_form(o: Opening, place: Place, step: int, t: Translate) -> None:
    """The form for one more edit, for the place that is looked at."""
    part = part_named(o, place.part)
    tokens, kinds = vocabulary_of(o, part), kinds_of(o, place)
    if session.get("whatif_kind") not in kinds:
        session["whatif_kind"] = kinds[0]

    def draw(name: str, options: list[Any], label: str, index: int) -> Any:
        def shown(id: Any) -> str:
            if id is None:
                return EVERY
            if name == "step":
                return f"{part.start + id + 1} · {visible(o.probe[part.start + id])}"
            return visible(tokens[id]) if name == "token" else str(id)

        key = key_of(kind, name, options, index)
        return st.selectbox(t(f"whatif.{label}"), options, index, key=key, format_func=shown, width=WIDE)

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="whatif_form"):
        labels = {id: t(f"whatif.kind.{id}") for id in kinds}
        said = {id: t(f"whatif.help.{id}") for id in kinds}
        if part.start:
            said["state"] = t("whatif.given")
        tips = "  \n".join(f"**{label}**: {said[id]}" for id, label in labels.items())
        kind = choose(t("whatif.kind"), labels, "whatif_kind", help=tips, width=KIND)
        composed(kind, o, place, step, draw)
        if kind not in ("token", "off"):
            st.text_input(t("whatif.value"), "0", key="whatif_value", max_chars=40, width=120)
        st.button(t("whatif.add"), key="whatif_add", on_click=add_from_form, args=(o, place, step))
        explanation("cell-whatif", t, first=t("caption.cell-whatif"))
    complain_here("form")


def kinds_of(o: Opening, place: Place) -> list[InterventionKind]:
    """Which there are in this network, at this place."""
    there = {"gate": CELLS[o.experiment.cell].gates, "token": vocabulary_of(o, part_named(o, place.part))}
    return [kind for kind in KINDS if there.get(kind, True)]


def key_of(kind: str, name: str, options: list[Any], index: int) -> str:
    """Of a select box. With other sizes another widget, so no choice that is none any more; with another step open,
    that one first."""
    return f"whatif_{kind}_{name}_{len(options)}_{index}"


def composed(kind: InterventionKind, o: Opening, place: Place, step: int, pick: Pick) -> Intervention:
    """The edit of a kind, of what is picked for it."""
    e, part = o.experiment, part_named(o, place.part)
    entries = token_width(o, part) + context_width(o, part)
    steps, units, gates = list(range(part.stop - part.start)), list(range(e.hidden)), list(CELLS[e.cell].blocks)
    here = Intervention(kind, layer=place.layer, direction=place.direction, part=place.part)
    match kind:
        case "token":
            at = pick("step", steps, "step", step)
            token = pick("token", list(range(len(vocabulary_of(o, part)))), "token", 0)
            return Intervention(kind, part=part.name, step=at, value=token)
        case "input":
            at = pick("step", steps, "step", step)
            entry = pick("unit", [None, *range(entries)], "unit", 0)
            return Intervention(kind, part=part.name, step=at, unit=entry)
        case "state":
            name = pick("name", list(CELLS[e.cell].states), "state", 0)
            return replace(here, name=name, unit=pick("unit", [None, *units], "unit", 0))
        case "gate":
            name = pick("name", list(CELLS[e.cell].gates), "gate", 0)
            at = pick("step", [None, *steps], "step", 0)
            return replace(here, name=name, step=at, unit=pick("unit", [None, *units], "unit", 0))
        case "off":
            return replace(here, unit=pick("unit", units, "unit", 0))
        case "weight":
            name = pick("name", list(WEIGHTS), "weight", 0)
            gate = pick("block", gates, "block", 0) if len(gates) > 1 else gates[0]
            unit = gates.index(gate) * e.hidden + pick("unit", units, "unit", 0)
            if not name.startswith("weight"):
                return replace(here, name=name, unit=unit)
            below = entries if place.layer == 0 else e.hidden * e.directions
            columns = list(range(below)) if name == "weight_ih" else units
            return replace(here, name=name, unit=unit, column=pick(f"column_{name}", columns, "column", 0))


def add_from_form(o: Opening, place: Place, step: int) -> None:
    """What was chosen or typed last may not have been there yet when the button was drawn: it is read now."""
    chosen = session["whatif_kind"]
    kind = chosen if chosen in kinds_of(o, place) else kinds_of(o, place)[0]

    def read(name: str, options: list[Any], _label: str, index: int) -> Any:
        return st.session_state.get(key_of(kind, name, options, index), options[index])

    edit = composed(kind, o, place, step, read)
    add(edit, edit.value if kind in ("token", "off") else session.get("whatif_value", "0"), "form")
