"""The toys of `test_recipes`: what each recipe writes into each file. A text goes to the end of the file, which may be
new; a pair is what is replaced, and what by."""


def messages(lang: str, **texts: str) -> str:
    """Entries of a catalogue: `page_toy` is the id `page.toy`."""
    entries = (f'\nmsgid "{name.replace("_", ".")}"\nmsgstr "{text} ({lang})"\n' for name, text in texts.items())
    return "".join(entries)


def catalogues(name: str, **texts: str) -> dict[str, str]:
    return {f"rnnlab/i18n/locale/{lang}/{name}.po": messages(lang, **texts) for lang in ("zh", "en")}


PRESET = {
    "rnnlab/lessons/presets.py": """
PRESETS["toy"] = {"text": "a b c a b d", "epochs": 5}
OPENS_ON["toy"] = "shapes"
""",
    **catalogues("lessons", preset_toy="Toy", lesson_toy="A toy is learnt"),
}

PAGE = {
    "pages/toy.py": """
def main() -> None:
    import streamlit as st

    from pages.shell import run_page
    from pages.views.toy import page
    from rnnlab.i18n import translator

    run_page.render("toy", translator(st.session_state.lang), page.render)


if __name__ == "__main__":
    main()
""",
    "pages/main.py": ('"playground",\n', '"playground",\n"toy",\n'),
    "pages/views/toy/page.py": """
import streamlit as st


def render(run, t) -> None:
    st.markdown(f"{t('toy.epochs')}: {run.history.epoch}")
""",
    **catalogues("toy", page_toy="Toy", title_toy="Title", toy_epochs="Toy"),
}

TOYS: dict[str, dict[str, str | tuple[str, str]]] = {"A preset": PRESET, "A page": PAGE}
