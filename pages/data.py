"""Your own data for any task, and the data of the experiment at hand."""


def main() -> None:
    import streamlit as st

    from pages.shell import run_page
    from pages.views.data import dataset, upload
    from rnnlab.i18n import translator

    t = translator(st.session_state.lang)
    run_page.render("data", t, lambda *_: None)
    upload.render(t)
    dataset.render(st.session_state.run, t)


if __name__ == "__main__":
    main()
