"""What the Shapes page shows: a module of torch.nn that the reader sets up, and the models of the presets."""

import streamlit as st

from pages.shell import sharing
from pages.shell.ask_worker import ask_worker
from pages.shell.form import form_state
from pages.shell.guide import evaluation
from pages.shell.messages import complain
from pages.shell.panel import listing, panel
from pages.shell.run import current_run
from pages.shell.state import session
from pages.views.shapes import controls, module, try_shape, words
from rnnlab.engine import jobs
from rnnlab.experiment import Experiment
from rnnlab.experiment.layer_spec import LayerSpec
from rnnlab.explain.layer_program import comparing, counting, program
from rnnlab.i18n import Translate
from rnnlab.presets.tutorial_sizes import TUTORIAL_SIZES


def render(t: Translate) -> None:
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    run = current_run.settle_opening()  # which gives the sizes of its first batch
    with st.container():
        if not isinstance(session["experiment"], Experiment):
            complain(session["experiment"])
        complain(run.problems)
    st.title(t("title.shapes"), anchor=False)
    with panel("shapes-setting", t):
        left, code = st.columns([6, 5], gap="medium")
        with left:
            spec = controls.render(t)
            evaluation.tell(layer=spec)
        with code:
            if spec:
                listing(program(spec), wrap_lines=True)
                st.caption(t("layer.program"))
    if run.shown.history or not run.problems:
        words.render(run.shown, t)
    if spec:
        render_module(spec, t)
    with panel("shapes-models", t):
        render_models(t)


def render_module(spec: LayerSpec, t: Translate) -> None:
    """What the module makes of its input, and what it makes of a wrong one."""
    found = ask_worker(jobs.inspect_layer, spec)
    if found:
        with panel("shapes-tensors", t, code=counting(spec)):
            module.render_tensors(found, t)
        if found.readout:
            with panel("shapes-readout", t, code=comparing(spec)):
                module.render_readout(found, t)
        else:
            with panel("shapes-steps", t):
                module.render_steps(found, t)
    with panel("shapes-try", t):
        try_shape.render(spec, t)


def render_models(t: Translate) -> None:
    """The model of one preset: of the one at hand, until another is chosen."""
    models, original = tuple(TUTORIAL_SIZES), form_state.value("preset")
    if original != session.get("shapes_preset") or "shapes_model" not in session:
        session["shapes_preset"] = original
        session["shapes_model"] = original if original in models else session.get("shapes_kept", models[0])
    chosen = st.segmented_control(
        t("model.choose"),
        models,
        default=session["shapes_model"],  # as in controls.py
        key="shapes_model",
        format_func=lambda name: t(f"model.{name}"),
        required=True,
        label_visibility="collapsed",
    )
    session["shapes_kept"] = chosen  # a look at another page drops the widget's own state
    st.caption(t(f"model_about.{chosen}"))
    model = ask_worker(jobs.preset_model, chosen)
    if model:
        module.render_model(model, t)
