"""What the page on gradients shows of a run: one target's gradient over the sentence and over the epochs, the same for
other cells, the norms that clipping looks at, and one weight's gradient checked."""

import numpy as np
import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.components.shaded_tokens.shaded_tokens import Sizes, shaded_tokens
from pages.shell.ask_worker import ask_worker
from pages.shell.markdown import verbatim
from pages.shell.messages import show_notes
from pages.shell.panel import panel, program_place
from pages.shell.run import run_chart, token_strip
from pages.shell.run.run_view import RunView
from pages.views.gradients import check, clipping, distributions, other_cells
from rnnlab.cells import CELLS
from rnnlab.engine import jobs
from rnnlab.explain import programs
from rnnlab.figures import gradients as figures
from rnnlab.i18n import Translate, significant
from rnnlab.records.gradients import Choice, ThroughTime

SMALL = 100_000  # parameters: such a network's gradients are followed while it trains
SPAN = 6  # powers of ten from the palest word to the darkest
LOSS = r"\qquad L_t = -\log \hat y_t[\mathrm{target}_t]"
NUMBER_LOSS = r"\qquad L_t = (\hat y_t - y_t)^2"
LABEL_LOSS = r"\qquad L_t = -\log \hat y_t[\mathrm{label}]"
LOSSES = {"sentence": LABEL_LOSS, "numbers": NUMBER_LOSS}
CHAIN = r"""\frac{\partial L_t}{\partial h_k} = \frac{\partial L_t}{\partial h_t}
\,\frac{\partial h_t}{\partial h_{t-1}}\cdots\frac{\partial h_{k+1}}{\partial h_k}"""
CELL_STATE = r"""\frac{\partial L_t}{\partial c_k} = f_{k+1}\odot\frac{\partial L_t}{\partial c_{k+1}}
+ \frac{\partial h_k}{\partial c_k}\odot\frac{\partial L_t}{\partial h_k}"""


def render(view: RunView) -> None:
    history, e, t = view.history, view.experiment, view.t
    token_strip.render(view)
    show_notes(view.opening.notes)
    if history.ended == "diverged":
        st.warning(t("gradients.diverged", epoch=history.checkpoints[-1].epoch))
    choice = choose(view)
    render_notes(view)
    if e.carry:
        st.caption(t("gradients.carry"))
    formula = (CELL_STATE if CELLS[e.cell].has_memory else CHAIN) + LOSSES.get(view.reads, LOSS)
    with panel("flow", t, formula=formula, code=programs.code("flow", e), goes_on=program_place(t)):
        if view.going and view.opening.parameters > SMALL:
            st.caption(t("gradients.waits"))
        else:
            render_flow(view, choice)
    other_cells.render(view, choice)
    distributions.render(view)
    left, right = st.columns(2, gap="small")
    with left:
        clipping.render(view)
    with right:
        check.render(view)


def choose(view: RunView) -> Choice:
    """Layer and direction by widgets, where there is a choice; the step is that of the page's cursor."""
    e, o, t = view.experiment, view.opening, view.t
    picked = {"flow_layer": e.layers - 1, "flow_direction": 0}
    sizes = {"flow_layer": e.layers, "flow_direction": e.directions}
    with st.container(horizontal=True, gap="small", key="flow_choice"):
        for key, size in sizes.items():
            if size == 1:
                continue
            if st.session_state.get(key) not in range(size):  # the run before had more layers, or there was none
                st.session_state[key] = picked[key]
            label = t("gradients.layer" if key == "flow_layer" else "gradients.direction")
            names = [str(i + 1) for i in range(size)]
            if key == "flow_direction":
                names = [t("gradients.forward"), t("gradients.backward")]
            index = st.session_state[key]
            st.selectbox(label, range(size), index, format_func=names.__getitem__, key=key, width=180)
            picked[key] = st.session_state[key]
    step, part = view.cursor.step, o.parts[-1]
    if step is not None and step < part.start:
        st.caption(t("gradients.read_only", step=step + 1, token=verbatim(o.probe[step]), last=part.stop))
        step = None
    last = part.stop - 1  # without a choice, and where the token is only a target
    return Choice(picked["flow_layer"], picked["flow_direction"], last if step is None else min(step, last))


