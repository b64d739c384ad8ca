"""Inside one step of the cell."""


def main() -> None:
    import streamlit as st

    from pages.parts import insides, stage
    from rnnlab.i18n import translator

    stage.show("cell", translator(st.session_state.lang), insides.draw)


if __name__ == "__main__":
    main()
