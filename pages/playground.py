"""Type, train, watch."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.playground import page, presets
    from rnnlab.i18n import translator

    t = translator(session["lang"])
    run_page.render("playground", t, page.render, computes=lambda _: False, scrubs="frames")
    presets.render(t)


if __name__ == "__main__":
    main()
