"""Visitors who take all they can get, and what the others notice of them."""

import asyncio
import os
import random
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from secrets import token_urlsafe
from urllib.parse import urlsplit

from benchmarks.server import Row, link, percentile, serving
from benchmarks.users import Tab, page_socket, use, visit
from rnnlab import Experiment
from rnnlab.experiment.limits import BOUNDS

OTHERS, SECONDS = 10, 30.0
TABS = 200
SLOW = 100  # sockets of each kind
# As a proxy says it, for who sits at the machine itself is under no limit of a reader's.
ELSEWHERE, ASIDE = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "192.0.2.20"}
GOAL = 2.0  # times as long as without them
LARGEST = Experiment(
    preset="paragraph-next", cell="lstm", hidden=int(BOUNDS["hidden"][1]), layers=int(BOUNDS["layers"][1]), epochs=5_000
)


class Unread(Tab):
    """One that takes what it is sent and reads none of it, for that is not the server's work."""

    async def listen(self) -> None:
        async for _ in self.socket:
            pass


async def tabs(stack: AsyncExitStack, address: str) -> None:
    """One browser opens two hundred tabs, each of which trains the largest network that there may be. Those beyond what
    a reader may have are turned away, which is no error."""
    reader = token_urlsafe(16)
    for _ in range(TABS):
        with suppress(Exception):
            tab = await visit(stack, address, link(LARGEST, run=True), reader, Unread, **ELSEWHERE)
            await tab.ask()


async def cookies(stack: AsyncExitStack, address: str) -> None:
    """The same with a new name for each tab."""
    for _ in range(TABS):
        with suppress(Exception):
            tab = await visit(stack, address, link(LARGEST, run=True), kind=Unread, **ELSEWHERE)
            await tab.ask()


async def slow_sockets(stack: AsyncExitStack, address: str) -> None:
    """Who connects and says nothing, or a byte now and then; who asks for pages and reads none of them."""
    host, port = urlsplit(f"//{address}").hostname, urlsplit(f"//{address}").port
    for number in range(SLOW):
        with suppress(OSError):
            one = stack.enter_context(socket.create_connection((host, port)))
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" if number % 2 else b"")
    for _ in range(SLOW // 10):
        with suppress(Exception):
            deaf = await stack.enter_async_context(page_socket(address, token_urlsafe(16)))
            deaf.transport.pause_reading()


async def huge_bodies(stack: AsyncExitStack, address: str) -> None:
    """A hundred megabytes to whatever takes a body, again and again."""

    async def send() -> None:
        while True:
            for path in ("/", "/_stcore/upload_file/x/y", "/healthz"):
                with suppress(OSError, asyncio.IncompleteReadError):
                    _, writer = await asyncio.open_connection(*address.rsplit(":", 1))
                    head = f"PUT {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 100000000\r\n\r\n"
                    writer.write(head.encode())
                    for _ in range(100):
                        writer.write(bytes(1_000_000))
                        await writer.drain()
                    writer.close()
            await asyncio.sleep(0.1)

    stack.callback(asyncio.create_task(send()).cancel)


Visit = Callable[[AsyncExitStack, str], Awaitable[None]]
KINDS: dict[str, Visit] = {
    "200 tabs of one reader": tabs,
    "200 tabs of ever new readers": cookies,
    "slow sockets": slow_sockets,
    "huge bodies": huge_bodies,
}


async def others(address: str, seconds: float, visit_badly: Visit | None = None) -> float:
    """The p95 of those who use the lab as it is meant, in ms, with such a visitor or without."""
    async with AsyncExitStack() as stack:
        good = [await visit(stack, address, **ASIDE) for _ in range(OTHERS)]
        for tab in good:
            await tab.open()
        if visit_badly:
            await visit_badly(stack, address)
        taken = await asyncio.gather(
            *(use(tab, "hidden_size", random.Random(i), seconds) for i, tab in enumerate(good))
        )
        return percentile([one for each in taken for one in each], 0.95)


def measure(seconds: int = int(SECONDS)) -> list[Row]:
    rows: list[Row] = []
    os.environ["RNNLAB_PROXIES"] = "127.0.0.1"
    with serving() as server:
        alone = asyncio.run(others(server.address, seconds))
    rows.append(Row(f"rerun of {OTHERS} readers, nobody else, p95", alone, None, "ms"))
    for name, visit_badly in KINDS.items():
        with serving() as server:
            beside = asyncio.run(others(server.address, seconds, visit_badly))
            errors = server.errors()
        for one in errors[:5]:
            print(one)
        rows += [
            Row(f"the same beside {name}, p95", beside, None, "ms"),
            Row("the same, by that without", beside / alone, GOAL, ""),
            Row("exceptions meanwhile", len(errors), 0, ""),
        ]
    return rows
