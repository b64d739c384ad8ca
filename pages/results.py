"""What came of a run: on lines it never saw, and what only its task has to show."""


def main() -> None:
    import streamlit as st

    from pages.parts import resultview, stage
    from rnnlab.i18n import translator

    stage.show("results", translator(st.session_state.lang), resultview.draw)


if __name__ == "__main__":
    main()
