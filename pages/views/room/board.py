"""What a class does, for its teacher: who is here, what was answered, and all runs laid over each other."""

from collections import Counter
from dataclasses import replace

import numpy as np
import streamlit as st

from pages.components.curves.curves import Curves, curves
from pages.components.playback import Playback
from pages.components.table import table
from pages.shell.classroom import current_room, following
from pages.shell.classroom.pupil_look import line_of, name_of
from pages.shell.panel import panel
from pages.shell.run.differences import value_of
from pages.shell.state import session
from rnnlab.figures.curves import Series
from rnnlab.figures.results import loss_name
from rnnlab.figures.style import DASHES, LINE_HUES
from rnnlab.i18n import Translate, significant
from rnnlab.lessons import words
from rnnlab.lessons.course import LESSONS
from rnnlab.rooms import results
from rnnlab.rooms.room import Pupil, Room, Split, bars, has_answered

SPLITS: dict[str, tuple[object, ...]] = {
    "seed": (),
    "cell": ("rnn", "lstm", "gru"),
    "hidden": (4, 16, 64),
    "lr": (0.001, 0.01, 0.1),
}
TALL = 320  # pixels
NAMED = 8  # pupils whose lines are named above them: of more, the names would take their place
COLUMNS = 2
COLUMN = 10  # pupils below each other, at least: a class is to be seen at once


def render(room: Room, t: Translate) -> None:
    here = room.here(current_room.ROOMS.clock())
    large = list(dict.fromkeys(key for key in (at_hand(here), room.revealed) if key))
    with st.container():  # always one element, so that what follows keeps its place
        if large:
            with panel("room_asked", t, captioned=False):
                render_questions(large, room, here, t)
    render_experiment(room, t)
    render_answers(room, here, large, t)
    render_pupils(here, t)


def at_hand(here: list[Pupil]) -> str:
    """The question of the step at which most of those are who are in a lesson; "" where it asks nothing."""
    places = Counter((pupil.lesson, pupil.step) for pupil in here if pupil.lesson in LESSONS)
    if not places:
        return ""
    (lesson, at), _ = places.most_common(1)[0]
    step = LESSONS[lesson].steps[at]
    return f"{lesson}.{step.id}" if step.question else ""


def render_experiment(room: Room, t: Translate) -> None:
    """All loss curves, and for each group their median within the quartiles."""
    with panel("room_runs", t):
        chosen = room.split.field if room.split else None
        right, runs = results.reached(room)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.segmented_control(
                t("room.split"),
                list(SPLITS),
                default=chosen,
                format_func=lambda name: t(f"room.split.{name}"),
                key="room_split",
                on_change=split,
            )
            here = len(room.here(current_room.ROOMS.clock()))
            st.markdown(t("room.reached", right=right, runs=runs, here=here) if runs else t("room.no_runs"))
        if apart := results.left_out(room):
            st.caption(t("room.left_out", runs=apart))
        if not runs:
            return
        curves("room-curves", drawn(room, t), Playback("room", room.code), t)


def split() -> None:
    field = session.get("room_split")
    current_room.teach(lambda room: replace(room, split=Split(field, SPLITS[field]) if field else None))


def drawn(room: Room, t: Translate) -> Curves:
    groups, split = results.groups(room), room.split
    if split and groups:
        lines = [
            Series(
                t(
                    "room.group",
                    value=value_of(split.field, group.value, t),
                    right=group.reached,
                    runs=group.pupils,
                ),
                group.median,
                group.epochs.astype(float),
                low=group.low,
                high=group.high,
                hue=LINE_HUES[place % len(LINE_HUES)],
                dash=DASHES[place % len(DASHES)],
            )
            for place, group in enumerate(groups)
        ]
    else:
        lines = [
            Series(
                name_of(pupil, t),
                np.array(run.losses),
                np.array(run.epochs, dtype=float),
                hue=line_of(pupil)["hue"],
                dash=line_of(pupil)["dash"],
            )
            for pupil, run in results.compared(room)
        ]
    legend = len(lines) <= NAMED
    names = {loss_name(run, t) for _, run in results.compared(room)}
    axis = names.pop() if len(names) == 1 else t("panel.loss")
    return Curves(lines, "log", axis, t("panel.room_runs"), TALL, cursor=False, legend=legend)


