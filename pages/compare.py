"""A race between variants of the experiment: cells, sizes, seeds, whatever may differ."""


def main() -> None:
    import streamlit as st

    from pages.parts import compareview
    from rnnlab.i18n import translator

    compareview.show(translator(st.session_state.lang))


if __name__ == "__main__":
    main()
