"""Your own data for any task, and the data of the experiment at hand."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.data import dataset, upload
    from rnnlab.i18n import translator

    t = translator(session["lang"])
    run_page.render("data", t, computes=lambda _: False, alone=False)
    upload.render(t)
    dataset.render(session["run"], t)


if __name__ == "__main__":
    main()
