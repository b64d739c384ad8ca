"""From text to tokens, ids, vectors, windows and batches."""


def main() -> None:
    import streamlit as st

    from pages.shell import run_page
    from pages.views.text import page, segmentation
    from rnnlab.i18n import translator

    t = translator(st.session_state.lang)
    run_page.render("text", t, page.render)
    run = st.session_state.run
    if run.shown.history is None and not run.going:  # a text that can't be trained on can still be cut
        segmentation.render(run, t)


if __name__ == "__main__":
    main()
