"""A class in one room: its teacher's board, and the way in."""


def main() -> None:
    from pages.shell.state import session
    from pages.views.room import page
    from rnnlab.i18n import translator

    page.render(translator(session["lang"]))


if __name__ == "__main__":
    main()
