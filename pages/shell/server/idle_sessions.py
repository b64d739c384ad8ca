"""A tab that was left open, and asks for nothing for hours, holds a run and what was computed about it. The server lets
go of that: it ends the session. The browser connects anew, to one that goes on with the form as it stands, and says
that the run is gone (see pages/shell/lost_session.py)."""

import time
from contextlib import suppress
from typing import cast

from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from rnnlab.engine.runs import Run
from rnnlab.races.race import Race

GOING_AWAY = 1001  # among the numbers that a WebSocket is closed with


def install() -> None:
    """Once a process, before the first session."""
    handle = AppSession.handle_backmsg

    def handle_and_note(self: AppSession, message: BackMsg) -> None:
        if message.WhichOneof("type") != "app_heartbeat":
            vars(self)["_asked"] = time.monotonic()  # also by a timer: while there is one, something goes on
        handle(self, message)

    AppSession.handle_backmsg = handle_and_note  # type: ignore[method-assign]


def held(session: AppSession) -> list[Run | Race]:
    """Its run and its race."""
    state = session.session_state.filtered_state
    return [live.value for key in ("live_run", "live_race") if (live := state.get(key))]


def holds_much(session: AppSession) -> bool:
    """Whether it has a run that was trained, or a race."""
    return any(isinstance(value, Race) or value.epochs_done > 0 for value in held(session))


async def let_go(seconds: float) -> int:
    """End the sessions of which nothing was asked for so long, and in which nothing went on. How many there were."""
    server = runtime.get_instance()
    manager = cast(WebsocketSessionManager, server._session_mgr)
    now, count = time.monotonic(), 0
    for info in manager.list_active_sessions():
        if any(value.going for value in held(info.session)):
            vars(info.session)["_asked"] = now
        if now - vars(info.session).get("_asked", now) < seconds or not holds_much(info.session):
            continue
        vars(info.session).pop("_asked", None)
        client = cast(StarletteSessionClient, info.client)
        server.close_session(info.session.id)
        with suppress(RuntimeError):  # it is being closed from the other side
            await client._websocket.close(GOING_AWAY)
        count += 1
    return count
