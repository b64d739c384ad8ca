"""The gradient on its way back through time, clipped, and checked."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.gradients import page
    from rnnlab.i18n import translator

    run_page.render("gradients", translator(session["lang"]), page.render, scrubs="weights")


if __name__ == "__main__":
    main()
