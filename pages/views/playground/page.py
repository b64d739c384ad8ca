"""What the playground shows of a run: predictions, loss, hidden state, shapes, and the epochs to scrub through."""

import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode, pack
from pages.shell.markdown import verbatim
from pages.shell.messages import show_notes
from pages.shell.panel import panel, program_place
from pages.shell.run import run_chart, scrubber, token_strip
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab import figures
from rnnlab.explain import equations, programs
from rnnlab.i18n import Translate
from rnnlab.records.history import Opening

HEIGHT = 260  # pixels of a chart


def render(view: RunView) -> None:
    run, history, e, t = view.run, view.history, view.experiment, view.t
    scrubber.render(view, weights=False)

    def explained(name: str) -> dict[str, str]:
        return {"formula": equations.equation(name, e), "code": programs.code(name, e), "goes_on": program_place(t)}

    pair = ".pair" if view.reads == "pair" else ""
    with panel("predictions", t, **explained("predictions"), about=f"predictions.{view.reads}"):
        token_strip.render(view)
        show_notes(history.opening.notes)
    left, right = st.columns(2, gap="small")
    with left, panel("loss", t, **explained("loss"), switch="loss_log"):
        scale = "log" if session["loss_log"] else "linear"
        figure = run.drawn(("loss", view.lang, scale), lambda: encode(figures.loss_figure(history, t, scale)))
        run_chart.render(view, "loss", Chart(figure, t("panel.loss"), HEIGHT, cursor="line"))
    with right, panel("hidden", t, **explained("hidden"), about=f"hidden{pair}"):
        packed = None
        if not view.going:
            values = run.drawn("frames", lambda: pack(figures.hidden_frames(history)))
            packed = {"values": values, "scale": figures.largest(history)}
        newest = history.frames[-1]
        figure = run.drawn(("hidden", view.lang), lambda: encode(figures.hidden_figure(history, newest, t)))
        run_chart.render(view, "hidden", Chart(figure, t("panel.hidden"), HEIGHT, packed, steps=True))
    code = programs.program(e, view.opening.first_batch)
    with panel("shapes", t, code=code, goes_on=t("code.whole"), about=f"shapes{pair}"):
        render_shapes(view.opening, t)


def render_shapes(o: Opening, t: Translate) -> None:
    """Every stage's tensor of the first training batch, its sizes and what they count."""
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
