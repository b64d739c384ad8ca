"""One weight's gradient found in two ways: by autograd, and by moving the weight a little to either side."""

import streamlit as st

from pages.shell.ask_worker import ask_worker
from pages.shell.guide import evaluation
from pages.shell.panel import panel, program_place
from pages.shell.reruns import set_widget
from pages.shell.run.run_view import RunView
from pages.shell.state import session
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.explain import programs
from rnnlab.explain.programs.training_loop import program_name
from rnnlab.i18n import Translate
from rnnlab.records.gradients import Check, Parameter

FORMULA = r"\frac{\partial L}{\partial w} \approx \frac{L(w+\varepsilon) - L(w-\varepsilon)}{2\varepsilon}"
CLOSE = 1e-5  # relative: what float64 and a smooth network leave between the two, with room to spare


def render(view: RunView) -> None:
    e, t = view.experiment, view.t
    with panel("check", t, formula=FORMULA, code=programs.code("check", e), goes_on=program_place(t)):
        if view.going:
            st.caption(t("gradients.waits"))
            return
        parameters = ask_worker(jobs.parameters, e)
        if parameters is None:
            return
        by_name = {parameter.name: parameter for parameter in parameters}
        if session.get("check_name") not in by_name:
            session["check_name"] = next(name for name in by_name if "weight_hh" in name)
        name = st.selectbox(
            t("check.name"),
            list(by_name),
            list(by_name).index(session["check_name"]),
            format_func=lambda name: f"{program_name(e, name)} {list(by_name[name].shape)}",
            key="check_name",
        )
        largest = st.toggle(t("check.largest"), value=True, key="check_largest")
        place = None if largest else entry(by_name[name], t)
        question = (e, view.checkpoint.weights, name, place)
        st.button(t("check.go"), key="check_go", on_click=ask)
        if session.get("check_asked"):
            session["check_question"] = question  # what the fields say by now, which may have changed with the click
            session["check_asked"] = False
        if session.get("check_question") == question:  # for this weight, at this epoch; else it is asked anew
            found = ask_worker(jobs.check, *question)
            evaluation.tell(check=found)
            if found is not None:
                render_result(found, e, t)


def ask() -> None:
    session["check_asked"] = True


def entry(parameter: Parameter, t: Translate) -> tuple[int, ...]:
    """An index for each axis, counted from 0 as torch does."""
    place = []
    with st.container(horizontal=True, gap="small"):
        for axis, size in enumerate(parameter.shape):
            key = f"check_{axis}"
            index = min(st.session_state.get(key, 0), size - 1)  # another parameter may have fewer
            set_widget(key, index)
            label = t("check.row" if axis == 0 else "check.column")
            place.append(int(st.number_input(label, 0, size - 1, index, key=key, width=140)))
    return tuple(place)


def render_result(found: Check, e: Experiment, t: Translate) -> None:
    index = ", ".join(map(str, found.place))
    rows = [
        (t("check.weight"), f"{program_name(e, found.name)}[{index}] = {found.weight:.6g}"),
        (t("check.step"), f"ε = {found.step:.3g}"),
        (t("check.above"), f"{found.above:.15g}"),
        (t("check.below"), f"{found.below:.15g}"),
        (t("check.autograd"), f"{found.autograd:.12g}"),
        (t("check.difference"), f"{found.difference:.12g}"),
        (t("check.gap"), f"{found.relative_error:.2g}"),
    ]
    with st.container(key="check_result", gap="xxsmall"):
        lines = [f"| {label} | `{value}` |" for label, value in rows]
        st.markdown("\n".join([lines[0], "|---|---|", *lines[1:]]))  # a Markdown table needs a head: the weight
        close = found.relative_error < CLOSE
        st.caption(t("check.agree") if close else t("check.kink" if e.relu else "check.apart"))
