"""What users type, inside a sentence that Streamlit reads as Markdown."""


def verbatim(value: object) -> str:
    """The value as a code span, in which Markdown, LaTeX, emoji names and colours have no meaning."""
    text = " ".join(str(value).split()) or " "
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"
