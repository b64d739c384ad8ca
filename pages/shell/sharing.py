"""Taking an experiment away and bringing it back: the link, the file, and the browser's address bar."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.components.copy_link.copy_link import copy_link
from pages.components.document.document import Document, document
from pages.shell import navigation, panel, provenance
from pages.shell.classroom import class_link, current_room, worksheet
from pages.shell.file_upload import file_upload, megabytes_of
from pages.shell.form import assistance, form_state, race_setup
from pages.shell.form.presets import open_experiment
from pages.shell.guide import current_lesson, guide, openings
from pages.shell.markdown import verbatim
from pages.shell.page_names import HOME
from pages.shell.run import take_away
from pages.shell.state import session
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment, preset_experiment
from rnnlab.experiment.links import (
    ADDRESS_CHARACTERS,
    LINK_CHARACTERS,
    MESSENGER_CHARACTERS,
    TEXTS,
    Link,
    fits_in_address,
    from_file,
    to_draft,
    to_file,
    to_front_page,
    to_link,
    to_preset,
    to_step,
)
from rnnlab.experiment.race_plan import RacePlan
from rnnlab.i18n import LANGUAGE_TAGS, LabError, Problem, Translate, describe
from rnnlab.presets.presets import PRESETS

FILE_MEGABYTES = 12  # of weights; an experiment is far smaller


def render(t: Translate, page: str) -> None:
    panel.popover(t("share.title"), "share", lambda: render_all(t, page))


def render_all(t: Translate, page: str) -> None:
    experiment = session["experiment"]
    if isinstance(experiment, Experiment):
        st.toggle(
            t("share.run"),
            session["run_on_opening"],
            key="run_on_opening",
            persist_state="session",
            help=t("share.run.help"),
        )
        plan = race_setup.of_page(page, experiment)
        query = query_of(page, experiment, session["run_on_opening"], plan)
        labels = {name: t(f"share.{name}") for name in ("link", "copy", "copied", "failed")}
        if fits_in_address(query):
            copy_link(key="link", query=query, labels=labels)
            if len(query) > MESSENGER_CHARACTERS - ADDRESS_CHARACTERS:
                st.info(t("share.long", limit=f"{MESSENGER_CHARACTERS:,}"))
        render_for_class(page, experiment, plan, t)
        if lesson := current_lesson.lesson():
            step = to_step(lesson.id, current_lesson.progress_of(lesson).at, session["lang"])
            st.caption(t("share.step"))
            copy_link(key="link-step", query=step, labels=labels)
        if not fits_in_address(query):
            st.info(t("share.too_long", limit=f"{LINK_CHARACTERS:,}"))
        st.download_button(
            t("share.download"),
            to_file(experiment),
            "rnnlab-experiment.json",
            "application/json",
            key="download",
            on_click="ignore",
        )
        take_away.programs(experiment, t)
    take_away.render(t)
    most = megabytes_of(FILE_MEGABYTES)
    refused = t("share.upload.refused", limit=most)
    file_upload("file", t("share.upload"), refused, ["json", "safetensors"], "file", most, open_dropped)


def render_for_class(page: str, experiment: Experiment, plan: RacePlan | None, t: Translate) -> None:
    """A link for a class, and the page as such a link shows it."""

    def query_in(lang: str, led: bool) -> str:
        lesson = current_lesson.query()
        if not lesson:
            return query_of(page, experiment, session["run_on_opening"], plan, lang)
        # Most steps ask before anything is trained: what a step does not begin trained is left to its readers.
        return query_of(page, experiment, led or openings.begins_trained(), plan, lang) + f"&{lesson}"

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        class_link.render(query_in, t)
        st.toggle(t("share.present"), worksheet.worksheet().presents, key="presents", on_change=worksheet.present)
        if current_room.room() is None:
            st.button(t("room.open"), key="share_room", on_click=current_room.open_room, help=t("room.open.help"))
        if worksheet.worksheet().hidden:
            st.button(t("share.show_all"), key="show_all", on_click=worksheet.show_all)


def open_dropped() -> None:
    if session["file"] is not None:
        open_file(session["file"])


def is_weights(name: str) -> bool:
    """Whether a file's name says that it holds weights."""
    return name.lower().endswith(take_away.WEIGHTS)


def open_file(file: UploadedFile) -> None:
    """Show the experiment of a file, or the run of its weights, or say what is wrong with it and change nothing."""
    if is_weights(file.name):
        session["notes"] = take_away.open_weights(file.getvalue())
        return
    try:
        open_experiment(from_file(file.getvalue()))
        session["notes"] = ()
    except LabError as error:
        session["notes"] = error.problems


