"""What the playground shows of a run: predictions, loss, hidden state, shapes, and the epochs to scrub through."""

import streamlit as st

from pages.components.chart.chart import live_chart
from pages.components.component import encode, pack
from pages.shell import cursor
from pages.shell.markdown import verbatim
from pages.shell.messages import say
from pages.shell.panel import panel
from rnnlab import figures
from rnnlab.engine.runs import Run
from rnnlab.explain import equations, programs
from rnnlab.i18n import Translate
from rnnlab.records.history import History


def render(run: Run, t: Translate) -> None:
    history = run.history
    assert history is not None
    e, lang = history.experiment, st.session_state.lang
    place = cursor.place(run, history.frames)
    cursor.scrubber("playground", run, t)

    def explained(name: str) -> dict[str, str]:
        return {"formula": equations.equation(name, e), "code": programs.code(name, e)}

    with panel("predictions", t, **explained("predictions")):
        cursor.strip("playground", run, t)
        say(history.opening.notes)
    left, right = st.columns(2, gap="small")
    tools = {"download": t("chart.download"), "reset": t("chart.reset")}
    with left, panel("loss", t, **explained("loss"), switch="loss_log"):
        scale = "log" if st.session_state.loss_log else "linear"
        figure = run.drawn(("loss", lang, scale), lambda: encode(figures.loss_figure(history, t, scale)))
        live_chart(
            figure, key="playground-loss", **place, cursor="line", height=260, label=t("panel.loss"), labels=tools
        )
    with right, panel("hidden", t, **explained("hidden")):
        packed = None
        if not run.going:
            values = run.drawn("frames", lambda: pack(figures.hidden_frames(history)))
            packed = {"values": values, "scale": figures.largest(history)}
        newest = history.frames[-1]
        figure = run.drawn(("hidden", lang), lambda: encode(figures.hidden_figure(history, newest, t)))
        live_chart(
            figure,
            key="playground-hidden",
            **place,
            frames=packed,
            steps=True,
            height=260,
            label=t("panel.hidden"),
            labels=tools,
        )
    with panel("shapes", t, **explained("shapes")):
        shapes(history, t)


def shapes(history: History, t: Translate) -> None:
    """Every stage's tensor of the first training batch, its sizes and what they count."""
    o = history.opening
    with st.container(horizontal=True, gap="small"):
        for tensor in o.shapes:
            with st.container(border=True, width="content", gap=None):
                sizes = ", ".join(map(str, tensor.shape))
                st.markdown(f"**{t(f'tensor.{tensor.name}')}**  \n`[{sizes}]`")
                st.caption(" × ".join(t(f"axis.{axis}") for axis in tensor.axes) or t("axis.scalar"))
    types = " + ".join([str(len(o.vocabulary) - o.specials), *map(verbatim, o.vocabulary[: o.specials])])
    st.caption(
        t(
            "shapes.summary",
            parameters=f"{o.parameters:,}",
            sequences=o.sequences,
            batches=o.batches,
            types=types,
        )
    )
