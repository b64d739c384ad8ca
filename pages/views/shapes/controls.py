"""The controls of the Shapes page: every argument of a recurrent module, and its input. They follow the experiment
until the reader changes one; what was changed outlives a look at another page."""

from dataclasses import asdict, fields
from typing import Any

import streamlit as st

from pages.shell.ask_worker import ask_worker
from pages.shell.form import form_state
from pages.shell.guide import openings
from pages.shell.messages import complain
from pages.shell.reruns import set_widget
from pages.shell.state import session
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import BOUNDS, KINDS, NONLINEARITIES, LayerSpec, idle, of_run
from rnnlab.i18n import LabError, Translate, numeral

NAMES = [field.name for field in fields(LayerSpec)]
NUMBERS = ("input_size", "hidden_size", "num_layers", "dropout", "batch_size", "steps")
SWITCHES = ("bidirectional", "bias", "batch_first", "batched", "given")


def key(name: str) -> str:
    return f"layer_{name}"


def of_experiment() -> LayerSpec:
    """What the experiment at hand uses, at the sizes of its first batch."""
    run = session["run"].shown
    e = session["experiment"]
    e = e if isinstance(e, Experiment) else run.experiment
    changed = e != run.experiment  # and not trained since
    late = run.history is None and not run.problems  # a busy machine has not begun it yet
    sizes = ask_worker(jobs.first_batch, e) if changed or late else None
    if sizes is None and run.history is not None:
        sizes = (len(run.history.opening.vocabulary), *run.history.opening.shapes[0].shape[:2])
    return of_run(e, *(sizes or (e.embed, 1, 3)))  # a text that was never trained on has no batch


def keep() -> None:
    """A control was changed: from now on the controls say what is shown, not the experiment; until another preset is
    opened, or a lesson opens something."""
    session["layer_own"] = {name: st.session_state[key(name)] for name in NAMES}
    session["layer_preset"], session["layer_opening"] = form_state.value("preset"), openings.count()


def follow() -> None:
    session["layer_own"] = None


def render(t: Translate) -> LayerSpec | None:
    """The controls, and what they say. None where that can't be: the page says why. Each is also given its value as a
    default, as those of the form are: a browser that was on its way to this page by a link has not heard what was put
    into Streamlit's state."""
    own = session.get("layer_own")
    if own and (session["layer_preset"], session["layer_opening"]) != (form_state.value("preset"), openings.count()):
        own = session["layer_own"] = None
    fields: dict[str, Any] = own or asdict(of_experiment())
    for name, value in fields.items():
        set_widget(key(name), value)
    try:
        setting = LayerSpec(**fields)
    except LabError as error:
        setting, problems = None, error.problems
    else:
        problems = ()
    st.segmented_control(
        t("field.kind"),
        KINDS,
        default=fields["kind"],
        format_func=module_name,
        key=key("kind"),
        required=True,
        help=t("layer.help.kind"),
        wrap=True,
        on_change=keep,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for name in NUMBERS:
            number(name, fields[name], t, setting)
        st.segmented_control(
            t("field.nonlinearity"),
            NONLINEARITIES,
            default=fields["nonlinearity"],
            key=key("nonlinearity"),
            required=True,
            disabled=is_idle("nonlinearity", setting),
            help=t("layer.help.nonlinearity"),
            on_change=keep,
        )
    with st.container(horizontal=True, gap="medium"):
        for name in SWITCHES:
            st.toggle(
                t(f"field.{name}"),
                fields[name],
                key=key(name),
                help=t(f"layer.help.{name}"),
                disabled=is_idle(name, setting),
                on_change=keep,
            )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(t("layer.own") if own else t("layer.following"), width="content")
        if own:
            st.button(t("layer.back"), key="layer_back", on_click=follow, type="tertiary")
    complain(problems)
    return setting


def module_name(kind: str) -> str:
    """As a program calls it: those of torch.nn by that module, the lab's own by itself."""
    return f"nn.{kind}" if LayerSpec(kind=kind).cell.in_torch else kind


def is_idle(name: str, setting: LayerSpec | None) -> bool:
    return setting is not None and idle(name, setting)


def number(name: str, value: float, t: Translate, setting: LayerSpec | None) -> None:
    low, high = BOUNDS[name]
    tip = t(f"layer.help.{name}") + " " + t("form.range", low=numeral(low), high=numeral(high))
    step, shown = (0.1, "%.2f") if name == "dropout" else (1, "%d")
    st.number_input(
        t(f"field.{name}"),
        min_value=low,
        max_value=high,
        value=value,
        step=step,
        format=shown,
        key=key(name),
        help=tip,
        disabled=is_idle(name, setting),
        on_change=keep,
        width=132,
    )
