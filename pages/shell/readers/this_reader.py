"""Who the reader of this session is: known by a cookie that the page came with, else by the address."""

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from pages.shell.readers.cookie import COOKIE, FORWARDED
from rnnlab.hosting.readers import ALL, Reader, address_of


def this_reader() -> Reader:
    """As the handshake of the session's websocket said; without one, who sits at the machine itself."""
    context = get_script_run_ctx()
    client = runtime.get_instance().get_client(context.session_id) if context else None
    if not isinstance(client, StarletteSessionClient):
        return ALL.find("", "")
    said = client.client_context
    forwarded = any(name.lower() in FORWARDED for name, _ in said.headers)
    return ALL.find(said.cookies.get(COOKIE, ""), address_of(said.remote_ip, forwarded))
