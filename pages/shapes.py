"""Every tensor's shape: a module of torch.nn with all its arguments, and the models of the lessons."""


def main() -> None:
    import streamlit as st

<<<<<<< HEAD
    from pages.views.shapes import page
=======
    from pages.shell import form_state, live_fragment, sharing
    from pages.shell.ask_worker import ask_worker
    from pages.shell.messages import complain
    from pages.shell.panel import listing, panel
    from pages.views.shapes import controls, module, try_shape
    from rnnlab import engine
    from rnnlab.engine import jobs, runs
    from rnnlab.experiment import Experiment
    from rnnlab.explain.layer_program import comparing, counting, program
>>>>>>> main
    from rnnlab.i18n import translator

<<<<<<< HEAD
    page.render(translator(st.session_state.lang))
=======
    OPENING = 5.0  # seconds that the page waits for a run to be opened: milliseconds, but workers take turns
    t = translator(st.session_state.lang)
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)
    # The run gives the sizes of its first batch: for them it must have been opened, no more.
    for hurry in ("patience", "whole"):  # meant for pages that show the run itself
        st.session_state.pop(hurry, None)
    run = live_fragment.advance(
        "run", lambda run: runs.settle(engine.shared(), run, 0.0 if run.history else OPENING, enough=1)
    )
    with st.container():
        if not isinstance(st.session_state.experiment, Experiment):
            complain(st.session_state.experiment)
        complain(run.problems)
    st.title(t("title.shapes"), anchor=False)

    with panel("shapes-setting", t):
        left, code = st.columns([6, 5], gap="medium")
        with left:
            setting = controls.render(t)
        with code:
            if setting:
                listing(program(setting), wrap_lines=True)
                st.caption(t("layer.program"))
    if setting:
        look = ask_worker(jobs.inspect_layer, setting)
        if look:
            with panel("shapes-tensors", t, code=counting(setting)):
                module.tensors(look, t)
            if look.readout:
                with panel("shapes-readout", t, code=comparing(setting)):
                    module.readout(look, t)
            else:
                with panel("shapes-steps", t):
                    module.steps(look, t)
        with panel("shapes-try", t):
            try_shape.render(setting, t)
    with panel("shapes-models", t):
        models = tuple(TUTORIAL_SIZES)
        lesson = form_state.value("preset")
        if lesson != st.session_state.get("shapes_lesson") or "shapes_model" not in st.session_state:
            st.session_state.shapes_lesson = lesson
            st.session_state.shapes_model = (
                lesson if lesson in models else st.session_state.get("shapes_kept", models[0])
            )
        chosen = st.segmented_control(
            t("model.choose"),
            models,
            key="shapes_model",
            format_func=lambda name: t(f"model.{name}"),
            required=True,
            label_visibility="collapsed",
        )
        st.session_state.shapes_kept = chosen  # a look at another page drops the widget's own state
        st.caption(t(f"model_about.{chosen}"))
        model = ask_worker(jobs.lesson_model, chosen)
        if model:
            module.model(model, t)
>>>>>>> main


if __name__ == "__main__":
    main()
