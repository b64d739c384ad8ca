"""The websocket over which a browser watches runs that go on: one a tab, beside Streamlit's own.

The browser says `{"watch": <id of a run>, "epoch": <the newest it shows>, "lang": "zh"}`, and is sent a message (see
`message`) now and then; or `{"gone": <id>}` where there is no such run any more. It watches one run at a time. The next
message is made when the last one was taken: a slow browser gets fewer frames, and no queue grows.
"""

import asyncio
import json
from contextlib import suppress
from typing import Literal

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.shell.run.status import held_up, status_text
from pages.shell.stream.message import Told, message
from rnnlab.engine import live_runs, shared
from rnnlab.i18n import translator

PACE = 0.12  # seconds from one message to the next: some eight a second
SILENCE = 1.0  # seconds without news after which it is said why there is none
ASKED = 500  # characters that a browser may say at a time


class Asked(BaseModel):
    """What a browser says."""

    watch: str
    epoch: int = -1
    lang: Literal["zh", "en"] = "en"


async def serve(websocket: WebSocket) -> None:
    if not _is_origin_allowed(websocket.headers.get("Origin"), websocket.headers.get("Host")):
        await websocket.close(1008)
        return
    await websocket.accept()
    watching: asyncio.Task | None = None
    try:
        while True:
            asked = Asked.model_validate_json((await websocket.receive_text())[:ASKED])
            if watching:
                watching.cancel()
            watching = asyncio.create_task(watch(websocket, asked.watch, asked.lang, Told(asked.epoch)))
    except (WebSocketDisconnect, ValueError, KeyError):
        pass  # it is gone, talks nonsense, or in bytes
    finally:
        if watching:
            watching.cancel()


async def watch(websocket: WebSocket, id: str, lang: str, told: Told) -> None:
    """Send what is new of this run until it rests."""
    live, t = live_runs.shared().find(id), translator(lang)
    if live is None:
        await websocket.send_text(json.dumps({"gone": id}))
        return
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        with suppress(RuntimeError):  # the server is closing
            loop.call_soon_threadsafe(news.set)

    with live.watched(tell), suppress(WebSocketDisconnect, RuntimeError):  # it is gone
        while True:
            news.clear()
            run = live.value
            if run.history is not None:
                why = held_up(run, shared().starting, t)
                await websocket.send_bytes(message(run, told, status_text(run, t), why))
            if not run.going:
                return
            await asyncio.sleep(PACE)
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), SILENCE)
