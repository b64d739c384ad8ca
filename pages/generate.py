"""Let the network write: how it goes on with a text, and how likely everything else was."""


def main() -> None:
    import streamlit as st

    from pages.parts import generateview, stage
    from rnnlab.i18n import translator

    stage.show("generate", translator(st.session_state.lang), generateview.draw)


if __name__ == "__main__":
    main()
