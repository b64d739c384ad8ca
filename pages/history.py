"""The start of the course: where recurrent networks come from, each age tried on the reader's own text."""


def main() -> None:
    import streamlit as st

    from pages.views.history import page
    from rnnlab.i18n import translator

    page.render(translator(st.session_state.lang))


if __name__ == "__main__":
    main()
