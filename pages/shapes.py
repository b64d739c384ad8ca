"""Every tensor's shape: a module of torch.nn with all its arguments, and the models of the lessons."""


def main() -> None:
    import streamlit as st

    from pages.views.shapes import page
    from rnnlab.i18n import translator

    page.render(translator(st.session_state.lang))


if __name__ == "__main__":
    main()
