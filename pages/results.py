"""What came of a run: on lines it never saw, and what only its task has to show."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.results import page
    from rnnlab.i18n import translator

    run_page.render("results", translator(session["lang"]), page.render, page.computes, scrubs="weights")


if __name__ == "__main__":
    main()
