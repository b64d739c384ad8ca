"""The scripts and style sheets of all parts, served from an address that names their contents.

A browser fetches each file once and keeps it; another version has another address. `app.py` serves FILES below FOLDER,
and Plotly's script at PLOTLY.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

PAGES = Path(__file__).parents[1]
KINDS = (".css", ".js")  # nothing else leaves: no programs, no other files

FILES = {
    path.relative_to(PAGES).as_posix(): path.read_bytes() for path in sorted(PAGES.rglob("*")) if path.suffix in KINDS
}


def digest(files: dict[str, bytes]) -> str:
    """A name for these contents: another one when any file, or the name of one, changes."""
    total = hashlib.sha256()
    for name, content in files.items():
        total.update(f"{name} {len(content)}\n".encode() + content)
    return total.hexdigest()[:16]


FOLDER = f"assets/{digest(FILES)}"
PLOTLY = f"vendor/plotly-{version('plotly')}.min.js"
