"""The websocket over which a browser watches runs that go on: one a tab, beside Streamlit's own.

The browser says `{"watch": <id of a run or a race>, "epoch": <the newest it shows>, "lang": "zh", "parts": <id of what
else its page shows>}`, and is sent a message (see `message`) now and then; or `{"gone": <id>}` where there is nothing
of this name any more. It watches one at a time. Of each message it says that it was `taken`, and the next is made then:
a slow browser gets fewer frames, no queue grows on the way, and one that sleeps, or whose network is gone without a
word, watches no more.

A reader has as many of these as he may have tabs. Who finds no room is closed with 1013, and knocks again now and then;
his page looks by itself meanwhile.
"""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any, Literal

from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages.shell.readers.door import reader_of
from pages.shell.run.status import held_up, share_done, status_text, waits
from pages.shell.stream.message import PARTS_PACE, Told, message
from pages.shell.stream.parts import BY_ID
from rnnlab.engine import Engine, live_runs
from rnnlab.engine.runs import Run
from rnnlab.hosting.limits import crowded, host_limits
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import Translate, translator
from rnnlab.races.race import Race

PACE = 0.12  # seconds from one message to the next: some eight a second
SILENCE = 1.0  # seconds without news after which it is said why there is none
GONE = 5.0  # seconds that a browser may take for a message
TAKEN = "taken"
ASKED = 500  # characters that a browser may say at a time
UNSAID = 10.0  # seconds within which it has to say what it watches, which it does at once

sockets: list[Reader] = []  # whose each is


class Asked(BaseModel):
    """What a browser says."""

    watch: str
    epoch: int = -1
    lang: Literal["zh", "en"] = "en"
    parts: str = ""
    going: bool = True


def full(reader: Reader) -> bool:
    """Whether there is no room for one more of his. Who sits at the machine itself is its host, and always has some."""
    limits = host_limits()
    return bool(reader.address and crowded(reader, sockets, limits.sessions, limits.reader_sessions))


async def serve(websocket: WebSocket) -> None:
    if not _is_origin_allowed(websocket.headers.get("Origin"), websocket.headers.get("Host")):
        await websocket.close(1008)
        return
    reader = reader_of(websocket.scope)
    if full(reader):
        await websocket.close(1013)
        return
    sockets.append(reader)
    try:
        await websocket.accept()
        await listen(websocket)
    finally:
        sockets.remove(reader)


async def listen(websocket: WebSocket) -> None:
    """Let it watch what it asks for, until it is gone."""
    watching: asyncio.Task | None = None
    taken = asyncio.Event()
    try:
        async with asyncio.timeout(UNSAID) as patience:
            while True:
                said = await websocket.receive_text()
                taken.set()
                if said == TAKEN:
                    continue
                asked = Asked.model_validate_json(said[:ASKED])
                patience.reschedule(None)
                if watching:
                    watching.cancel()
                watching = asyncio.create_task(watch(websocket, asked, taken))
    except TimeoutError:
        await websocket.close(1008)
    except (WebSocketDisconnect, ValueError, KeyError):
        pass  # it is gone, talks nonsense, or in bytes
    finally:
        if watching:
            watching.cancel()


def words(run: Run, engine: Engine, t: Translate) -> dict[str, Any]:
    """How it stands."""
    why = held_up(run, engine, t)
    return {"status": status_text(run, t, engine), "share": share_done(run), "held_up": why}


async def watch(websocket: WebSocket, asked: Asked, taken: asyncio.Event) -> None:
    """Send what is new of this run, now and whenever it goes on, until nobody takes it. `taken`: so was all of it."""
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
        rested = None if asked.going else live.value  # as the browser shows it, if at rest
        while True:
            news.clear()
            value = live.value
            if rested is not value and speaks(value, rested):
                if rested is not None:
                    told.parts_due = time.monotonic() + PARTS_PACE  # a button was pressed: the page draws them
                said = {} if isinstance(value, Race) else words(value, live.engine, t)
                taken.clear()
                await websocket.send_bytes(message(value, told, said, parts))
                rested = None if value.going else value
                await asyncio.sleep(PACE)
                if not await happens(taken, GONE):
                    break
            await happens(news, SILENCE if live.value.going else None)
    with suppress(RuntimeError):
        await websocket.close()  # should it come back, it asks again


def speaks(value: Run | Race, rested: Run | Race | None) -> bool:
    """Whether there is anything to say of it. Of one that is not open yet there is when it waits for others, else it is
    opened in a moment; of one that had `rested` when the browser heard of it last, when it has moved on."""
    if rested is None:
        return isinstance(value, Race) or value.history is not None or waits(value)
    if isinstance(value, Race) or isinstance(rested, Race):
        return value.going
    return value.going and (waits(value) or value.epochs_done > rested.epochs_done)


async def happens(event: asyncio.Event, seconds: float | None) -> bool:
    """Whether it does, within so many seconds. None: it is waited for."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # wait_for of Python 3.11 may keep the end of a task to itself
            await event.wait()
    return event.is_set()