def tell_document(page: str, t: Translate, leaving: bool, on_shown: Callable[[], None]) -> None:
    """Its address says what the form says. A text too long for one waits in the browser's storage; until the browser
    has answered with it, the address stays as it is. `leaving`: the browser is to answer once it has drawn this.
    `on_shown` is called once a page that begins to train by itself is there."""
    experiment, waiting = session["experiment"], session["restore"]
    says = {"words": provenance.words(t), "assistance": assistance.words(t, page or HOME)}
    facts = Document(
        page,
        LANGUAGE_TAGS[session["lang"]],
        session["opening"],
        session["arrivals"],
        session["visit"],
        current_lesson.kept(),
        **says,
    )
    if isinstance(experiment, Experiment):
        begins = page in ("", HOME) and session.get("begins_by_itself") == session["run"].id and not leaving
        facts = replace(facts, pupil=current_room.kept(), elsewhere=current_room.elsewhere())
        facts = replace(facts, presents=worksheet.worksheet().presents, looked=worksheet.looked())
        facts = replace(facts, begins=begins, restore=waiting, leaving=time.monotonic() if leaving else None)
        facts = replace(facts, provenance=provenance.of(experiment, session["lang"]))
        if not (waiting or leaving):  # the address of the page that is left stays behind as it was
            query, draft = address_of(page, experiment)
            facts = replace(facts, query=query, text_draft=draft)
            session["last_address"] = query
    # Not to be seen: what a hidden widget says comes back with every request, one to another session too.
    st.text_input(t("share.link"), session.get("last_address", ""), key="last_address")
    document("document", facts, on_restored=restore, on_still=navigation.still, on_shown=on_shown, on_recalled=recall)


def address_of(page: str, experiment: Experiment) -> tuple[str, str | None]:
    """The query that names what the page shows, and the texts that are too long for it, or None."""
    run, plan, lang = session["run"], race_setup.of_page(page, experiment), session["lang"]
    brought = run.state is not None and not run.state.blob  # its weights, by a file: no link brings them back
    reached = 0 if brought else run.until or run.epoch
    lost, lost_until = session.get("lost_run", ("", 0))
    if lost == run.id and not reached:  # a reload trains it again
        reached = lost_until or experiment.epochs
    again = reached > 0 if plan is None else session.get("live_race") is not None or lost == run.id
    same = plan is not None or run.experiment == experiment
    room = f"&{code}" if (code := current_room.query()) else ""
    front = session.get("front_run") == run.id and experiment == preset_experiment(experiment.preset, lang)
    if (
        page in ("", HOME) and front and same and not current_lesson.lesson()
    ):  # begins by itself after a reload as well, to be watched
        return to_front_page(lang) + room, None
    followed = (f"&{lesson}" if (lesson := current_lesson.query()) else "") + room
    followed += f"&{shown}" if (shown := urlencode(worksheet.parameters(), safe=",")) else ""
    until = reached if plan is None and reached < experiment.epochs else 0
    query = query_of(page, experiment, again and same, plan, lang, until) + followed
    if fits_in_address(query):
        return query, None
    texts = {name: getattr(experiment, name) for name in TEXTS}
    return to_draft(experiment, lang, plan) + followed, json.dumps(texts)


def query_of(
    page: str, experiment: Experiment, run: bool, plan: RacePlan | None, lang: str = "", until: int = 0
) -> str:
    """The query that names an experiment on a page. A preset as its reader finds it is its name alone; anything else is
    said whole. Without `lang` whoever opens a preset finds it in his own language."""
    opens = PRESETS[experiment.preset].page if page in ("", HOME) else page  # the lab's own address leads there
    same = experiment == preset_experiment(experiment.preset, session["lang"])
    if same and plan is None and opens in (page, HOME):
        return to_preset(experiment.preset, lang, run, until)
    return to_link(experiment, session["lang"], run, plan, until)


def address_changes(page: str) -> bool:
    """Whether the address bar is behind what the page shows."""
    experiment = session["experiment"]
    return isinstance(experiment, Experiment) and address_of(page, experiment)[0] != session.get("last_address")


def opened(link: Link) -> None:
    """A link was opened: what of it was not understood, and whether its text waits in the browser's storage."""
    session["notes"], session["restore"] = (*link.notes, *guide.unknown(link)), link.draft


def came_back(run: Run, link: Link) -> None:
    """A page has lost its session: this run begins in the place of the one that its address speaks of."""
    session["notes"], session["restore"] = (Problem("session_lost"),), False
    session["lost_run"] = (run.id if link.run else "", link.until)


def restore() -> None:
    """The browser answers with the draft it keeps, or with none."""
    session["restore"] = False
    answer = session["document"].restored
    try:
        kept = json.loads(answer["text"])
        experiment = form_state.read()
        assert isinstance(experiment, Experiment)
        open_experiment(Experiment(**{**experiment.model_dump(), **{name: kept[name] for name in TEXTS}}))
    except (TypeError, KeyError, ValueError):  # none there, or not ours
        session["notes"] = (*session["notes"], Problem("draft_lost", "text"))


def recall() -> None:
    """The browser has kept how far the reader was in the lessons of the course."""
    kept = session["document"].recalled
    if kept["text"]:
        current_lesson.recall(kept["text"])
    if kept["pupil"]:
        current_room.recall(kept["pupil"])


def notes(t: Translate) -> None:
    """What was not understood in a link or a file, until the reader has seen it."""
    if not session["notes"]:
        return
    with st.container(key="notes"):
        sentences = [describe(problem, session["lang"], verbatim) for problem in session["notes"]]
        st.warning("\n".join(f"- {sentence}" for sentence in sentences) if len(sentences) > 1 else sentences[0])
        st.button(t("notes.seen"), key="notes_seen", on_click=forget_notes)


def forget_notes() -> None:
    session["notes"] = ()
