"""The course: its lessons, and how far the reader is in each."""


def main() -> None:
    from pages.shell.state import session
    from pages.views.course import page
    from rnnlab.i18n import translator

    page.render(translator(session["lang"]))


if __name__ == "__main__":
    main()
