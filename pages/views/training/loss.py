"""Shapes and types of what goes into the loss, other ones tried, and argmax over each axis of the logits."""

import math

import streamlit as st

from pages.components.table.table import Cell, TableView, tables, text
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel, program_place
from pages.shell.run.run_view import RunView
from pages.views.training.shown import size, written
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.explain.programs.training_loop import loss_trials
from rnnlab.i18n import Translate
from rnnlab.records.training.loss import LossShapes, LossTrial
from rnnlab.records.training.step import TensorFacts

CLOSE = 1e-5  # relative: two orders of adding up


def render(view: RunView, waits: bool) -> None:
    e, t = view.experiment, view.t
    about = "training-loss.numbers" if view.reads == "numbers" else "training-loss"
    with panel("training-loss", t, code=programs.code("loss", e), goes_on=program_place(t), about=about):
        if waits:
            st.caption(t("training.waits"))
            return
        found = ask_worker(jobs.loss_shapes, e, view.checkpoint.weights)
        if found is None:
            return
        render_facts(view, found)
        if e.head == "none" and not e.relu:
            render_floor(view)
        render_trials(view, found)
        if found.maxima:
            render_maxima(view, found)


def render_facts(view: RunView, found: LossShapes) -> None:
    t, whole = view.t, view.experiment.task == "classify"
    named: list[tuple[str, TensorFacts, str]] = [
        ("predicted", found.logits, t("facts.targets")),
        ("targets", found.targets, t("facts.targets")),
    ]
    if view.reads != "numbers":
        named = named_classes(found, whole, t)
    head = [text(t("move.tensor")), text(t("move.shape")), text("dtype"), text(t("facts.axes"))]
    rows = [[text(name), text(size(one.shape)), text(one.dtype), text(axes)] for name, one, axes in named]
    tables("training-facts", [TableView(t("facts.label"), rows, head, named_rows=True)], "framed")
    if found.padding:
        st.caption(t("facts.padding", count=found.padding))


def render_floor(view: RunView) -> None:
    """The lowest loss of scores that tanh bounds."""
    e, t, others = view.experiment, view.t, len(view.opening.classes) - 1
    floor = math.log1p(others * math.exp(-2))  # -log softmax of 1 beside so many -1
    targets = view.history.snapshots[0].targets if e.loss == "sum" and view.history.snapshots else 1
    st.caption(t("loss.floor", others=others, floor=written(floor), low=written(floor * targets)))


def named_classes(found: LossShapes, whole: bool, t: Translate) -> list[tuple[str, TensorFacts, str]]:
    """Logits and targets, and as the loss wants them. `whole`: one label is for a whole sentence."""
    named: list[tuple[str, TensorFacts, str]] = [
        ("logits", found.logits, t("facts.logits.whole") if whole else t("facts.logits")),
        ("labels" if whole else "targets", found.targets, t("facts.targets.whole") if whole else t("facts.targets")),
    ]
    if not whole:
        named += [
            ("logits.flatten(0, 1)", found.flat_logits, t("facts.flat_logits")),
            ("targets.flatten()", found.flat_targets, t("facts.flat_targets")),
        ]
    return named


def render_trials(view: RunView, found: LossShapes) -> None:
    t, codes = view.t, loss_trials(view.experiment)

    def note(name: str) -> str:
        return t(f"trial.number.{name}") if view.reads == "numbers" else t(f"trial.{name}")

    right = found.trials[0].value
    rows: list[list[Cell]] = [
        [text(codes[trial.name], note=note(trial.name), limit=None), text(outcome(trial, right), limit=None)]
        for trial in found.trials
    ]
    head = [text(t("trial.code")), text(t("trial.result"))]
    tables("training-trials", [TableView(t("trial.label"), rows, head)], "framed")
    if view.reads == "numbers":
        st.warning(t("trial.broadcast", count=found.flat_targets.shape[0]))
        return
    silent = [one for one in found.trials if one.name == "unflattened" and not one.error]
    if silent:
        st.warning(t("trial.silent", value=written(silent[0].value), right=written(right)))


def outcome(trial: LossTrial, right: float) -> str:
    """Torch's own words, or what came out."""
    if trial.error:
        return trial.error
    same = abs(trial.value - right) <= CLOSE * max(abs(right), 1e-9)
    return f"{written(trial.value)} {'✓' if same else '✗'}"


def render_maxima(view: RunView, found: LossShapes) -> None:
    t, whole = view.t, view.experiment.task == "classify"
    rows = []
    for one in found.maxima:
        meaning = t(f"argmax.whole.{one.dim}") if whole else t(f"argmax.step.{one.dim}")
        more = " …" if len(one.first) == 12 else ""
        numbers = f"{', '.join(map(str, one.first))}{more}"
        wanted = one.dim == len(found.maxima) - 1
        tone = "strong" if wanted else ""
        rows.append([text(f"argmax(dim={one.dim})", tone), text(size(one.shape)), text(meaning, note=numbers)])
    head = [text("argmax"), text(t("move.shape")), text(t("argmax.meaning"))]
    tables("training-argmax", [TableView(t("argmax.label"), rows, head, titled=True)], "framed")
