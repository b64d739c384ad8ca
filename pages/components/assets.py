"""The scripts and style sheets of all parts, served from an address that names their contents.

A browser fetches each file once and keeps it; another version has another address. `app.py` puts `serve` at ROUTE.
"""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

PAGES = Path(__file__).parents[1]
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}  # nothing else leaves: no programs, no other files

FILES = {
    path.relative_to(PAGES).as_posix(): path.read_bytes()
    for path in sorted(PAGES.rglob("*"))
    if path.suffix in MEDIA_TYPES
}


def digest(files: dict[str, bytes]) -> str:
    """A name for these contents: another one when any file, or the name of one, changes."""
    total = hashlib.sha256()
    for name, content in files.items():
        total.update(f"{name} {len(content)}\n".encode() + content)
    return total.hexdigest()[:16]


FOLDER = f"assets/{digest(FILES)}"
ROUTE = f"/{FOLDER}/{{name:path}}"


async def serve(request: Request) -> Response:
    """One of FILES: what is asked for is looked up by name among them, never in the file system."""
    name = request.path_params["name"]
    if name not in FILES:
        return PlainTextResponse("not found", 404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(FILES[name], headers=headers, media_type=MEDIA_TYPES[Path(name).suffix])
