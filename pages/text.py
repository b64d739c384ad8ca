"""From text to tokens, ids, vectors, windows and batches."""


def main() -> None:
    from pages.shell.run import run_page
    from pages.shell.state import session
    from pages.views.text import page, segmentation
    from rnnlab.i18n import translator

    t = translator(session["lang"])
    run_page.render("text", t, page.render, alone=False, scrubs="weights")
    run = session["run"]
    if run.shown.history is None and not run.going:  # a text that can't be trained on can still be cut
        segmentation.render(run, t)


if __name__ == "__main__":
    main()
