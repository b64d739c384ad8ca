"""The gradient on its way back through time, clipped, and checked."""


def main() -> None:
    import streamlit as st

    from pages.parts import gradientview, stage
    from rnnlab.i18n import translator

    stage.show("gradients", translator(st.session_state.lang), gradientview.draw)


if __name__ == "__main__":
    main()
