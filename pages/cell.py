"""Inside one step of the cell."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.cell import page
    from rnnlab.i18n import translator

    run_page.render("cell", translator(session["lang"]), page.render, scrubs="weights")


if __name__ == "__main__":
    main()
