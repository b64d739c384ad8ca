"""The first draw of a session: what the address says becomes the form, and the lab comes alive. Or what a page says
that has lost its session: its reader goes on from there."""

from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shell import lost_session, navigation, sharing
from pages.shell.classroom import current_room, worksheet
from pages.shell.form import form_state, race_setup
from pages.shell.form.presets import begin_opening, open_experiment
from pages.shell.guide import guide, openings
from pages.shell.lost_session import Remains
from pages.shell.run import current_run, cursor, run_controls
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import runs
from rnnlab.experiment.links import BACK, Link, from_link
from rnnlab.i18n import first_language
from rnnlab.presets.presets import PRESETS

FIRST_PATIENCE = 0.6  # seconds: alone a reader sees a small preset trained at once, a class watches how it is


def begin() -> None:
    """Before anything else is drawn: what came along from the page before; at a visit's start, what its link says. The
    query is read whole: `st.query_params` hides `embed`, which it keeps for itself."""
    navigation.unpack()
    context = get_script_run_ctx()
    query = context.query_string if context else ""
    if "run" in session:
        go_back(query)
        return
    session["visit"] = uuid4().hex
    begin_opening()
    page = lost_session.remains(query)
    if page is None:
        arrive(from_link(query))
    else:
        come_back(page)


def arrive(link: Link) -> None:
    """By a link, or by none."""
    session["lang"] = link.lang or first_language(st.context.locale)
    session["run_on_opening"] = session["loss_log"] = True
    sharing.opened(link)
    step = guide.arrive(link)
    opens = openings.on_arrival() if step and not link.has_fields else None
    experiment = opens or link.experiment_for(session["lang"])
    form_state.fill(experiment)
    train = link.run or bool(opens and openings.begins_trained())
    run = runs.begin(workers(), experiment, train, until=link.until)
    worksheet.arrive(link, run)
    current_run.show(run, FIRST_PATIENCE, whole=True)
    session["begins_by_itself"] = session["front_run"] = run.id if is_front(link) else ""
    current_room.arrive(link)
    if link.race is not None:
        race_setup.adopt_plan(link.race, start=link.run)
    if not urlsplit(st.context.url or "").path.strip("/"):
        page = step.page if step else PRESETS[link.preset].page if link.preset else ""
        navigation.go_to("compare" if link.race is not None else page)


def go_back(query: str) -> None:
    """The browser's Back, or Forward, may have led to the address of another preset: it is opened again as it was, with
    its run where that was the last one. Streamlit says an address again and again: each mark counts once."""
    mark = dict(parse_qsl(query)).get(BACK, "")
    if mark in ("", session.get("went")):
        return
    session["went"] = mark
    begin_opening(again=mark.partition("~")[0])
    link = from_link(query)
    experiment, last = link.experiment_for(session["lang"]), session.get("last_run")
    if last and last.experiment == experiment:
        form_state.fill(experiment)
        cursor.forget()
        current_run.bring_back()
    else:
        open_experiment(experiment, link.run, link.until)
    sharing.opened(link)
    if is_front(link):
        session["front_run"] = session["run"].id
    if link.race is not None:
        race_setup.adopt_plan(link.race, start=False)


def is_front(link: Link) -> bool:
    """Whether it leads to the front page as it is."""
    return not (link.has_fields or link.run or link.race or link.lesson)


def train_slowly() -> None:
    """The browser has drawn the front page, and its reader has not asked for less motion: the untrained network begins
    to learn. Not where he has done something else first."""
    run, id = session["run"], session.pop("begins_by_itself", "")
    if run.id == id and run.until == run.epoch == 0 and run.experiment == form_state.read():
        run_controls.train_at("slow")


def come_back(page: Remains) -> None:
    """The experiment is there again, its run is not: it takes a click, as so much may have been trained by so many."""
    for name, value in page.fields.items():
        form_state.put(name, value)
    session["lang"] = page.lang
    session["run_on_opening"] = page.switches.get("run_on_opening", True)
    session["loss_log"] = page.switches.get("loss_log", True)
    run = runs.begin(workers(), page.experiment, page.train)
    sharing.came_back(run, page.link)
    worksheet.arrive(page.link, run)
    current_room.arrive(page.link)
    session["front_run"] = run.id if is_front(page.link) else ""
    current_run.show(run, FIRST_PATIENCE, whole=True)
    guide.arrive(page.link)
    if page.link.race is not None:
        race_setup.adopt_plan(page.link.race, start=False)
