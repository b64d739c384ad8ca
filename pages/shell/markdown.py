"""What users type, inside a sentence that Streamlit reads as Markdown."""

from rnnlab.i18n import visible


def verbatim(value: object) -> str:
    """The value, with names for what can't be seen, as a code span: in it Markdown, LaTeX, emoji names and colours have
    no meaning."""
    text = visible(str(value))
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"
