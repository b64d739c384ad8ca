"""The start of the course: where recurrent networks come from, each age tried on the reader's own text."""


def main() -> None:
    import streamlit as st

    from pages.shell import run_page
    from pages.views.history import demonstrations
    from rnnlab.i18n import translator
    from rnnlab.lessons.chapter import chapter

    lang = st.session_state.lang
    t, sections = translator(lang), chapter("history", lang)

    def read(id: str) -> None:
        section = sections[id]
        st.markdown(f"{'#' * (section.level + 1)} {section.title}")
        st.markdown(section.body)

    run_page.render("history", t, lambda *_: None)  # the run has its place below, beside the counts
    with st.container(width=840, key="chapter"):  # lines that the eye can follow
        read("opening")
        demonstrations.years(t)
        read("rules")
        demonstrations.rules(t, lang)
        read("rules-end")
        read("statistics")
        own = demonstrations.own_text(t)
        if own:
            demonstrations.counts(t, own)
        read("statistics-end")
        read("learning")
        if own:
            demonstrations.template(t, own)
        read("learning-end")
        read("networks")
        if own:
            demonstrations.network(t, own)
        read("networks-end")
        read("onward")
        demonstrations.lessons(t)


if __name__ == "__main__":
    main()
