"""What the playground shows of a run: predictions, loss, hidden state, shapes, and the epochs to scrub through."""

import streamlit as st

from pages.components.component import pack
from pages.components.curves.curves import Curves, curves
from pages.components.heatmap.heatmap import Heatmap, heatmap
from pages.shell.markdown import verbatim
from pages.shell.messages import show_notes
from pages.shell.panel import panel, program_place
from pages.shell.run import scrubber, token_strip
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab import figures
from rnnlab.explain import equations, programs
from rnnlab.figures.curves import Series, series_of
from rnnlab.figures.style import LABEL_CHARACTERS
from rnnlab.i18n import Translate, beginning, visible
from rnnlab.records.history import Opening

HEIGHT = 260  # pixels of a chart


def render(view: RunView) -> None:
    history, e, t = view.history, view.experiment, view.t
    scrubber.render(view, weights=False)

    def explained(name: str) -> dict[str, str]:
        return {"formula": equations.equation(name, e), "code": programs.code(name, e), "goes_on": program_place(t)}

    pair = ".pair" if view.reads == "pair" else ""
    with panel("predictions", t, **explained("predictions"), about=f"predictions.{view.reads}"):
        token_strip.render(view)
        show_notes(history.opening.notes)
    left, right = st.columns(2, gap="small")
    with left, panel("loss", t, **explained("loss"), switch="loss_log"):
        render_loss(view)
    with right, panel("hidden", t, **explained("hidden"), about=f"hidden{pair}"):
        render_hidden(view)
    code = programs.program(e, view.opening.first_batch)
    with panel("shapes", t, code=code, goes_on=t("code.whole"), about=f"shapes{pair}"):
        render_shapes(view.opening, t)


def render_loss(view: RunView) -> None:
    history, t = view.history, view.t
    shown = Curves(
        [Series("", series_of(history.losses), streamed="losses")],
        "log" if session["loss_log"] else "linear",
        t(f"axis.loss.{history.experiment.loss}"),
        t("panel.loss"),
        HEIGHT,
        max(history.experiment.epochs, 2),
    )
    curves(f"{view.page}-loss", shown, view.over_frames, t)


def render_hidden(view: RunView) -> None:
    run, history, o, t = view.run, view.history, view.opening, view.t
    steps, units = history.frames[-1].hidden.shape
    values = run.drawn(("frames", view.going), lambda: pack(figures.hidden_frames(history, view.frames)))
    shown = Heatmap(
        tokens=[beginning(visible(token), LABEL_CHARACTERS) for token in o.probe[:steps]],
        units=units,
        frames={"values": values, "scale": figures.largest(history)},
        limit=figures.scale_limit(history),
        across=(units // 2,) if view.experiment.bidirectional else (),  # the backward half stands below a line
        down=tuple(part.start for part in o.parts[1:]),  # where another network takes over
        label=t("panel.hidden"),
        height=HEIGHT,
    )
    heatmap(f"{view.page}-hidden", shown, view.over_frames, t)


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
