"""What the playground shows of a run: predictions, loss, hidden state, shapes, and the epochs to scrub through."""

from typing import Any

import streamlit as st

from pages.components.component import pack
from pages.components.curves.curves import Curves, curves
from pages.components.heatmap.heatmap import Heatmap, heatmap
from pages.components.table.table import TableView, tables, text
from pages.shell.markdown import verbatim
from pages.shell.messages import show_notes
from pages.shell.panel import Explains, explanation, panel, program_place
from pages.shell.run import token_strip
from pages.shell.run.differences import differences
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab import figures
from rnnlab.engine.runs import Run
from rnnlab.explain import equations, programs
from rnnlab.figures.curves import Series, series_of
from rnnlab.figures.results import loss_name, loss_unit, record_lines
from rnnlab.figures.style import LABEL_CHARACTERS
from rnnlab.i18n import Translate, beginning, percent, significant, visible
from rnnlab.records.opening import Opening, TensorShape

# Pixels, so that all of it is seen at once on a projector (1280 × 720).
CHART = 148  # a chart
GHOST_LINE = 24  # what is said of the last run, below it
NETWORK = 176  # the network between tokens and predictions
MANY = 8  # stages of a model: two lines of smaller letters
GHOST = "#a0a0a0"  # the line of the last run: faint on light and dark


def render(view: RunView) -> None:
    history, e, t = view.history, view.experiment, view.t

    def explained(name: str) -> dict[str, Any]:
        return {"formula": equations.equation(name, e), "code": programs.code(name, e), "goes_on": program_place(t)}

    pair = ".pair" if view.reads == "pair" else ""
    numbers = ".numbers" if view.reads == "numbers" else pair
    with st.container(key="playground", gap="xsmall"):
        left, right = st.columns([8, 5], gap="small")
        about = f"predictions.{view.reads}"
        network = "network-numbers" if view.reads == "numbers" else "network"
        with left, panel("predictions", t, **explained("predictions"), about=about, called=network):
            token_strip.render_network(view, NETWORK)
        with right, st.container(gap="xsmall"):
            with panel("loss", t, **explained("loss"), **loss_words(view), switch="loss_log", captioned=False):
                render_loss(view)
            with panel("hidden", t, **explained("hidden"), about=f"hidden{pair}", captioned=False):
                render_hidden(view)
        with st.container(border=True, key="shapes", horizontal=True, wrap=False, gap="small"):
            render_shapes(view.opening, programs.program(e, view.opening.first_batch), f"shapes{numbers}", t)
        show_notes(history.opening.notes)


def loss_words(view: RunView) -> Explains:
    """What is said of the loss: of numbers it is another one."""
    return {"called": "error", "about": "error"} if view.reads == "numbers" else {}


def ghost_of(view: RunView) -> Run | None:
    """The last run, while it is to be seen behind this one: where both count their loss alike."""
    last = session.get("last_run")
    if last is None or last.id in (view.run.id, session.get("ghost_dismissed")):
        return None
    now, before = view.experiment, last.experiment
    return last if (before.loss, before.reads_numbers) == (now.loss, now.reads_numbers) else None


def render_loss(view: RunView) -> None:
    history, t, ghost = view.history, view.t, ghost_of(view)
    lines = [Series(t("ghost.this") if ghost else "", series_of(history.losses), streamed="losses")]
    if ghost and ghost.history:
        lines.append(Series(t("ghost.last"), series_of(ghost.history.losses), hue=GHOST))
    shown = Curves(
        lines,
        "log" if session["loss_log"] else "linear",
        loss_name(history.experiment, t),
        t("panel.loss"),
        CHART - GHOST_LINE if ghost else CHART,
        max(history.experiment.epochs, 2),
        marks=figures.rate_marks(history.experiment, t),
        unit=loss_unit(history.experiment, t),
        record=view.run.drawn(("record", view.lang), lambda: record_lines(history, t)),
    )
    curves(f"{view.page}-loss", shown, view.over_frames, t)
    if ghost and ghost.history:
        with st.container(horizontal=True, key="ghost", vertical_alignment="center", gap="xsmall", wrap=False):
            last = ghost.history.snapshots[-1]
            loss, different = significant(last.loss, 4), differences(view.experiment, ghost.experiment, t)
            if view.reads == "numbers":
                st.caption(t("ghost.numbers", loss=loss, different=different))
            else:
                st.caption(t("ghost", loss=loss, share=percent(ghost.history.accuracy), different=different))
            st.button(
                "×", key="ghost_dismiss", help=t("ghost.dismiss"), on_click=dismiss, args=(ghost,), type="tertiary"
            )


def dismiss(ghost: Run) -> None:
    session["ghost_dismissed"] = ghost.id


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
        height=CHART,
    )
    heatmap(f"{view.page}-hidden", shown, view.over_frames, t)


def render_shapes(o: Opening, program: str, about: str, t: Translate) -> None:
    """Every stage's tensor of the first training batch in one line, up to the loss, which is a number; behind its "?"
    what each size counts."""
    line = [f"{t(f'tensor.{one.name}')}\u00a0`{sizes(one)}`" for one in o.shapes if one.shape]
    st.header(t("panel.shapes"), width="content", anchor=False)
    with st.container(key="many_stages" if len(line) >= MANY else "stages"):
        st.markdown(" → ".join(line))
    head = [t("shapes.tensor"), t("shapes.sizes"), t("shapes.axes")]
    counted = {one.name: " × ".join(t(f"axis.{axis}") for axis in one.axes) or t("axis.scalar") for one in o.shapes}
    rows = [[text(t(f"tensor.{one.name}")), text(sizes(one)), text(counted[one.name])] for one in o.shapes]
    counts = {"parameters": f"{o.parameters:,}", "sequences": o.sequences, "batches": o.batches}
    types = " + ".join([str(len(o.vocabulary) - o.specials), *map(verbatim, o.vocabulary[: o.specials])])
    summary = t("shapes.summary", **counts, types=types) if o.vocabulary else t("shapes.summary.numbers", **counts)

    def first() -> None:
        st.markdown(t("caption.shapes"))
        tables("playground-shapes", [TableView(t("panel.shapes"), rows, list(map(text, head)))], "lines")
        st.markdown(summary)

    explanation("shapes", t, code=program, goes_on=t("code.whole"), about=about, first=first)


def sizes(tensor: TensorShape) -> str:
    return f"[{', '.join(map(str, tensor.shape))}]"
