"""Let the network write: how it goes on with a text, and how likely everything else was."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.generate import page
    from rnnlab.i18n import translator

    run_page.render("generate", translator(session["lang"]), page.render, computes=lambda _: False, scrubs="weights")


if __name__ == "__main__":
    main()
