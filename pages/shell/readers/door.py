"""How many tabs are connected, and whether there is room for one more.

Who finds none has the page all the same: it says so (`server/browser/connection_notices.js`), with all that stands on
it where he was here before, and Streamlit's script goes on knocking until it is let in.
"""

from typing import cast

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import runtime
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.shell.readers.cookie import FORWARDED, cookie_of
from pages.shell.readers.proxies import Unnamed
from rnnlab.hosting.limits import Whose, crowded, host_limits
from rnnlab.hosting.readers import ALL, Reader, address_of

connected: list[Reader] = []  # whose each tab is


def reader_of(scope: Scope) -> Reader:
    headers, client = Headers(scope=scope), scope.get("client")
    forwarded = any(name in headers for name in FORWARDED)
    return ALL.find(cookie_of(scope), address_of(client[0] if client else None, forwarded))


def full(reader: Reader) -> Whose | None:
    """Whose room is used up, where that keeps this reader's next tab out."""
    limits = host_limits()
    found = crowded(reader, connected, limits.sessions, limits.reader_sessions)
    return found[0] if found else None


def is_known(scope: Scope) -> bool:
    """Whether a session waits for this tab, whose connection was cut."""
    names = Headers(scope=scope).get("sec-websocket-protocol", "").split(",")
    manager = cast(WebsocketSessionManager, runtime.get_instance()._session_mgr)
    return len(names) > 2 and manager._session_storage.get(names[2].strip()) is not None


async def serve(request: Request) -> Response:
    """What keeps this browser's next tab out: one word, none where nothing does."""
    return PlainTextResponse(full(reader_of(request.scope)) or "", headers={"Cache-Control": "no-store"})


class Door:
    """ASGI middleware in front of Streamlit's websocket. `base` is `server.baseUrlPath` with its first slash."""

    def __init__(self, app: ASGIApp, base: str):
        self.app, self.path, self.unnamed = app, f"{base}/_stcore/stream", Unnamed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        self.unnamed.look(scope)
        reader = reader_of(scope)
        if full(reader) and not is_known(scope):
            await WebSocketClose(1013)(scope, receive, send)
            return
        connected.append(reader)
        try:
            await self.app(scope, receive, send)
        finally:
            connected.remove(reader)
