"""What there is to see of a race: its lanes and its curves."""

from typing import Any

import streamlit as st

from pages.components.component import component
from pages.components.curves.curves import Curves, curves
from pages.components.playback import Playback
from pages.shell.form.race_setup import chosen
from pages.shell.panel import panel
from pages.shell.state import session
from pages.views.compare.current_race import GROUP, playback_of
from pages.views.compare.names import mark, names_in
from pages.views.compare.numbers import beside_level, percent
from pages.views.compare.remarks import remarks
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.figures import race as figures
from rnnlab.figures.results import loss_name
from rnnlab.i18n import Problem, Translate, significant
from rnnlab.races import standings
from rnnlab.races.race import Entry, Race

AXES = ("epochs", "seconds")
_race = component(__file__, "race")


# Lanes


def draw_lanes(plan: RacePlan, race: Race | None, t: Translate) -> None:
    """A lane for each variant, with a track for each of its seeds. Before the start all are on the line."""
    places = {one.variant: place for place, one in enumerate(standings.ranked(race), start=1)} if race else {}
    called = names_in(plan, t)
    lanes = [lane(variant, called[variant], race, places, t) if race else waiting(variant, called[variant], plan, t)
             for variant in range(len(called))]  # fmt: skip
    data = {"lanes": lanes, "labels": {name: t(f"race.label.{name}") for name in ("name", "loss")}}
    tested = bool(race and standings.held_out(race))
    playback = playback_of(race) if race else Playback(GROUP, "")
    _race(key="race-lanes", data={"key": "race-lanes", **vars(playback), "tested": tested, **data})


def waiting(variant: int, name: str, plan: RacePlan, t: Translate) -> dict[str, Any]:
    runs = [entry(Entry(at, one), True, t) for at, one in plan.runs() if at == variant]
    return {**mark(variant), "place": "", "name": name, "size": "", "loss": "", "score": "", "runs": runs}


def lane(variant: int, name: str, race: Race, places: dict[int, int], t: Translate) -> dict[str, Any]:
    one = standings.standing(race, variant)
    share = standings.majority(standings.records(race, variant) or (), "score")
    score = (
        t("race.lane.score", score=percent(one.score.median), level=percent(share.median))
        if one.score and share
        else ""
    )
    return {
        **mark(variant),
        "place": str(places[variant]) if one.loss else "",
        "name": name,
        "size": t("race.lane.size", hidden=one.hidden, parameters=f"{one.parameters:,}") if one.parameters else "",
        "loss": t("race.lane.loss", loss=significant(one.loss.median)) if one.loss else "",
        "score": score if one.epochs[0] else "",
        "runs": [entry(run, race.going, t) for run in race.entries if run.variant == variant],
    }


def entry(run: Entry, going: bool, t: Translate) -> dict[str, Any]:
    record, epochs = run.record, run.experiment.epochs
    state = state_of(run, going)
    done = record.epoch if record else 0
    note = t(f"race.ended.{state}", epoch=done) if state in ("time", "diverged") else ""
    place = t("race.lane.epoch", epoch=f"{done:,}", epochs=f"{epochs:,}")
    return {
        "state": state,
        "seed": t("race.lane.seed", seed=run.experiment.seed),
        "epochs": epochs,
        "done": done,
        "share": f"{done / epochs:.4f}",
        "epoch": t("race.lane.failed") if state == "problem" else place,  # why is said above, once for all
        "loss": significant(record.losses[-1]) if record and done else "",
        "score": beside_level(record, record.scores[-1].score, t) if record and record.scores else "",
        "note": note,
    }


def state_of(run: Entry, going: bool) -> str:
    if run.failed:
        return "problem"
    if run.record is None or not run.record.epoch:
        return "waiting"
    if run.record.ended:
        return "finished" if run.record.ended == "epochs" else run.record.ended
    return "going" if going else "resting"


def render_notes(race: Race, t: Translate) -> None:
    """What is to be said of the runs that were opened; not of the line that pages about one run watch."""
    opened = [entry for entry in race.entries if entry.record is not None]

    def of_run(entry: Entry) -> list[Problem]:
        return [note for note in entry.record.notes if note.field != "probe"] if entry.record else []

    for remark in remarks(opened, race, of_run, t):
        st.caption(remark)


# Curves


def render_curves(race: Race, t: Translate) -> None:
    called = names_in(race.plan, t)
    with panel("race_curves", t, switch="loss_log"):
        axis = session["race_axis"] = chosen("axis", AXES)
        st.segmented_control(
            t("race.axis"),
            AXES,
            default=axis,
            format_func=lambda id: t(f"race.axis.{id}"),
            key="race_axis",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        along, span = ("x", max(race.plan.base.epochs, 2)) if axis == "epochs" else ("seconds", None)
        measure = "score" if standings.held_out(race) else "accuracy"
        height = 250
        shown = {
            "loss": Curves(
                list(figures.bands(race, called, "loss")),
                "log" if session.get("loss_log", True) else "linear",
                loss_name(race.plan.base, t),
                t("race.curve.loss"),
                height,
                span,
                along=along,
                cursor=False,
            ),
            "score": Curves(
                list(figures.bands(race, called, measure)),
                "share",
                t("axis.curve.score"),
                t(f"race.curve.{measure}"),
                height,
                span,
                figures.levels(race, called, measure, t),
                along=along,
                cursor=False,
            ),
        }
        if race.plan.base.reads_numbers:
            del shown["score"]
            st.caption(t("race.numbers"))
        for (name, one), column in zip(shown.items(), st.columns(len(shown), gap="small"), strict=True):
            with column:
                st.caption(one.label)
                curves(f"race-{name}", one, playback_of(race), t)
        st.caption(band_note(race, t))
        if levels := standings.majority_range(race):
            low, high = map(percent, levels)
            st.caption(t("race.levels", low=low, high=high))


def band_note(race: Race, t: Translate) -> str:
    """What line and band are: quartiles of two are no quartiles of many."""
    seeds = race.plan.seeds
    few = {1: t("race.band.one"), 2: t("race.band.two")}
    note = few.get(seeds) or t("race.band.many", seeds=seeds)
    return f"{note} {t('race.band.fewer')}" if any(entry.failed for entry in race.entries) else note
