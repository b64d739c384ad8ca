"""Every tensor's shape: a module of torch.nn with all its arguments, and the models of the presets."""


def main() -> None:
    from pages.shell.state import session
    from pages.views.shapes import page
    from rnnlab.i18n import translator

    page.render(translator(session["lang"]))


if __name__ == "__main__":
    main()
