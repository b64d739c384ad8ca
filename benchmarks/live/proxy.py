"""A way to the server that can be cut: all that went through it is dropped at once, and nothing new gets in."""

import asyncio
from contextlib import suppress
from typing import Any


class Proxy:
    """Hands on bytes between its own port of this machine and the server's."""

    def __init__(self, address: str):
        self.host, self.port = address.split(":")
        self.own_port = 0
        self.server: asyncio.Server | None = None
        self.ends: set[asyncio.StreamWriter] = set()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.own_port}"

    async def __aenter__(self) -> "Proxy":
        await self.open()
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.cut()

    async def open(self) -> None:
        """At the port that it had before, if it had one."""
        self.server = await asyncio.start_server(self.meet, self.host, self.own_port)
        self.own_port = self.server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        if self.server:
            self.server.close()
        for end in self.ends:
            end.transport.abort()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            further, back = await asyncio.open_connection(self.host, int(self.port))
        except OSError:
            writer.close()
            return
        self.ends |= {writer, back}
        await asyncio.gather(hand_on(reader, back), hand_on(further, writer))
        self.ends -= {writer, back}


async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
