"""Inside one step of the cell."""


def main() -> None:
    import streamlit as st

    from pages.shell import run_page
    from pages.views.cell import page
    from rnnlab.i18n import translator

    run_page.render("cell", translator(st.session_state.lang), page.render)


if __name__ == "__main__":
    main()
