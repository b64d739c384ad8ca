"""What single units respond to: over the run's own text, or any other."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.units import page
    from rnnlab.i18n import translator

    run_page.render("units", translator(session["lang"]), page.render, scrubs="weights")


if __name__ == "__main__":
    main()