def render_notes(view: RunView) -> None:
    """What is to be known of these gradients before they are read."""
    e, o, t = view.experiment, view.opening, view.t
    beginnings = "prefixes" in o.views
    if beginnings:
        st.caption(t("gradients.beginnings"))
    if e.bidirectional and not beginnings:
        st.caption(t("gradients.both"))
    if e.bidirectional and e.layers > 1:
        st.caption(t("gradients.both.below"))
    if len(o.parts) > 1:
        st.caption(t("gradients.chain" if e.attention == "none" else "gradients.attention"))


def render_flow(view: RunView, choice: Choice) -> None:
    e, o, t = view.experiment, view.opening, view.t
    layer, direction, target = choice.layer, choice.direction, choice.target
    found = ask_worker(jobs.through_time, e, view.checkpoint.weights, layer, direction)
    if found is None:
        return
    tokens = list(o.probe[: o.inputs])
    render_words(view, found, choice, tokens)
    st.caption(summary(found, choice, tokens, t))
    if o.targets[target] < 0 and o.classes:
        st.caption(t("gradients.likeliest", token=verbatim(o.classes[found.classes[target]])))
    left, right = st.columns(2, gap="small")
    with left:
        every = {name: figures.reachable(norms, found.unread) for name, norms in found.norms.items()}
        curves = {t("gradients.h" if name == "h" else "gradients.c"): norms[target] for name, norms in every.items()}
        figure = encode(figures.curve_figure(curves, np.stack([*every.values()]), tokens, t))
        run_chart.render(view, "curve", Chart(figure, t("gradients.curve"), steps=True), view.over_checkpoints)
    with right:
        if view.going:
            st.caption(t("gradients.epochs_wait"))
            return
        epochs = ask_worker(jobs.over_epochs, e, view.history.checkpoints, layer, direction, target)
        if epochs is not None:
            norms = figures.reachable(epochs.norms["h"], found.unread[target])
            figure = encode(figures.epochs_figure(norms, epochs.epochs, view.checkpoint.epoch, tokens, t))
            run_chart.render(view, "epochs", Chart(figure, t("gradients.epochs"), steps=True), view.over_checkpoints)
            if off := sum(int(side.sum()) for side in figures.beyond(norms)):
                st.caption(t("epochs.beyond", count=f"{off:,}", total=f"{norms.size:,}"))


def render_words(view: RunView, found: ThroughTime, choice: Choice, tokens: list[str]) -> None:
    """The sentence, shaded: with the gradients of all targets, so that the browser shows another one by itself."""
    o, t, norms = view.opening, view.t, found.norms["h"]
    sizes = Sizes(
        np.where(found.unread & (norms == 0), -1, norms),  # -1: not yet read when this step predicts
        top=figures.decades(norms)[1],
        span=SPAN,
        first=o.parts[-1].start,
        chosen=choice.target,
        parts=[(part.start, t(f"module.{part.name}")) for part in o.parts] if len(o.parts) > 1 else [],
    )
    labels = {"name": t("gradients.words"), "title": t("gradients.title"), "zero": t("gradients.zero")}
    shaded_tokens("gradients-words", tokens, sizes, view.over_checkpoints, labels)


def summary(found: ThroughTime, choice: Choice, tokens: list[str], t: Translate) -> str:
    """L_t, and what is left of its gradient at the far end, in numbers."""
    target, norms = choice.target, found.norms["h"][choice.target]
    loss = t(
        "gradients.loss", step=target + 1, token=verbatim(tokens[target]), loss=significant(found.losses[target], 4)
    )
    read = np.flatnonzero(~found.unread[target])
    near, far = (int(end) for end in (read[[0, -1]] if choice.direction else read[[-1, 0]]))  # read last, and first
    steps = abs(near - far)
    if not np.isfinite(norms).all():
        return f"{loss} {t('gradients.not_finite')}"
    if not steps or norms[near] == 0:
        return loss
    ends = {"near": significant(norms[near]), "far": significant(norms[far]), "first": far + 1, "step": near + 1}
    if norms[far] == 0:
        return f"{loss} {t('gradients.gone', **ends)}"
    return f"{loss} {t('gradients.rate', **ends, rate=significant((norms[far] / norms[near]) ** (1 / steps)))}"
