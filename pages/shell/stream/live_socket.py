"""The websocket over which a browser watches runs that go on: one a tab, beside Streamlit's own.

The browser says `{"watch": <id of a run or a race>, "epoch": <the newest it shows>, "lang": "zh", "parts": <id of what
else its page shows>}`, and is sent a message (see `message`) now and then; or `{"gone": <id>}` where there is nothing
of this name any more. It watches one at a time. The next message is made when the last one was taken: a slow browser
gets fewer frames, and no queue grows.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any, Literal

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.shell.run.status import held_up, share_done, status_text
from pages.shell.stream.message import Told, message
from pages.shell.stream.parts import BY_ID
from rnnlab.engine import live_runs, shared
from rnnlab.engine.runs import Run
from rnnlab.i18n import Translate, translator
from rnnlab.race.race import Race

PACE = 0.12  # seconds from one message to the next: some eight a second
SILENCE = 1.0  # seconds without news after which it is said why there is none
ASKED = 500  # characters that a browser may say at a time


class Asked(BaseModel):
    """What a browser says."""

    watch: str
    epoch: int = -1
    lang: Literal["zh", "en"] = "en"
    parts: str = ""


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
            watching = asyncio.create_task(watch(websocket, asked))
    except (WebSocketDisconnect, ValueError, KeyError):
        pass  # it is gone, talks nonsense, or in bytes
    finally:
        if watching:
            watching.cancel()


def words(run: Run, starting: bool, t: Translate) -> dict[str, Any]:
    """How it stands."""
    return {"status": status_text(run, t), "share": share_done(run), "held_up": held_up(run, starting, t)}


async def watch(websocket: WebSocket, asked: Asked) -> None:
    """Send what is new of this run until it rests."""
    live, t, told = live_runs.shared().find(asked.watch), translator(asked.lang), Told(asked.epoch)
    parts = BY_ID.get(asked.parts)
    if live is None:
        await websocket.send_text(json.dumps({"gone": asked.watch}))
        return
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        with suppress(RuntimeError):  # the server is closing
            loop.call_soon_threadsafe(news.set)

    with live.watched(tell), suppress(WebSocketDisconnect, RuntimeError):  # it is gone
        while True:
            news.clear()
            value = live.value
            if isinstance(value, Race):
                await websocket.send_bytes(message(value, told, {}, parts))
            elif value.history is not None:
                await websocket.send_bytes(message(value, told, words(value, shared().starting, t), parts))
            if not value.going:
                return
            await asyncio.sleep(PACE)
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), SILENCE)
