"""The frame of every page: language, the experiment's form, the link, and the way from page to page.

Everything is inside `main`, imports too: a worker process starts by running this file again, under another name.
"""


def main() -> None:
    import streamlit as st

    from pages.shell import first_visit, navigation, panel, reruns, sharing
    from pages.shell.classroom import following, room_strip, worksheet
    from pages.shell.form import form, form_state
    from pages.shell.guide import evaluation, strip
    from pages.shell.page_names import HOME, PAGES
    from pages.shell.state import session
    from rnnlab.i18n import LANGUAGES, translator

    st.set_page_config(page_title="RNN Lab", page_icon="🔁", layout="wide")
    with reruns.unbroken():
        first_visit.begin()
        following.follow()
    reruns.begin_page()
    t = translator(session["lang"])
    pages = {name: st.Page(f"{name}.py", title=t(f"page.{name}"), default=name == HOME) for name in PAGES}
    here = st.navigation(list(pages.values()), position="top")
    page = here.url_path or HOME
    leaving = navigation.leave(pages, here)  # a preset opens on its page
    navigation.arrive(page)
    with st.container(key="top", horizontal=True, gap="small"):
        form.render_preset(t, page)
        sharing.render(t, here.url_path)
        st.segmented_control(
            t("lang"),
            list(LANGUAGES),
            default=session["lang"],
            format_func=LANGUAGES.__getitem__,
            key="lang",
            required=True,
            on_change=form_state.refresh_choices,
            label_visibility="collapsed",
            width="content",
        )
    panel.begin_page()  # below Share, which offers the panels of the last draw
    worksheet.render()
    room_strip.render(t, page)
    strip.render(t, page)
    form.render(t, page)
    if not leaving:
        here.run()
    sharing.tell_document(here.url_path, t, leaving, on_shown=first_visit.train_slowly)
    if not leaving:
        evaluation.check()


if __name__ == "__main__":
    main()