def render_answers(room: Room, here: list[Pupil], elsewhere: list[str], t: Translate) -> None:
    """To what was asked before. `elsewhere`: what stands above, in large type."""
    asked = {key for pupil in room.pupils.values() for key in pupil.answers}
    before = sorted(asked - set(elsewhere))
    if elsewhere and not before:
        return
    with panel("room_answers", t):
        if not asked:
            st.caption(t("room.no_answers"))
        render_questions(before, room, here, t)


def render_questions(keys: list[str], room: Room, here: list[Pupil], t: Translate) -> None:
    """How many have answered each; what, while the teacher reveals it, which is of one at a time."""
    for key in keys:
        lesson_id, _, step_id = key.partition(".")
        lesson = LESSONS[lesson_id]
        step = next(step for step in lesson.steps if step.id == step_id)
        count, found = has_answered(room, key), bars(room, key)
        st.markdown(words.words(t, lesson, step, "ask"))
        with st.container(key=f"room_bars_{key}"):
            for answer, times in (found or {}).items():
                said = words.said(t, lesson, step, answer)
                st.progress(times / count, text=t("room.answer", answer=said, pupils=times))
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            label, shown = (t("room.reveal"), key) if found is None else (t("room.hide"), "")
            if count:
                st.button(label, key=f"room_reveal_{key}", on_click=reveal, args=(shown,))
            st.markdown(f"{t('room.answered', count=count, here=len(here))} · {words.title(t, lesson)}")


def reveal(key: str) -> None:
    """Of none with ""."""
    current_room.teach(lambda room: replace(room, revealed=key))


def render_pupils(here: list[Pupil], t: Translate) -> None:
    with panel("room_pupils", t):
        if not here:
            st.caption(t("room.nobody"))
            return
        with st.container(horizontal=True, gap="small"):
            for pupil in here:
                if pupil.link:
                    label, key = t("room.show", name=name_of(pupil, t)), f"room_show_{pupil.number}"
                    st.button(label, key=key, on_click=following.show, args=(pupil.link, pupil.number))
        several = len({pupil.lesson for pupil in here}) > 1
        head = [table.text(t(f"room.{name}")) for name in ("who", "where", "trained")]
        columns = min(COLUMNS, max(1, len(here) // COLUMN))
        each = -(-len(here) // columns)
        rows = [row(pupil, several, t) for pupil in here]
        parts = [rows[first : first + each] for first in range(0, len(rows), each)]
        tables = [table.TableView(t("panel.room_pupils"), part, head) for part in parts]
        table.tables("room-pupils-table", tables, "framed")


def row(pupil: Pupil, several: bool, t: Translate) -> list[table.Cell]:
    """`several`: not all are in the same lesson."""
    return [table.line(name_of(pupil, t), line_of(pupil)), table.text(where(pupil, several, t)), progress(pupil, t)]


def where(pupil: Pupil, several: bool, t: Translate) -> str:
    page = t(f"page.{pupil.page}") if pupil.page else ""
    lesson = LESSONS.get(pupil.lesson)
    if lesson is None:
        return page
    place = t("room.step", step=pupil.step + 1, steps=len(lesson.steps), page=page)
    return f"{words.title(t, lesson)} · {place}" if several else place


def progress(pupil: Pupil, t: Translate) -> table.Cell:
    run = pupil.trained
    if run is None:
        return table.text("")
    values = {"epoch": run.epochs[-1], "epochs": run.total, "loss": significant(run.losses[-1], 3)}
    said = t("room.run", **values, right=f"{run.accuracy:.0%}")
    return table.progress(said, run.epochs[-1] / run.total, line_of(pupil)["hue"])
