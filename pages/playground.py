"""Type, train, watch."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.playground import page
    from rnnlab.i18n import translator

    run_page.render("playground", translator(session["lang"]), page.render, computes=lambda _: False, scrubs="frames")


if __name__ == "__main__":
    main()
