"""The training loop as a program, each of its parts beside where the lab shows what it does; and one step of it taken
apart, move by move."""

from collections.abc import Callable

import streamlit as st

from pages.components.table.table import TableView, number, tables, text, token
from pages.shell import navigation
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import listing, panel
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from pages.views.training.shown import size, written
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.explain import programs
from rnnlab.explain.comments import in_language
from rnnlab.explain.programs.training_loop import ProgramPart
from rnnlab.i18n import Translate
from rnnlab.records.training.step import ParameterStep, TrainingStep

LONG, TALL = 18, 420  # lines of the set-up that scroll, and how tall they then are, in pixels
MOVES = ("zero_grad", "forward", "loss", "backward", "clip", "step")


def render(view: RunView, waits: bool) -> None:
    e, o, t = view.experiment, view.opening, view.t
    parts = programs.loop_parts(e, o.first_batch, o.classes, o.joiner)
    with panel("training-loop", t, code="\n".join(part.code for part in parts)):
        moves = [name for name in MOVES if name in {part.name for part in parts}]
        left, right = st.columns([7, 5], gap="medium")
        with right, st.container(key="training_moves"):
            move = choose(moves, t)
            if waits:
                st.caption(t("training.waits"))
            elif (step := ask_worker(jobs.training_step, *question(view))) is not None:
                render_move(view, step, move)
        with left:
            for part in parts:
                render_part(e, part, part.name == move, t)
            if o.batches > 1 or not o.first_batch.whole:
                st.caption(t("loop.first_batch", batches=o.batches))
        if written := programs.model_class(e, o.first_batch):
            with st.expander(t("loop.class")):
                st.caption(t("loop.class.note"))
                listing(written)


def choose(moves: list[str], t: Translate) -> str:
    """One of the moves that this experiment has."""
    if session.get("training_move") not in moves:
        session["training_move"] = moves[0]
    st.segmented_control(
        t("move.choose"),
        moves,
        default=session["training_move"],
        format_func=lambda name: t(f"move.{name}"),
        key="training_move",
        required=True,
        label_visibility="collapsed",
    )
    return session["training_move"]


# The program


def render_part(e: Experiment, part: ProgramPart, chosen: bool, t: Translate) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"training_part_{part.name}", border=chosen
    ):
        with st.container(width="stretch", gap=None):
            setup = part.name == "setup"  # its numbers are no lines to be read
            height = TALL if setup and part.code.count("\n") > LONG else "content"
            st.code(in_language(part.code, session["lang"]), language="python", wrap_lines=not setup, height=height)
        with st.container(width=150, gap=None):
            render_place(e, part.name, t)


def places(e: Experiment) -> dict[str, tuple[str, str]]:
    """Page and panel on which the lab shows what a part of the program does."""
    weights = ("text", "embedding") if e.embeds else ("cell", "unrolled")
    return {
        "setup": ("playground", "shapes"),
        "optimizer": weights,
        "epochs": ("playground", "loss"),
        "rate": ("playground", "loss"),
        "zero_grad": ("gradients", "check"),
        "forward": ("cell", "unrolled"),
        "loss": ("training", "training-loss"),
        "backward": ("gradients", "flow"),
        "clip": ("gradients", "norms"),
        "step": weights,
        "carry": ("training", "training-detach"),
        "log": ("training", "training-log"),
    }


def render_place(e: Experiment, name: str, t: Translate) -> None:
    page, shown = places(e)[name]
    title = t(f"panel.{shown}")
    if page == "training":
        st.caption(t("loop.below", panel=title))
        return
    label = t("loop.place", page=t(f"page.{page}"), panel=title)
    st.button(label, key=f"training_to_{name}", type="tertiary", on_click=navigation.go_to, args=(page,))


# One step of it


def question(view: RunView) -> tuple[Experiment, bytes, bytes]:
    """What a step from the weights shown is asked with: at the learning rate that was theirs."""
    return view.experiment.at_rate_of(view.checkpoint.epoch), view.checkpoint.weights, following(view)


def following(view: RunView) -> bytes:
    """The weights of the run an epoch later, where they are recorded."""
    return next((one.weights for one in view.history.checkpoints if one.epoch == view.checkpoint.epoch + 1), b"")


def render_move(view: RunView, step: TrainingStep, move: str) -> None:
    e, t, epoch = view.experiment, view.t, view.checkpoint.epoch
    with st.container(key="training_move_shown", gap="xsmall"):
        MOVE[move](view, step)
        notes = [t("move.weights", epoch=epoch)]
        if not step.whole:
            notes.append(t("move.beginning"))
        if move == "step":
            notes.append(optimizer_note(e, epoch, t))
            notes += [t("move.recorded.says")] if following(view) else []
        if e.carry:
            notes.append(t("move.from_zero"))
        st.caption(" ".join(notes))


def optimizer_note(e: Experiment, epoch: int, t: Translate) -> str:
    """What the run's own optimizer had of the steps before, and this one lacks."""
    if e.optimizer == "sgd":
        return t("move.no_memory")
    return t("move.first_update") if epoch == 0 else t("move.new_optimizer")


