"""Type, train, watch."""


def main() -> None:
    import streamlit as st

    from pages.parts import form, runbar, sharing, view
    from rnnlab import engine, session
    from rnnlab.experiment import Experiment
    from rnnlab.i18n import translator

    t = translator(st.session_state.lang)
    with st.container():  # always one element, so that what follows keeps its place and is not built anew
        sharing.notes(t)

    run = st.session_state.run
    patience, whole = st.session_state.pop("patience", 0.0), st.session_state.pop("whole", False)
    enough = run.until if whole else run.epoch + 1
    run = st.session_state.run = session.settle(engine.shared(), run, patience, enough)
    experiment = st.session_state.experiment
    with st.container():
        if not isinstance(experiment, Experiment):
            form.complain(experiment)
        elif experiment != run.experiment:
            st.info(t("run.stale"))
    runbar.show(t, run, experiment)
    st.fragment(view.show, run_every=view.TICK if run.going else None)()


if __name__ == "__main__":
    main()
