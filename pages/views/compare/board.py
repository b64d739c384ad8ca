"""What there is to see of a race: its lanes, its curves, and the table of where all stand."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.components.chart.chart import Chart, live_chart
from pages.components.component import component, encode
from pages.components.playback import Playback
from pages.components.table.table import Cell, TableView, number, tables, token, variant
from pages.shell import navigation
from pages.shell.form.lessons import open_experiment
from pages.shell.form.race_setup import chosen
from pages.shell.markdown import verbatim
from pages.shell.page_names import HOME
from pages.shell.panel import panel
from pages.shell.state import session
from pages.views.compare.names import mark, names, names_in
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.figures import race as figures
from rnnlab.i18n import Translate, describe
from rnnlab.race import standings
from rnnlab.race.race import Entry, Race, Record
from rnnlab.race.standings import Quartiles, Standing

AXES: tuple[figures.Axis, ...] = ("epochs", "seconds")
COLUMNS = ("size", "epochs", "loss", "accuracy", "score", "best", "each", "all")
_race = component(__file__, "race")


# Lanes


def render_lanes(plan: RacePlan, race: Race | None, t: Translate) -> None:
    """A lane for each variant, with a track for each of its seeds. Before the start all are on the line."""
    places = {one.variant: place for place, one in enumerate(standings.ranked(race), start=1)} if race else {}
    called = names_in(plan, t)
    lanes = [lane(variant, called[variant], race, places, t) if race else waiting(variant, called[variant], plan, t)
             for variant in range(len(called))]  # fmt: skip
    with panel("race_lanes", t):
        labels = {name: t(f"race.label.{name}") for name in ("name", "loss")}
        data = {"race": race.id if race else "", "going": bool(race and race.going), "lanes": lanes, "labels": labels}
        tested = bool(race and standings.held_out(race))
        _race(key="race-lanes", data={"key": "race-lanes", "tested": tested, **data})


def waiting(variant: int, name: str, plan: RacePlan, t: Translate) -> dict[str, Any]:
    runs = [entry(Entry(at, one), True, t) for at, one in plan.runs() if at == variant]
    return {**mark(variant), "place": "", "name": name, "size": "", "loss": "", "score": "", "runs": runs}


def lane(variant: int, name: str, race: Race, places: dict[int, int], t: Translate) -> dict[str, Any]:
    one = standings.standing(race, variant)
    score = t("race.lane.score", score=percent(one.score.median)) if one.score else ""
    return {
        **mark(variant),
        "place": str(places[variant]) if one.loss else "",
        "name": name,
        "size": t("race.lane.size", hidden=one.hidden, parameters=f"{one.parameters:,}") if one.parameters else "",
        "loss": t("race.lane.loss", loss=digits(one.loss.median)) if one.loss else "",
        "score": score if one.epochs[0] else "",
        "runs": [entry(run, race.going, t) for run in race.entries if run.variant == variant],
    }


def entry(run: Entry, going: bool, t: Translate) -> dict[str, Any]:
    record, epochs = run.record, run.experiment.epochs
    state = state_of(run, going)
    done = record.epoch if record else 0
    notes = [describe(problem, session["lang"]) for problem in run.problems]
    if state in ("time", "diverged"):
        notes = [t(f"race.ended.{state}", epoch=done)]
    return {
        "state": state,
        "seed": t("race.lane.seed", seed=run.experiment.seed),
        "epochs": epochs,
        "done": done,
        "share": f"{done / epochs:.4f}",
        "epoch": t("race.lane.epoch", epoch=f"{done:,}", epochs=f"{epochs:,}"),
        "loss": digits(record.losses[-1]) if record and done else "",
        "score": percent(record.scores[-1].score) if record and record.scores else "",
        "note": " ".join(notes),
    }


def state_of(run: Entry, going: bool) -> str:
    if run.problems:
        return "problem"
    if run.record is None or not run.record.epoch:
        return "waiting"
    if run.record.ended:
        return "finished" if run.record.ended == "epochs" else run.record.ended
    return "going" if going else "resting"


def render_notes(race: Race, t: Translate) -> None:
    """What is to be said of the runs with the first seed, and of which variants where not of all."""
    called, found = names(race.plan.variants, t), dict[str, list[str]]()
    for at, name in enumerate(called):
        first = next((run.record for run in race.entries if run.variant == at), None)
        for note in first.notes if first else ():
            found.setdefault(describe(note, session["lang"], verbatim), []).append(name)
    for sentence, some in found.items():
        st.caption(sentence if len(some) == len(called) else f"{'; '.join(some)}: {sentence}")


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
        scale = "log" if session.get("loss_log", True) else "linear"
        measure = "score" if standings.held_out(race) else "accuracy"
        charts = {
            "loss": ("loss", figures.loss_bands(race, called, t, scale, axis)),
            "score": (measure, figures.share_bands(race, called, t, measure, axis)),
        }
        playback = Playback("race", f"{race.id} {axis}")  # zoom in epochs means nothing in seconds
        height = 270 + 16 * len(race.plan.variants)  # the legend grows with them
        for column, (name, (shown, figure)) in zip(st.columns(2, gap="small"), charts.items(), strict=True):
            with column:
                label = t(f"race.curve.{shown}")
                st.caption(label)
                live_chart(f"race-{name}", Chart(encode(figure), label, height), playback, t)
        st.caption(band_note(race, t))
        if scale == "log" and any(0 in entry.record.losses for entry in race.entries if entry.record):
            st.caption(t("race.zero"))


def band_note(race: Race, t: Translate) -> str:
    """What line and band are: quartiles of two are no quartiles of many."""
    seeds = race.plan.seeds
    few = {1: t("race.band.one"), 2: t("race.band.two")}
    note = few.get(seeds) or t("race.band.many", seeds=seeds)
    return f"{note} {t('race.band.fewer')}" if any(entry.problems for entry in race.entries) else note


# The table


def render_table(race: Race, t: Translate) -> None:
    """All variants, the best first, with what a teacher would ask for; the runs to be taken away, or to be opened."""
    called, ranked, tested = names_in(race.plan, t), standings.ranked(race), standings.held_out(race)
    columns = [name for name in COLUMNS if tested or name != "score"]
    with panel("race_table", t):
        head = [token(t("race.column.variant")), *(number(t(f"race.column.{name}")) for name in columns)]
        rows = [
            [variant(place, called[one.variant], mark(one.variant)), *cells(one, tested, t)]
            for place, one in enumerate(ranked, start=1)
        ]
        rows.append(majority_row(race, columns, t))
        tables("race-standings", [TableView(t("panel.race_table"), rows, head, named_rows=True)], "lines")
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="race_take"):
            st.download_button(
                t("race.csv"),
                lambda: standings.to_csv(race),  # made on the click: a file for each tick would be gone by then
                "rnnlab-race.csv",
                "text/csv",
                key="race_csv",
                on_click="ignore",
            )
            for one in ranked:
                if (best := best_run(race, one)) is not None:
                    label = t("race.open", name=called[one.variant])
                    st.button(label, key=f"race_open_{one.variant}", on_click=play, args=(best.experiment,))


def cells(one: Standing, tested: bool, t: Translate) -> list[Cell]:
    """The columns behind the name, each a number with what is small below it."""
    if one.parameters is None:
        return [number("")] * (8 if tested else 7)
    fewest, most = one.epochs
    return [
        number(one.parameters, t("race.cell.hidden", hidden=one.hidden)),
        number(f"{fewest:,}" if fewest == most else f"{fewest:,} – {most:,}"),
        middle(one.loss, digits),
        middle(one.accuracy, percent),
        *([middle(one.score, percent)] if tested else []),
        number(t("race.lane.seed", seed=one.best) if one.best is not None else "–"),
        number(f"{1000 * one.per_epoch:.3g} ms" if one.per_epoch is not None else "–"),
        number(f"{one.seconds:.3g} s"),
    ]


def majority_row(race: Race, columns: Sequence[str], t: Translate) -> list[Cell]:
    """What the most frequent answer alone would score, below all variants."""
    shares: dict[str, standings.Measure] = {"accuracy": "accuracy", "score": "score"}
    scored = [number(percent(standings.majority(race, shares[name])) if name in shares else "") for name in columns]
    return [token(t("race.majority"), tone="aside"), *scored]


def middle(values: Quartiles | None, written: Callable[[float], str]) -> Cell:
    if values is None:
        return number("–")
    return number(written(values.median), f"{written(values.low)} – {written(values.high)}")


def digits(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "–"


def percent(value: float) -> str:
    return f"{100 * value:.3g}%" if math.isfinite(value) else "–"


def best_run(race: Race, one: Standing) -> Record | None:
    runs = standings.records(race, one.variant) or ()
    return next((run for run in runs if run.experiment.seed == one.best), None)


def play(experiment: Experiment) -> None:
    """Open a run in the playground, where it is trained again and everything of it is recorded."""
    open_experiment(experiment, train=True)
    navigation.go_to(HOME)
