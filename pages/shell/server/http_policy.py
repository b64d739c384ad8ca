"""Whom the lab answers, what it does not serve or tell, and what a browser may do with the answer."""

import ipaddress
import logging
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
import uvicorn
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import net_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.web.server import server_util
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.shell.readers.cookie import FRAMES
from pages.shell.server import entry_page
from rnnlab.i18n import translator

# Names that no stranger can register, so that a name that leads to this machine was given to it by its own network.
LOCAL_NAMES = ("localhost", "local", "lan", "home", "internal", "home.arpa")
# What the lab needs of Streamlit's own addresses. The others tell anybody about the server, or let him drive it.
USED = ("_stcore/health", "_stcore/host-config", "_stcore/stream", "_stcore/upload_file/")
UNUSED = ("_stcore/", "component/", "auth/", "oauth2callback")
PROBES = ("healthz", "metrics")  # asked for by machines, by whatever name


# What a page asks for over Streamlit's WebSocket. What else can be asked there is for whoever develops on the machine:
# what Git says of the folder, everybody's caches emptied, files for agents written.
ASKED = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
OPERATIONS = ("deferred_file", "dataframe_chunk")
SAID = (
    16 * 2**20
)  # bytes of one message over a WebSocket: what all widgets say, the longest text too, is a few of these


def install() -> None:
    """Once a process, before the first session."""
    # No server of Amazon's is asked which address this machine has in the internet, to compare with a page's origin.
    net_util.get_external_ip = lambda: None
    uvicorn.Config.encoded_headers = property(lambda _: [], lambda *_: None)  # type: ignore[assignment]  # its name, in each answer
    # Streamlit takes messages in as large as those that it sends, 200 MB.
    uvicorn.Config.ws_max_size = property(lambda _: SAID, lambda *_: None)  # type: ignore[assignment]
    AppSession.handle_backmsg = unless_for_developers(AppSession.handle_backmsg)  # type: ignore[method-assign]
    AppSession._create_new_session_message = without_particulars(AppSession._create_new_session_message)  # type: ignore[method-assign]
    logging.getLogger("streamlit.error_util").addFilter(is_not_twice)


def unless_for_developers(handle: Callable[[AppSession, BackMsg], None]) -> Callable[[AppSession, BackMsg], None]:
    def handle_some(self: AppSession, message: BackMsg) -> None:
        kind = message.WhichOneof("type")
        operation = kind == "backend_operation_request"
        if kind in ASKED and (not operation or message.backend_operation_request.WhichOneof("payload") in OPERATIONS):
            handle(self, message)

    return handle_some


def without_particulars(create: Callable[..., ForwardMsg]) -> Callable[..., ForwardMsg]:
    """What Streamlit tells each browser first, without where the lab lies on the disk, which Python and system it runs
    on, and by what the machine would be recognized. Streamlit's version stays: its scripts compare that."""

    def create_less(self: AppSession, *args: Any, **kwargs: Any) -> ForwardMsg:
        message = create(self, *args, **kwargs)
        message.new_session.main_script_path = ""
        message.new_session.initialize.user_info.Clear()
        version = message.new_session.initialize.environment_info.streamlit_version
        message.new_session.initialize.environment_info.Clear()
        message.new_session.initialize.environment_info.streamlit_version = version
        return message

    return create_less


def is_not_twice(record: logging.LogRecord) -> bool:
    """An error in a page is logged with its number (`messages.say_unforeseen`), so not by Streamlit before."""
    return record.msg != "Uncaught app execution"


def addresses() -> list[str]:
    """Where the lab is found: at the address that it was told to listen at, or on this machine and in its network."""
    told = st.get_option("server.address")
    names = ["localhost", net_util.get_internal_ip()] if told in (None, "", "0.0.0.0", "::") else [told]
    return [server_util.get_url(name) for name in names if name]


def is_known_host(host: str | None) -> bool:
    """Whether the lab answers to this name, that of a request's header `Host`. A page elsewhere whose own name leads to
    this machine all of a sudden (DNS rebinding) could drive the lab otherwise. Streamlit's `server.allowedHosts` names
    the hosts; where it names none, these are addresses in numbers, names of the local network, and the machine's own.
    """
    if st.get_option("server.allowedHosts"):
        return is_host_allowed(host)
    if not host:
        return True  # no browser
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    own = {socket.gethostname().lower(), st.get_option("browser.serverAddress").lower()}
    if "." not in name or name in own or name.endswith(tuple(f".{local}" for local in LOCAL_NAMES)):
        return name != ""
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def content_security_policy(frame_ancestors: str) -> str:
    """Everything comes from the lab itself. `blob:` is where Streamlit puts the scripts of components and what is to be
    downloaded; it and Plotly write styles into the page; as `data:`, a drawing of Plotly's becomes an image, and KaTeX
    keeps a font. Nothing needs `eval`."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: {' '.join(entry_page.inline_scripts())}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {frame_ancestors}",
        ]
    )


def has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


class HttpPolicy:
    """ASGI middleware in front of Streamlit. `base` is `server.baseUrlPath` with its first slash; `frame_ancestors` are
    the sites that may show the lab in a frame, as Content-Security-Policy writes them."""

    def __init__(self, app: ASGIApp, base: str, frame_ancestors: str):
        self.app, self.base, self.frame_ancestors = app, base, frame_ancestors
        self.headers = {
            "Content-Security-Policy": content_security_policy(frame_ancestors),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",  # an address holds what a reader typed
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            known = is_known_host(Headers(scope=scope).get("host"))
            await (self.app if known else WebSocketClose(1008))(scope, receive, send)
        elif scope["type"] == "http":
            body = has_body(scope)  # which nobody has read yet

            async def receive_to_the_end() -> Message:
                nonlocal body
                message = await receive()
                body = body and message.get("more_body", False)
                return message

            async def send_with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    headers = MutableHeaders(scope=message)
                    for name, value in self.headers.items():
                        headers.setdefault(name, value)
                    if body:
                        headers["Connection"] = "close"  # else all that comes is taken in, to hear the next request
                await send(message)

            await (self.refusal(scope) or self.app)(scope, receive_to_the_end, send_with_headers)
        else:
            await self.app(scope, receive, send)

    def refusal(self, scope: Scope) -> Response | None:
        """The answer to what is not to be answered."""
        path, headers = scope["path"].removeprefix(f"{self.base}/"), Headers(scope=scope)
        if path.startswith(UNUSED) and not path.startswith(USED):
            return PlainTextResponse("not found", 404)
        t = translator(entry_page.language(scope))
        if path not in PROBES and not is_known_host(headers.get("host")):
            return PlainTextResponse(t("server.unknown_host"), 400)
        framed = headers.get("sec-fetch-dest") in FRAMES and headers.get("sec-fetch-site") in (
            "cross-site",
            "same-site",
        )
        if framed and self.frame_ancestors == "'self'":
            # The browser would show a blank frame. This page, which does nothing, is shown by it.
            page = f'<p>{t("server.framed")}</p><p><a href="" target="_blank">{t("server.open")}</a></p>'
            return HTMLResponse(page, 403, {"Content-Security-Policy": "default-src 'none'"})
        return None
