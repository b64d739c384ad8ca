"""What single units respond to: over the run's own text, or any other."""


def main() -> None:
    import streamlit as st

    from pages.parts import stage, unitsview
    from rnnlab.i18n import translator

    stage.show("units", translator(st.session_state.lang), unitsview.draw)


if __name__ == "__main__":
    main()
