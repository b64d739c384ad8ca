"""Type, train, watch."""


def main() -> None:
    import streamlit as st

    from pages.parts import stage, view
    from rnnlab.i18n import translator

    stage.show("playground", translator(st.session_state.lang), view.draw)


if __name__ == "__main__":
    main()
