"""The start of the course: where recurrent networks come from, each age tried on the reader's own text."""


def main() -> None:
    from pages.shell.state import session
    from pages.views.history import page
    from rnnlab.i18n import translator

    page.render(translator(session["lang"]))


if __name__ == "__main__":
    main()
