"""Your own data for any task, and the data of the experiment at hand."""


def main() -> None:
    import streamlit as st

    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.data import dataset, upload
    from rnnlab.i18n import translator

    t = translator(session["lang"])
    head = st.container(key="data_head")  # its button says what the rows below are for: they are read first
    offer = upload.render(t)
    with head:
        run_page.render("data", t, computes=lambda _: False, alone=False, offer=offer)
    dataset.render(session["run"], t, waiting=offer is not None)


if __name__ == "__main__":
    main()
