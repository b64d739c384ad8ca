"""What the playground shows of a run: progress, predictions, loss, hidden state, epochs, shapes."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st

from pages.parts import form, live
from pages.parts.plain import verbatim
from rnnlab import engine, explain, figures, session
from rnnlab.experiment import Experiment
from rnnlab.history import History
from rnnlab.i18n import Translate, translator
from rnnlab.session import Run

TICK = 0.25  # seconds between two looks at a run: a live draw takes the browser up to 0.1
GROUP = "playground"


def show() -> None:
    """The live part of the page. While a run goes on it is drawn again on every tick, and only it."""
    run = st.session_state.run
    t = translator(st.session_state.lang)
    was_going = run.going
    run = st.session_state.run = session.tick(engine.shared(), run, 0.05 if was_going else 0.0)
    draw(run, t)
    if was_going and not run.going:
        st.rerun()  # the whole page once more: the buttons change, and the timer ends


def draw(run: Run, t: Translate) -> None:
    with st.container():
        form.complain(run.problems)
    run = run.shown
    history = run.history
    status(run, t)
    if history is None:
        return
    frames = history.frames[-1:] if run.going else history.frames
    place = {"group": GROUP, "run": run.id, "live": run.going, "epochs": [frame.epoch for frame in frames]}
    names = ("name", "epoch", "start", "following", "play", "pause", "previous", "next", "speed")
    live.scrubber(
        key="playground-epoch",
        **place,
        total=history.experiment.epochs,
        labels={name: t(f"scrubber.{name}") for name in names},
    )
    o, e = history.opening, history.experiment
    with panel("predictions", t, e):
        top = np.stack([frame.top for frame in frames])
        # The browser gets the tokens it needs, not a whole vocabulary on every tick.
        used, places = np.unique(np.concatenate([top.ravel(), o.targets]), return_inverse=True)
        live.strip(
            key="playground-predictions",
            **place,
            tokens=list(o.probe),
            inputs=o.inputs,
            vocabulary=[o.vocabulary[id] for id in used],
            specials=int((used < o.specials).sum()),
            targets=places[top.size :].tolist(),
            top=live.pack(places[: top.size].reshape(top.shape).astype(np.int32)),
            probability=live.pack(np.stack([frame.probability for frame in frames])),
            joiner=" " if e.tokenizer == "words" else "",
            labels={name: t(f"strip.{name}") for name in ("steps", "predicted", "target", "target_only")},
        )
        form.say(o.notes)
    left, right = st.columns(2, gap="small")
    tools = {"download": t("chart.download"), "reset": t("chart.reset")}
    with left, panel("loss", t, e):
        lang, scale = st.session_state.lang, "log" if st.session_state.loss_log else "linear"
        figure = run.drawn(("loss", lang, scale), lambda: live.encode(figures.loss_figure(history, t, scale)))
        live.chart(
            figure, key="playground-loss", **place, cursor="line", height=260, label=t("panel.loss"), labels=tools
        )
    with right, panel("hidden", t, e):
        packed = None
        if not run.going:
            values = run.drawn("frames", lambda: live.pack(figures.hidden_frames(history)))
            packed = {"values": values, "scale": figures.largest(history)}
        figure = run.drawn(("hidden", lang), lambda: live.encode(figures.hidden_figure(history, frames[-1], t)))
        live.chart(
            figure,
            key="playground-hidden",
            **place,
            frames=packed,
            steps=True,
            height=260,
            label=t("panel.hidden"),
            labels=tools,
        )
    with panel("shapes", t, e):
        shapes(history, t)


@contextmanager
def panel(name: str, t: Translate, e: Experiment) -> Iterator[None]:
    """A framed part: its title, what it shows in one sentence, and the equation behind it on request."""
    with st.container(border=True, key=name, gap="xxsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"**{t(f'panel.{name}')}**", width="stretch")
            with st.container(horizontal=True, width="content", wrap=False, gap="small"):
                if name == "loss":
                    st.toggle(t("scale.log"), key="loss_log")
                with st.popover("?", key=f"about_{name}", type="tertiary"):
                    if formula := explain.equation(name, e):
                        st.latex(formula)
                    st.code(explain.code(name, e), language="python")
                    st.markdown(t(f"about.{name}"))
        st.caption(t(f"caption.{name}"))
        yield


def status(run: Run, t: Translate) -> None:
    """How far, how good, how fast."""
    with st.container(key="status"):
        if run.history is None:
            st.progress(0.0, t("status.opening") if run.going else t("status.none"))
            return
        history, epochs = run.history, run.experiment.epochs
        parts = [t("status.epoch", epoch=history.epoch, epochs=epochs)]
        if history.snapshots:
            last = history.snapshots[-1]
            parts += [
                t("status.loss", loss=f"{last.loss:.4g}"),
                t("status.accuracy", share=f"{last.accuracy:.0%}"),
                t("status.rate", rate=f"{history.epoch / max(run.elapsed, 1e-9):,.0f}"),
                t("status.seconds", seconds=f"{run.elapsed:.2f}"),
            ]
        parts.append(t(f"status.{mode(run, history)}"))
        st.progress(history.epoch / epochs, "  ·  ".join(parts))
        if history.ended in ("time", "diverged"):
            st.warning(t(f"ended.{history.ended}", epoch=history.epoch))


def mode(run: Run, history: History) -> str:
    """The word for where a run stands."""
    if run.going:
        return "training" if run.until else "opening"
    if history.ended:
        return {"epochs": "trained", "time": "stopped", "diverged": "diverged"}[history.ended]
    if not history.snapshots:
        return "ready"
    return "stopped" if run.state is None else "paused"


def shapes(history: History, t: Translate) -> None:
    """Every stage's tensor of the first training batch, its sizes and what they count."""
    o = history.opening
    with st.container(horizontal=True, gap="small"):
        for tensor in o.shapes:
            with st.container(border=True, width="content", gap=None):
                sizes = ", ".join(map(str, tensor.shape))
                st.markdown(f"**{t(f'tensor.{tensor.name}')}**  \n`[{sizes}]`")
                st.caption(" × ".join(t(f"axis.{axis}") for axis in tensor.axes) or t("axis.scalar"))
    types = str(len(o.vocabulary) - o.specials) + (" + " + verbatim(o.vocabulary[0]) if o.specials else "")
    st.caption(
        t(
            "shapes.summary",
            parameters=f"{o.parameters:,}",
            sequences=o.sequences,
            batches=o.batches,
            types=types,
        )
    )
