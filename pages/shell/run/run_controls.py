"""The buttons of a run. Each is one function from run to run."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from pages.shell import sharing
from pages.shell.form import form_state
from pages.shell.panel import question_mark
from pages.shell.reruns import redraw_page
from pages.shell.run import current_run
from pages.shell.state import session
from pages.shell.workers import workers
from rnnlab.engine import runs
from rnnlab.engine.runs import Run
from rnnlab.engine.speed import SPEEDS, Speed
from rnnlab.experiment import Experiment
from rnnlab.experiment.limits import BOUNDS
from rnnlab.i18n import Problem, Translate

PATIENCE = 0.35  # seconds that a click waits for its first result, so that it is drawn at once


@dataclass(frozen=True)
class Offer:
    """What a page shows as chosen in the place of what the form says: then Train takes that, and nothing trains the
    other."""

    label: str  # of Train
    train: Callable[[], None]


def render(
    page: str,
    t: Translate,
    run: Run,
    experiment: Experiment | tuple[Problem, ...],
    alone: bool,
    offer: Offer | None = None,
) -> None:
    """`alone`: nothing else on the page depends on the run."""
    valid = isinstance(experiment, Experiment) and offer is None
    training = run.going and run.until > 0  # one that is only being opened leaves the reader all his choices
    goes_on = valid and not training and run.epoch > 0 and continues(run, experiment)
    with st.container(horizontal=True, key="runbar", gap="small", vertical_alignment="center"):
        st.title(t(f"title.{page}"), width="content", anchor=False)
        if offer:
            st.button(offer.label, key="train", on_click=take, args=(offer,), type="primary")
        else:
            button(
                "train", t("button.continue" if goes_on else "button.train"), train, training or not valid, page, alone
            )
        button("pause", t("button.pause"), runs.pause, not training, page, alone, needs_experiment=False)
        spent = valid and run.experiment == experiment and run.history is not None and not run.extensible
        button("step", t("button.step"), step, training or not valid or spent, page, alone)
        stoppable = training or (run.resumable and run.epoch > 0)
        button("stop", t("button.stop"), runs.stop, not stoppable, page, alone, needs_experiment=False)
        button("reset", t("button.reset"), reset, not valid, page, alone)
        button("reseed", t("button.reseed"), reseed, not valid, page, alone)
    with st.container(horizontal=True, key="runside", gap="small", vertical_alignment="center"):
        choose_speed(t, run)
        st.button(t("button.undo"), key="undo", on_click=undo, help=t("undo.help"), disabled="last_run" not in session)
        with question_mark("runbar", t("access.runbar"), t):
            st.markdown(t("about.runbar"))
        if valid and run.experiment != experiment:  # short enough for a place that is there: nothing below moves
            if runs.at_rate(run, experiment):
                label = t("button.on_at_rate", rate=f"{experiment.lr:g}")
                about = t("run.on_at_rate", epoch=runs.epochs_begun(run))
                button("on_at_rate", label, go_on_at_rate, False, page, alone, help=about)
            if training:
                button("retrain", t("button.retrain"), train, False, page, alone, help=t("run.stale.going"))
            elif goes_on:
                st.caption(t("run.alike", epoch=run.epoch), width="content")
            else:
                st.caption(t("run.stale"), width="content")


def choose_speed(t: Translate, run: Run) -> None:
    """How fast the reader wants to see runs, this one and those to come."""
    st.segmented_control(
        t("speed"),
        SPEEDS,
        default=run.speed,
        format_func=lambda speed: t(f"speed.{speed}"),
        key="speed",
        required=True,
        on_change=change_speed,
        label_visibility="collapsed",
    )


def change_speed() -> None:
    said = session["speed"]
    if said in SPEEDS:  # else it is a label, of the language before
        current_run.change(lambda run: runs.at_speed(workers(), run, said), 0.0)


def train_at(speed: Speed) -> None:
    """Train the run at hand to its end, at this speed from now on."""
    session["speed"] = speed
    current_run.change(lambda run: runs.train_until(workers(), replace(run, speed=speed), run.experiment.epochs), 0.0)


def button(
    key: str,
    label: str,
    action: Callable[..., Run],
    disabled: bool,
    page: str,
    alone: bool,
    needs_experiment: bool = True,
    help: str | None = None,
) -> None:
    kind = "primary" if key == "train" else "secondary"
    st.button(
        label,
        key=key,
        on_click=act,
        args=(action, needs_experiment, page, alone),
        disabled=disabled,
        type=kind,
        help=help,
    )


def act(action: Callable[..., Run], needs_experiment: bool, page: str, alone: bool) -> None:
    """Run a button's function; one that trains, on what the form says at this very moment. `alone`: no more of the page
    than the part about the run is to be drawn, unless its address or its form says something else now."""
    experiment = form_state.read()
    if needs_experiment and page == "data" and overtaken():
        redraw_page()
        return
    if not needs_experiment:
        current_run.change(action, PATIENCE)
    elif isinstance(experiment, Experiment):
        current_run.change(lambda run: action(run, experiment), PATIENCE)
    if not alone or experiment != session["experiment"] or sharing.address_changes(page):
        redraw_page()


def take(offer: Offer) -> None:
    if overtaken():
        redraw_page()
    else:
        offer.train()


def overtaken() -> bool:
    """Whether something is pasted in the very moment of a click, of which the button knew nothing."""
    return session.get("data_paste", "") != session.get("data_pasted", "")


def undo() -> None:
    """Bring the last run back, and its settings into the form."""
    form_state.fill(session["last_run"].experiment)
    current_run.bring_back()


def continues(run: Run, experiment: Experiment) -> bool:
    return (run.resumable and run.experiment == experiment) or runs.begins_alike(run, experiment)


def train(run: Run, experiment: Experiment) -> Run:
    if runs.begins_alike(run, experiment):
        return runs.go_on(workers(), run, experiment)
    if continues(run, experiment):
        return runs.train_until(workers(), run, experiment.epochs)
    return runs.begin(workers(), experiment, train=True, before=run)


def go_on_at_rate(run: Run, experiment: Experiment) -> Run:
    """From the weights as they are, at the learning rate that the form says; after which it says the first one, and
    when it changes."""
    other = runs.at_rate(run, experiment)
    if other is None:  # as something else has been typed in the very moment of the click
        return run
    for name in ("lr", "lr_changes", "epochs"):
        form_state.put(name, getattr(other, name))
    return runs.go_on(workers(), run, other)


def step(run: Run, experiment: Experiment) -> Run:
    """An epoch more. The form says how many there are now, as it says all that the run is."""
    if run.experiment != experiment:
        run = runs.begin(workers(), experiment, train=False, before=run)
        return runs.train_until(workers(), run, 1)
    after = runs.one_epoch_more(workers(), run)
    if after.experiment != experiment:
        form_state.put("epochs", after.experiment.epochs)
    return after


def reset(run: Run, experiment: Experiment) -> Run:
    return runs.begin(workers(), experiment, train=False, before=run)


def reseed(run: Run, experiment: Experiment) -> Run:
    low, high = BOUNDS["seed"]
    seed = experiment.seed + 1 if experiment.seed < high else int(low)
    form_state.put("seed", seed)
    return reset(run, Experiment(**{**experiment.model_dump(), "seed": seed}))
