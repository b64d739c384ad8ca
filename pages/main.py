"""The frame of every page: language, the experiment's form, the link. The page itself goes in the middle.

Everything is inside `main`, imports too: a worker process starts by running this file again, under another name.
"""


def main() -> None:
    import streamlit as st

    from pages.parts import form, sharing, visit
    from rnnlab.i18n import LANGUAGES, translator

    st.set_page_config(page_title="RNN Lab", page_icon="🔁", layout="wide", initial_sidebar_state=340)
    visit.begin()
    t = translator(st.session_state.lang)
    with st.sidebar:
        st.segmented_control(
            t("lang"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="lang",
            required=True,
            on_change=form.keep,
            label_visibility="collapsed",
        )
        form.show(t)
        sharing.show(t)
    pages = [st.Page("playground.py", title=t("page.playground"), default=True)]
    st.navigation(pages, position="hidden").run()
    sharing.keep_address()


if __name__ == "__main__":
    main()