def parameter_table(
    step: TrainingStep, t: Translate, heads: list[str], cells: Callable[[ParameterStep], list[str]]
) -> None:
    head = [text(t("move.parameter")), *(number(one) for one in heads)]
    rows = [[text(one.name, note=size(one.shape)), *(number(value) for value in cells(one))] for one in step.parameters]
    tables("training-move", [TableView(t("move.parameters"), rows, head, named_rows=True)], "lines")


def zero_grad(view: RunView, step: TrainingStep) -> None:
    t = view.t
    heads = [t("move.grad_before"), t("move.grad_after")]
    parameter_table(step, t, heads, lambda one: [written(one.left), "None"])
    st.markdown(
        t("move.zero_grad.says", left=written(step.left), norm=written(step.norm), unzeroed=written(step.unzeroed))
    )


def forward(view: RunView, step: TrainingStep) -> None:
    t = view.t
    rows = [
        [
            text(t(f"tensor.{one.name}"), note=f"{size(one.facts.shape)} {one.facts.dtype}"),
            number(f"{written(one.low)} … {written(one.high)}"),
            number(str(one.requires_grad)),
        ]
        for one in step.stages
    ]
    head = [text(t("move.tensor")), number(t("move.range")), number("requires_grad")]
    tables("training-move", [TableView(t("move.forward"), rows, head, named_rows=True)], "lines")
    numbers = view.reads == "numbers"
    st.markdown(t("move.forward.numbers") if numbers else t("move.forward.says"))


def loss(view: RunView, step: TrainingStep) -> None:
    e, o, t = view.experiment, view.opening, view.t
    if view.reads == "numbers":
        number_losses(view, step)
        return
    weighed = e.class_weights != "none"
    head = [text(t("move.target")), text(t("move.best")), number(t("move.probability")), number("−log p")]
    head += [number(t("move.weight"))] if weighed else []
    rows = [
        [
            token(o.classes[int(one.target)]),
            token(o.classes[int(one.best)], tone="" if one.best == one.target else "aside"),
            number(written(one.probability)),
            number(written(one.loss)),
            *([number(written(one.weight))] if weighed else []),
        ]
        for one in step.positions
    ]
    tables("training-move", [TableView(t("move.loss"), rows, head)], "lines")
    value = written(step.loss)
    if weighed and e.loss == "mean":
        st.markdown(t("move.loss.weighed.mean", count=step.count, weight=written(step.weight), loss=value))
    elif weighed:
        st.markdown(t("move.loss.weighed.sum", count=step.count, loss=value))
    elif e.loss == "sum":
        st.markdown(t("move.loss.sum", count=step.count, loss=value))
    else:
        st.markdown(t("move.loss.mean", count=step.count, loss=value))


def number_losses(view: RunView, step: TrainingStep) -> None:
    """Of numbers, standardised: each with what the network says, and the square of what lies between."""
    e, t, value = view.experiment, view.t, written(step.loss)
    head = [number(t("move.target")), number(t("move.said")), number("(ŷ − y)²")]
    rows = [[number(written(x)) for x in (one.target, one.best, one.loss)] for one in step.positions]
    tables("training-move", [TableView(t("move.loss"), rows, head)], "lines")
    if e.loss == "sum":
        st.markdown(t("move.error.sum", count=step.count, loss=value))
    else:
        st.markdown(t("move.error.mean", count=step.count, loss=value))


def backward(view: RunView, step: TrainingStep) -> None:
    t = view.t
    parameter_table(step, t, [t("move.grad_before"), t("move.grad_after")], lambda one: ["None", written(one.gradient)])
    one = step.one
    st.markdown(t("move.backward.says", norm=written(step.norm), name=f"{one.name}{size(one.place)}"))


def clip(view: RunView, step: TrainingStep) -> None:
    t, limit = view.t, f"{view.experiment.clip:g}"
    heads = [t("norm.before"), t("norm.after")]
    parameter_table(step, t, heads, lambda one: [written(one.gradient), written(one.clipped)])
    if step.clipped < step.norm:
        factor = written(step.clipped / step.norm)
        st.markdown(t("move.clip.acts", norm=written(step.norm), limit=limit, factor=factor))
    else:
        st.markdown(t("move.clip.rests", norm=written(step.norm), limit=limit))


def update(view: RunView, step: TrainingStep) -> None:
    t, one = view.t, step.one
    heads = [t("move.weights_before"), t("move.weights_after"), t("move.change")]
    known = bool(following(view))
    if known:
        heads.append(t("move.recorded", epoch=view.checkpoint.epoch + 1))

    def cells(one: ParameterStep) -> list[str]:
        own = [written(one.recorded)] if known else []
        return [written(one.before), written(one.after), written(one.change), *own]

    parameter_table(step, t, heads, cells)
    name = f"{one.name}{size(one.place)}"
    values = {"before": written(one.before), "after": written(one.after), "gradient": written(one.gradient)}
    st.markdown(t("move.step.one", name=name, **values))
    st.markdown(t("move.step.says", loss=written(step.loss), loss_after=written(step.loss_after)))


MOVE: dict[str, Callable[[RunView, TrainingStep], None]] = {
    "zero_grad": zero_grad,
    "forward": forward,
    "loss": loss,
    "backward": backward,
    "clip": clip,
    "step": update,
}
