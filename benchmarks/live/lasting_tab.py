"""A simulated tab that lives through cuts and restarts as a browser's does: see `benchmarks.users`."""

import asyncio
import base64
import json
import time
from contextlib import AsyncExitStack, suppress
from secrets import token_urlsafe
from typing import Any

import numpy as np
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from benchmarks.users import Tab, page_socket

AGAIN = 0.5  # seconds until the next try to connect
ANSWER = 5.0  # seconds after which what nothing came of is asked for again
CUT = (OSError, WebSocketException, TimeoutError)


class LastingTab(Tab):
    def __init__(self, socket: ClientConnection, address: str, query: str, reader: str):
        super().__init__(socket, address, query, reader)
        self.session = ""  # what the server calls it
        self.part = ""  # of the page, the one that the status asks for
        self.losses: list[float] = []  # as the page draws them, whole numbers of 64 bits
        self.notices: list[str] = []
        self.epoch = 0
        self.began = self.moved = time.perf_counter()  # when Train was pressed last, and when the run moved last
        self.stood = 0.0  # the longest time in seconds that it did not

    async def listen(self) -> None:
        while True:
            with suppress(*CUT):
                async for data in self.socket:
                    assert isinstance(data, bytes)
                    self.hear(ForwardMsg.FromString(data))
            if self.finished and not self.finished.done():
                self.finished.set_exception(ConnectionError())
            while self.socket.state.name != "OPEN":
                try:
                    self.socket = await page_socket(self.address, self.reader, self.session)
                except CUT:
                    await asyncio.sleep(AGAIN)

    def hear(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id
        super().hear(message)
        element = message.delta.new_element
        if key_of(element).endswith("-status"):
            self.part = message.delta.fragment_id
        elif key_of(element).endswith("-loss"):
            [data] = json.loads(element.bidi_component.json)
            self.losses = np.frombuffer(base64.b64decode(data["series"][0]["y"]["b64"])).tolist()
        elif element.WhichOneof("type") == "alert":
            self.notices.append(element.alert.body)

    @property
    def trained(self) -> bool:
        return not self.status["live"] and self.status["share"] == 1

    def follow(self, header: dict[str, Any]) -> None:
        """A message of the stream."""
        if header.get("epoch", self.epoch) != self.epoch:
            now, self.epoch = time.perf_counter(), header["epoch"]
            self.stood, self.moved = max(self.stood, now - self.moved), now

    async def look(self, pressed: str = "") -> None:
        """Ask for the part of the page that the status is in, or click."""
        self.finished, self.awaited = asyncio.get_running_loop().create_future(), self.part
        await self.ask("" if pressed else self.part, pressed)
        await asyncio.wait_for(self.finished, ANSWER)

    async def train(self) -> None:
        self.began = self.moved = time.perf_counter()
        self.stood = 0.0
        await self.look(pressed="train")

    async def to_the_end(self) -> list[float]:
        """Watch the run until it has ended, whatever happens to the sockets, and give its losses. Where the page says
        that it is lost, train it again."""
        while not self.trained:
            with suppress(*CUT):
                if self.status["live"]:
                    await self.watch(self.follow)
                await self.look()
                if not self.status["live"] and not self.trained:
                    await self.train()
            await asyncio.sleep(AGAIN)
        return self.losses


def key_of(element: Element) -> str:
    """Of one of the lab's own parts."""
    if element.WhichOneof("type") != "bidi_component" or not element.bidi_component.json.startswith("["):
        return ""
    return str(json.loads(element.bidi_component.json)[0].get("key", ""))


async def lasting(stack: AsyncExitStack, address: str, query: str, reader: str = "") -> LastingTab:
    """A new tab, its page drawn, of a reader of its own where none is named; closed when the stack is left."""
    reader = reader or token_urlsafe(16)
    tab = LastingTab(await page_socket(address, reader), address, query, reader)
    listening = asyncio.create_task(tab.listen())

    async def close() -> None:
        listening.cancel()
        await tab.socket.close()

    stack.push_async_callback(close)
    await tab.rerun()
    return tab
