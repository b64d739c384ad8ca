"""A proxy that counts what a server sends, websockets too, as it is on the wire."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.server import free_port


@dataclass
class CountingProxy:
    address: str  # host:port, for the browser
    received: int = 0  # bytes from the server


@contextmanager
def counting(address: str) -> Iterator[CountingProxy]:
    """In a thread of its own, in front of the server at this host:port."""
    proxy, loop = CountingProxy(f"127.0.0.1:{free_port()}"), asyncio.new_event_loop()
    host, port = address.split(":")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counts: bool) -> None:
        try:
            while data := await reader.read(2**16):
                proxy.received += len(data) * counts
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # either side has hung up
        finally:
            writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(host, int(port))
        await asyncio.gather(carry(reader, to_server, False), carry(from_server, writer, True))

    listening = loop.run_until_complete(asyncio.start_server(meet, *proxy.address.split(":")))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
