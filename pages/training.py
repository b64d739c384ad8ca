"""The training loop as code that runs, and each of its moves taken apart."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.training import page
    from rnnlab.i18n import translator

    run_page.render("training", translator(session["lang"]), page.render, scrubs="weights")


if __name__ == "__main__":
    main()
