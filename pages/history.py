"""The start of the course: where recurrent networks come from, each age tried on the reader's own text."""


def main() -> None:
    import streamlit as st

    from pages.parts import ages, stage
    from rnnlab.i18n import translator
    from rnnlab.lessons.chapter import chapter

    lang = st.session_state.lang
    t, sections = translator(lang), chapter("history", lang)

    def read(id: str) -> None:
        section = sections[id]
        st.markdown(f"{'#' * (section.level + 1)} {section.title}")
        st.markdown(section.body)

    stage.show("history", t, lambda *_: None)  # the run has its place below, beside the counts
    with st.container(width=840, key="chapter"):  # lines that the eye can follow
        read("opening")
        ages.years(t)
        read("rules")
        ages.rules(t, lang)
        read("rules-end")
        read("statistics")
        own = ages.own_text(t)
        if own:
            ages.counts(t, own)
        read("statistics-end")
        read("learning")
        if own:
            ages.template(t, own)
        read("learning-end")
        read("networks")
        if own:
            ages.network(t, own)
        read("networks-end")
        read("onward")
        ages.lessons(t)


if __name__ == "__main__":
    main()
