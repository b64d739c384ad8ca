"""What the browser is told for those to whom a page is read, and who work it by keys: see document/widgets.js."""

from typing import Any

from pages.shell.form import form
from rnnlab.i18n import Translate

# Names that Streamlit's widgets have in English alone, and ours for them.
NAMES = {
    "App pages": "pages",
    "Skip to main content": "main",
    "Choose an option": "choose",
    "Choose options": "choose",
    "Selected values": "chosen",
    "Clear all": "none",
    "Copy to clipboard": "copy",
    "Link to heading": "heading",
    "file upload": "upload",
    "progress": "progress",
    "Collapse sidebar": "hide",
    "Expand sidebar": "show",
    "Open": "open",
    "Close": "close",
    "Increment": "more",
    "Decrement": "less",
}


def words(t: Translate, page: str) -> dict[str, Any]:
    names = {name: t(f"access.{ours}") for name, ours in NAMES.items()}
    says = {"skip": t("access.train"), "help": t("access.help"), "remove": t("access.remove")}
    return {**says, "names": names, "fields": form.helps(t, page)}
