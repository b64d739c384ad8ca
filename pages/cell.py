"""Inside one step of the cell."""


def main() -> None:
    import streamlit as st

    from pages.parts import stage
    from rnnlab.i18n import Translate, translator
    from rnnlab.session import Run

    def draw(run: Run, t: Translate) -> None:
        stage.scrubber("cell", run, t, weights=True)
        stage.strip("cell", run, t)

    stage.show("cell", translator(st.session_state.lang), draw)


if __name__ == "__main__":
    main()
