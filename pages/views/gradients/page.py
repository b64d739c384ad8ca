"""What the page on gradients shows of a run: one target's gradient over the sentence and over the epochs, the same for
other cells, the norms that clipping looks at, and one weight's gradient checked."""

import numpy as np
import streamlit as st

from pages.components.shaded_tokens.shaded_tokens import Sizes, shaded_tokens
from pages.shell import cursor, run_chart
from pages.shell.ask_worker import ask_worker
from pages.shell.markdown import verbatim
from pages.shell.messages import say
from pages.shell.panel import panel
from pages.views.gradients import check, clipping, other_cells
from rnnlab.cells import CELLS
from rnnlab.engine import jobs
from rnnlab.engine.runs import Run
from rnnlab.explain import programs
from rnnlab.figures import gradients as figures
from rnnlab.i18n import Translate
from rnnlab.records.gradients import Choice, ThroughTime

SMALL = 100_000  # parameters: such a network's gradients are followed while it trains
SPAN = 6  # powers of ten from the palest word to the darkest
LOSS = r"\qquad L_t = -\log \hat y_t[\mathrm{target}_t]"
CHAIN = r"""\frac{\partial L_t}{\partial h_k} = \frac{\partial L_t}{\partial h_t}
\,\frac{\partial h_t}{\partial h_{t-1}}\cdots\frac{\partial h_{k+1}}{\partial h_k}"""
CELL_STATE = r"""\frac{\partial L_t}{\partial c_k} = f_{k+1}\odot\frac{\partial L_t}{\partial c_{k+1}}
+ \frac{\partial h_k}{\partial c_k}\odot\frac{\partial L_t}{\partial h_k}"""


def render(run: Run, t: Translate) -> None:
    history = run.history
    assert history is not None
    cursor.scrubber("gradients", run, t, weights=True)
    cursor.strip("gradients", run, t)
    say(history.opening.notes)
    if history.ended == "diverged":
        st.warning(t("gradients.diverged", epoch=history.checkpoints[-1].epoch))
    chosen = choose(run, t)
    said(run, t)
    if history.experiment.carry:
        st.caption(t("gradients.carry"))
    formula = (CELL_STATE if CELLS[history.experiment.cell].has_memory else CHAIN) + LOSS
    with panel("flow", t, formula=formula, code=programs.code("flow", history.experiment)):
        if run.going and history.opening.parameters > SMALL:
            st.caption(t("gradients.waits"))
        else:
            flow(run, chosen, t)
    other_cells.render(run, chosen)
    left, right = st.columns(2, gap="small")
    with left:
        clipping.render(run, t)
    with right:
        check.render(run, t)


def choose(run: Run, t: Translate) -> Choice:
    """Layer and direction by widgets, where there is a choice; the step is that of the page's cursor."""
    history = run.history
    assert history is not None
    e, o = history.experiment, history.opening
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
            st.selectbox(label, range(size), format_func=names.__getitem__, key=key, width=180)
            picked[key] = st.session_state[key]
    step, asked = cursor.cursor(run).step, o.parts[-1]
    if step is not None and step < asked.start:
        st.caption(t("gradients.read_only", step=step + 1, token=verbatim(o.probe[step]), last=asked.stop))
        step = None
    last = asked.stop - 1  # without a choice, and where the token is only a target
    return Choice(picked["flow_layer"], picked["flow_direction"], last if step is None else min(step, last))


def said(run: Run, t: Translate) -> None:
    """What is to be known of these gradients before they are read."""
    assert run.history is not None
    e, o = run.history.experiment, run.history.opening
    beginnings = "prefixes" in o.views
    if beginnings:
        st.caption(t("gradients.beginnings"))
    if e.bidirectional and not beginnings:
        st.caption(t("gradients.both"))
    if e.bidirectional and e.layers > 1:
        st.caption(t("gradients.both.below"))
    if len(o.parts) > 1:
        st.caption(t("gradients.chain" if e.attention == "none" else "gradients.attention"))


def flow(run: Run, chosen: Choice, t: Translate) -> None:
    history = run.history
    assert history is not None
    e, o = history.experiment, history.opening
    layer, direction, target = chosen.layer, chosen.direction, chosen.target
    at = cursor.checkpoint(run)
    found = ask_worker(jobs.through_time, e, at.weights, layer, direction)
    if found is None:
        return
    tokens = list(o.probe[: o.inputs])
    words(run, found, chosen, tokens, t)
    st.caption(summary(found, chosen, tokens, t))
    if o.targets[target] < 0:
        st.caption(t("gradients.likeliest", token=verbatim(o.classes[found.classes[target]])))
    left, right = st.columns(2, gap="small")
    with left:
        every = {name: figures.reachable(norms, found.unread) for name, norms in found.norms.items()}
        curves = {t("gradients.h" if name == "h" else "gradients.c"): norms[target] for name, norms in every.items()}
        figure = figures.curve_figure(curves, np.stack([*every.values()]), tokens, t)
        run_chart.render("gradients-curve", figure, run, t("gradients.curve"), t, steps=True)
    with right:
        if run.going:
            st.caption(t("gradients.epochs_wait"))
            return
        epochs = ask_worker(jobs.over_epochs, e, history.checkpoints, layer, direction, target)
        if epochs is not None:
            norms = figures.reachable(epochs.norms["h"], found.unread[target])
            figure = figures.epochs_figure(norms, epochs.epochs, at.epoch, tokens, t)
            run_chart.render("gradients-epochs", figure, run, t("gradients.epochs"), t, steps=True)


def words(run: Run, found: ThroughTime, chosen: Choice, tokens: list[str], t: Translate) -> None:
    """The sentence, shaded: with the gradients of all targets, so that the browser shows another one by itself."""
    assert run.history is not None
    o, norms = run.history.opening, found.norms["h"]
    sizes = Sizes(
        np.where(found.unread & (norms == 0), -1, norms),  # -1: not yet read when this step predicts
        top=figures.decades(norms)[1],
        span=SPAN,
        first=o.parts[-1].start,
        chosen=chosen.target,
        parts=[(part.start, t(f"module.{part.name}")) for part in o.parts] if len(o.parts) > 1 else [],
    )
    labels = {"name": t("gradients.words"), "title": t("gradients.title"), "zero": t("gradients.zero")}
    place = cursor.place(run, run.history.checkpoints)
    shaded_tokens("gradients-words", tokens, sizes, place, labels)


def summary(found: ThroughTime, chosen: Choice, tokens: list[str], t: Translate) -> str:
    """L_t, and what is left of its gradient at the far end, in numbers."""
    target, norms = chosen.target, found.norms["h"][chosen.target]
    loss = t("gradients.loss", step=target + 1, token=verbatim(tokens[target]), loss=f"{found.losses[target]:.4g}")
    read = np.flatnonzero(~found.unread[target])
    near, far = (int(end) for end in (read[[0, -1]] if chosen.direction else read[[-1, 0]]))  # read last, and first
    steps = abs(near - far)
    if not np.isfinite(norms).all():
        return f"{loss} {t('gradients.not_finite')}"
    if not steps or norms[near] == 0:
        return loss
    ends = {"near": f"{norms[near]:.3g}", "far": f"{norms[far]:.3g}", "first": far + 1, "step": near + 1}
    if norms[far] == 0:
        return f"{loss} {t('gradients.gone', **ends)}"
    return f"{loss} {t('gradients.rate', **ends, rate=f'{(norms[far] / norms[near]) ** (1 / steps):.3g}')}"
