"""What a browser asks for anew each time, and is told to keep where it has this very one."""

import gzip
import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse


def takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def revalidated(content: bytes, media_type: str, compressed: bool, vary: str = "Accept-Encoding") -> Response:
    """An answer that names its contents. `vary`: the headers of a request on which it depends."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag, "Vary": vary}
    if compressed:
        headers |= {"Content-Encoding": "gzip", "ETag": f"W/{tag}"}
        content = gzip.compress(content, mtime=0)
    return Response(content, headers=headers, media_type=media_type)


def unless_known(request: Request, answer: Response) -> Response:
    """The answer, or that nothing has changed since the browser asked."""
    known = {tag.strip() for tag in request.headers.get("if-none-match", "").split(",")}
    return NotModifiedResponse(answer.headers) if answer.headers["etag"] in known else answer
