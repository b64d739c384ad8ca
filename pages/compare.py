"""A race between variants of the experiment: cells, sizes, seeds, whatever may differ."""


def main() -> None:
    import streamlit as st

    from pages.views.compare import page
    from rnnlab.i18n import translator

    page.render(translator(st.session_state.lang))


if __name__ == "__main__":
    main()
