"""A race between variants of the experiment: cells, sizes, seeds, whatever may differ."""


def main() -> None:
    from pages.shell.state import session
    from pages.views.compare import page
    from rnnlab.i18n import translator

    page.render(translator(session["lang"]))


if __name__ == "__main__":
    main()
