"""The table of where all variants of a race stand, the runs to be taken away, or to be opened."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.components.table.table import Cell, TableView, number, tables, token, variant
from pages.shell import navigation
from pages.shell.form.presets import open_experiment
from pages.shell.page_names import HOME
from pages.shell.state import session
from pages.views.compare import current_race
from pages.views.compare.current_race import playback_of
from pages.views.compare.names import mark, names_in
from pages.views.compare.numbers import beside_level, percent, points
from rnnlab.i18n import Translate, significant
from rnnlab.races import standings
from rnnlab.races.race import Race
from rnnlab.races.standings import Quartiles, Standing

COLUMNS = ("size", "epochs", "loss", "accuracy", "score", "margin", "best", "each", "all")
TESTED = ("score", "margin")  # where lines are held out


def draw(race: Race, t: Translate) -> None:
    """All variants, the best first, with what a teacher would ask for."""
    called, ranked, tested = names_in(race.plan, t), standings.ranked(race), standings.held_out(race)
    columns = [name for name in COLUMNS if tested or name not in TESTED]
    if race.plan.base.reads_numbers:
        columns.remove("accuracy")
    head = [token(t("race.column.variant")), *(number(t(f"race.column.{name}")) for name in columns)]
    rows = [
        [variant(place, called[one.variant], mark(one.variant)), *cells(one, columns, t)]
        for place, one in enumerate(ranked, start=1)
    ]
    if not race.plan.base.reads_numbers:
        rows.append(majority_row(race, columns, t))
    shown = TableView(t("panel.race_table"), rows, head, named_rows=True)
    tables("race-standings", [shown], "lines", playback=playback_of(race))


def render_exits(race: Race, t: Translate) -> None:
    """The runs to be taken away, or to be opened."""
    called, live = names_in(race.plan, t), session["live_race"]
    assert live is not None
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="race_take"):
        st.download_button(
            t("race.csv"),
            lambda: standings.to_csv(live.value),  # on the click: a file for each draw would be gone by then
            "rnnlab-race.csv",
            "text/csv",
            key="race_csv",
            on_click="ignore",
        )
        for one in standings.ranked(race):
            if one.best is not None:
                label = t("race.open", name=called[one.variant])
                st.button(label, key=f"race_open_{one.variant}", on_click=play, args=(one.variant,))


def cells(one: Standing, columns: Sequence[str], t: Translate) -> list[Cell]:
    """The columns behind the name, each a number with what is small below it."""
    if one.parameters is None:
        return [number("") for _ in columns]
    fewest, most = one.epochs
    found = {
        "size": number(one.parameters, t("race.cell.hidden", hidden=one.hidden)),
        "epochs": number(f"{fewest:,}" if fewest == most else f"{fewest:,} – {most:,}"),
        "loss": middle(one.loss, significant),
        "accuracy": middle(one.accuracy, percent),
        "score": middle(one.score, percent),
        "margin": middle(one.margin, points),
        "best": best(one, t),
        "each": number(f"{1000 * one.per_epoch:.3g} ms" if one.per_epoch is not None else "–"),
        "all": number(f"{one.seconds:.3g} s"),
    }
    return [found[name] for name in columns]


def best(one: Standing, t: Translate) -> Cell:
    """The best of its runs: its seed, and where lines are held out what it is the best by."""
    if one.best is None:
        return number("–")
    score = standings.score_at(one.best, one.epochs[0])
    return number(
        t("race.lane.seed", seed=one.best.experiment.seed), "" if score is None else beside_level(one.best, score, t)
    )


def majority_row(race: Race, columns: Sequence[str], t: Translate) -> list[Cell]:
    """What the most frequent answer alone would score, below all variants: the median, for seeds hold out different
    lines."""
    shares: dict[str, standings.Measure] = {"accuracy": "accuracy", "score": "score"}
    opened = [entry.record for entry in race.entries if entry.record is not None]
    found = [standings.majority(opened, shares[name]) if name in shares else None for name in columns]
    scored = [middle(one, percent) if one else number("") for one in found]
    return [token(t("race.majority"), tone="aside"), *scored]


def middle(values: Quartiles | None, written: Callable[[float], str]) -> Cell:
    if values is None:
        return number("–")
    spread = f"{written(values.low)} – {written(values.high)}" if values.low < values.high else ""
    return number(written(values.median), spread)


def play(variant: int) -> None:
    """Open a variant's best run in the playground, where it is trained again and everything of it is recorded."""
    race = current_race.look()
    if race is not None and (best := standings.standing(race, variant).best) is not None:
        open_experiment(best.experiment, train=True)
        navigation.go_to(HOME)
