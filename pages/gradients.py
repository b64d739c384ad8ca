"""The gradient on its way back through time, clipped, and checked."""


def main() -> None:
    import streamlit as st

    from pages.shell import run_page
    from pages.views.gradients import page
    from rnnlab.i18n import translator

    run_page.render("gradients", translator(st.session_state.lang), page.render)


if __name__ == "__main__":
    main()
