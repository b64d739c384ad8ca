"""From text to tokens, ids, vectors, windows and batches."""


def main() -> None:
    import streamlit as st

    from pages.parts import cutview, stage, textview
    from rnnlab.i18n import translator

    t = translator(st.session_state.lang)
    stage.show("text", t, textview.draw)
    run = st.session_state.run
    if run.shown.history is None and not run.going:  # a text that can't be trained on can still be cut
        cutview.draw(run, t)


if __name__ == "__main__":
    main()
