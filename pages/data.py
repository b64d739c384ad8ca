"""Your own data for any task, and the data of the experiment at hand."""


def main() -> None:
    import streamlit as st

    from pages.parts import athand, dataview, stage
    from rnnlab.i18n import translator

    t = translator(st.session_state.lang)
    stage.show("data", t, lambda *_: None)
    dataview.draw(t)
    athand.draw(st.session_state.run, t)


if __name__ == "__main__":
    main()
