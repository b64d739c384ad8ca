"""Files as browsers get them: compressed once, not for every reader, and from addresses that change with what is in
them, so that a browser asks for each once and keeps it.

Streamlit sends its own scripts as they are, 2.5 MB on a first visit, for to compress them anew for each reader would
cost more than it saves. Compressed they are 0.7 MB, and stay in memory.
"""

import asyncio
import gzip
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.shell.server.revalidated import takes_gzip

FOR_GOOD = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    **{".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"},
    **{".gif": "image/gif", ".png": "image/png", ".woff2": "font/woff2"},
}
COMPRESSIBLE = (".css", ".js", ".svg")  # the others are small already


class StaticFiles:
    """ASGI middleware that answers for some files. `files` are, by their addresses below `base`, functions that read
    them: nothing else leaves, for what is asked for is looked up there and never in the file system."""

    def __init__(self, app: ASGIApp, base: str, files: Mapping[str, Callable[[], bytes]]):
        self.app = app
        self.files = {f"{base}/{name}": read for name, read in files.items() if Path(name).suffix in MEDIA_TYPES}
        self.answers: dict[tuple[str, bool], Response] = {}  # by address, and whether compressed
        self.making = asyncio.Lock()  # a class that comes at once does not have the same file compressed thirty times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        static = scope["type"] == "http" and scope["path"] in self.files and scope["method"] in ("GET", "HEAD")
        await (await self.answer_to(Request(scope)) if static else self.app)(scope, receive, send)

    async def answer_to(self, request: Request) -> Response:
        path = request.scope["path"]
        key = path, path.endswith(COMPRESSIBLE) and takes_gzip(request)
        if key not in self.answers:
            async with self.making:
                if key not in self.answers:
                    self.answers[key] = await asyncio.to_thread(self.make, *key)
        return self.answers[key]

    def make(self, path: str, compressed: bool) -> Response:
        headers = {"Cache-Control": FOR_GOOD}
        content = self.files[path]()
        if path.endswith(COMPRESSIBLE):
            headers["Vary"] = "Accept-Encoding"
        if compressed:
            headers["Content-Encoding"] = "gzip"
            content = gzip.compress(content, mtime=0)
        return Response(content, headers=headers, media_type=MEDIA_TYPES[Path(path).suffix])


def below(folder: Path, address: str) -> dict[str, Callable[[], bytes]]:
    """All files below a folder, for StaticFiles to serve below an address."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {f"{address}/{path.relative_to(folder).as_posix()}": path.read_bytes for path in paths}
