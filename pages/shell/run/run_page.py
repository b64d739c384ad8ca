"""What every page about a run begins with, and the part of it that is drawn again by itself while the run goes on.

Which epoch and which step the reader looks at is known to the browser first (components/shared/cursor_bus.js): there
all parts move together at once, and while the run goes on with what the stream brings. Pages that need a worker for it
are told by the scrubber, and find it here.
"""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from pages.components.run_status.run_status import RunStatus, run_status
from pages.shell import provenance, reruns, sharing
from pages.shell.guide import evaluation
from pages.shell.messages import complain
from pages.shell.run import current_run, run_controls, scrubber
from pages.shell.run.run_controls import Offer
from pages.shell.run.run_view import RunView, newest_view, playback_of, view_of
from pages.shell.run.status import held_up, share_done, status_text
from pages.shell.state import session
from pages.shell.stream import parts
from pages.shell.workers import workers
from rnnlab.engine.runs import Run
from rnnlab.experiment import Experiment
from rnnlab.i18n import Translate, translator

LOOKS = 1.0  # seconds between two draws of a page that computes what it shows


def render(
    page: str,
    t: Translate,
    body: Callable[[RunView], None] | None = None,
    computes: Callable[[RunView], bool] = lambda _: True,
    alone: bool = True,
    scrubs: Literal["", "frames", "weights"] = "",
    offer: Offer | None = None,
) -> None:
    """A page about the run at hand: notes, complaints, buttons, progress, then its body, where the run has something to
    show; with None that stands elsewhere on the page. All but the notes is a part of the page that is drawn by itself
    for a click on a button, and while the run goes on again and again where it `computes` what it shows; else the
    stream has all that changes. `alone`: nothing else on the page depends on the run. `scrubs`: through which of the
    recorded epochs the reader moves. `offer`: what the page has to train in the place of what the form says."""
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    going = None if alone else current_run.settle().going

    def part() -> None:
        reruns.meet_redraw()
        run, lang = current_run.settle(), session["lang"]
        if run.problems and not run.going and run.shown.history is None and run.previous is None:
            run = current_run.stand_in(lang)
        if going is not None and run.going != going:
            st.rerun()  # what else there is changes too
        t, shown = translator(lang), parts.begin(page, lambda run: newest_view(run, page, lang))
        view = view_of(run.shown, page, lang)
        looks = LOOKS if view and computes(view) else None
        render_complaints(run, t)
        with st.container(key="runhead", gap=None):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                run_controls.render(page, t, run, session["experiment"], alone, offer)
            with st.container(key="runline", horizontal=True, vertical_alignment="center", gap="small"):
                if view and scrubs:
                    scrubber.render(view, scrubs == "weights", elsewhere=body is None)
                render_status(page, run, t, looks, shown.id)
        if view and body:
            body(view)
        evaluation.check()

    part.__qualname__ = f"{page}.part"  # Streamlit knows a fragment by its name, and where it stands
    st.fragment(part)()


def render_complaints(run: Run, t: Translate) -> None:
    """Why nothing can be trained. What was wrong with a run's settings is said until the form says others."""
    experiment = session["experiment"]
    with st.container():
        if not isinstance(experiment, Experiment):
            complain(experiment)
        elif run.experiment == experiment:
            complain(run.problems)
            if run.problems and run.shown is not run:
                st.caption(t("run.stands_in"))


def render_status(page: str, run: Run, t: Translate, looks: float | None, parts: str) -> None:
    """Of the run that is shown, while the one that takes over has nothing to show yet."""
    shown = run.shown
    with st.container(key="status"):
        text, why = status_text(shown, t, workers()), held_up(run, workers(), t)
        source = provenance.of(shown.experiment, session["lang"], shown.id)
        status = RunStatus(text, share_done(shown), why, looks, parts, shown.history is None, provenance=source)
        run_status(f"{page}-status", status, playback_of(run))
        if shown.history and shown.history.ended in ("time", "diverged"):
            st.warning(t(f"ended.{shown.history.ended}", **shown.history.ending))
