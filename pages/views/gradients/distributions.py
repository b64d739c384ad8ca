"""How the entries of one parameter and of its gradient are spread, from the first epoch to the last."""

import streamlit as st

from pages.components.chart.chart import Chart
from pages.components.component import encode
from pages.shell.ask_worker import ask_worker
from pages.shell.panel import panel
from pages.shell.run import run_chart
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab.engine import jobs
from rnnlab.figures import distributions as figures
from rnnlab.i18n import Translate, percent, significant
from rnnlab.records.training.distributions import Distribution


def render(view: RunView) -> None:
    t, at = view.t, view.checkpoint.epoch
    with panel("distributions", t):
        if view.going:
            st.caption(t("gradients.waits"))
            return
        found = ask_worker(jobs.distributions, view.experiment, view.history.checkpoints)
        if found is None:
            return
        one = chosen({parameter.name: parameter for parameter in found.parameters}, t)
        left, right = st.columns(2, gap="small")
        with left:
            figure = encode(figures.weights_figure(one, found.epochs, at, t))
            run_chart.render_still(view, "weights", Chart(figure, t("distributions.weights", name=one.name)))
        with right:
            figure = encode(figures.gradients_figure(one, found.epochs, at, t))
            run_chart.render_still(view, "slopes", Chart(figure, t("distributions.gradients", name=one.name)))
        st.caption(" ".join(remarks(one, found.epochs, t)))
        if not found.whole:
            st.caption(t("distributions.beginning"))


def chosen(by_name: dict[str, Distribution], t: Translate) -> Distribution:
    if session.get("distribution_name") not in by_name:
        session["distribution_name"] = next(name for name in by_name if "weight_hh" in name)
    name = st.selectbox(
        t("distributions.parameter"),
        list(by_name),
        list(by_name).index(session["distribution_name"]),
        format_func=lambda name: f"{name} {list(by_name[name].shape)}",
        key="distribution_name",
        width=360,
    )
    return by_name[name]


def remarks(one: Distribution, epochs: tuple[int, ...], t: Translate) -> list[str]:
    size = one.counts[0].sum()
    ends = {"first": epochs[0], "last": epochs[-1]}
    medians = {"before": significant(one.medians[0], 2), "after": significant(one.medians[-1], 2)}
    if len(epochs) == 1:
        return [t("distributions.one_epoch", epoch=ends["first"], median=medians["before"])]
    if not one.zeros.any():
        return [t("distributions.medians", **ends, **medians)]
    shares = {"before": percent(one.zeros[0] / size), "after": percent(one.zeros[-1] / size)}
    return [t("distributions.zeros", **ends, **shares), t("distributions.others", **ends, **medians)]
