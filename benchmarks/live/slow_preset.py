"""Thirty press Train on `attention`, whose epochs are long, at the same moment: whether everybody sees something move,
and whether a newcomer's small run gets through. Simulated over the real protocols, as in `thirty_viewers`."""

import asyncio
import time
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

import psutil

from benchmarks.live.goal import Goal, at_most
from benchmarks.live.thirty_viewers import VIEWERS
from benchmarks.server import Server, link, percentile, serving
from benchmarks.users import Tab, visit
from rnnlab.experiment import Experiment

SECONDS = 40.0  # that the thirty are watched
NEWCOMERS = 3  # one after the other meanwhile
SLOW, SMALL = Experiment(preset="attention"), Experiment()


class Viewer:
    """Somebody who presses Train, and when there was something new to be seen: the bar, the line, or why nothing moves.
    That it trains now, as the page itself says at once, is nothing new."""

    def __init__(self, tab: Tab):
        self.tab = tab
        self.pressed = 0.0
        self.seen: tuple[Any, ...] = ()
        self.news: list[float] = []  # seconds since the press

    async def train(self) -> None:
        self.pressed = time.perf_counter()
        page = asyncio.create_task(self.tab.rerun(pressed="train"))
        while not self.tab.status.get("live"):  # as soon as this part of the page is there
            await asyncio.sleep(0.01)
        self.seen = tuple(self.tab.status[name] for name in ("share", "text", "held_up"))
        await asyncio.gather(page, self.tab.watch(self.hear))

    def hear(self, header: dict[str, Any]) -> None:
        now = header["share"], header["status"], header["held_up"]
        if now != self.seen:
            self.news.append(time.perf_counter() - self.pressed)
        self.seen = now

    def silence(self, end: float) -> float:
        """The longest time without anything new, in seconds."""
        return max(later - earlier for earlier, later in pairwise([0.0, *self.news, end - self.pressed]))


def measure() -> list[Goal]:
    with serving(workers=2) as server:
        return asyncio.run(crowd(server))


async def trained(tab: Tab) -> float:
    """Seconds from a link to the end of its run."""
    began = time.perf_counter()
    await tab.rerun()
    await tab.watch()
    return time.perf_counter() - began


async def crowd(server: Server) -> list[Goal]:
    process = psutil.Process(server.pid)
    async with AsyncExitStack() as stack:
        viewers = [Viewer(await visit(stack, server.address, link(SLOW))) for _ in range(VIEWERS)]
        for viewer in viewers:
            await viewer.tab.open()
        newcomers = [await visit(stack, server.address, link(SMALL, run=True)) for _ in range(NEWCOMERS)]
        used, began = sum(process.cpu_times()[:2]), time.perf_counter()
        for viewer in viewers:
            stack.callback(asyncio.create_task(viewer.train()).cancel)
        waits = []
        for tab in newcomers:
            await asyncio.sleep(SECONDS / (NEWCOMERS + 1))
            waits.append(await trained(tab))
        await asyncio.sleep(max(0.0, began + SECONDS - time.perf_counter()))
        end = time.perf_counter()
        busy = (sum(process.cpu_times()[:2]) - used) / (end - began)
        memory = process.memory_info().rss / 1e6
    first = [viewer.news[0] if viewer.news else end - viewer.pressed for viewer in viewers]
    return [
        at_most("30 on attention: first that moves, p95, s", percentile(first, 0.95), 3),
        at_most("30 on attention: first that moves, worst, s", max(first), 3),
        at_most("30 on attention: longest without news, worst, s", max(viewer.silence(end) for viewer in viewers), 3),
        at_most("30 on attention: a newcomer's words-next trained, worst, s", max(waits), 5),
        at_most("30 on attention: web process, share of a core", busy, 0.6),
        at_most("30 on attention: web process, MB", memory, 350),
    ]
