"""What thirty who train at once get, and ten others meanwhile. They are simulated over the real protocols: a page each
(see `benchmarks.users`), and the websocket of the run that it shows."""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from statistics import median

import psutil

from benchmarks.live.goal import Goal, at_least, at_most
from benchmarks.server import Server, link, percentile, serving
from benchmarks.users import Tab, use, visit
from rnnlab.experiment import Experiment

VIEWERS = 30
OTHERS = 10  # who change a number in the settings meanwhile
SECONDS = 10.0
TRAINED = Experiment(epochs=5_000)


def measure() -> list[Goal]:
    with serving() as server:
        return asyncio.run(crowd(server))


async def opened(tab: Tab) -> float:
    """Seconds until the page is there."""
    began = time.perf_counter()
    await tab.rerun()
    return time.perf_counter() - began


async def crowd(server: Server) -> list[Goal]:
    process = psutil.Process(server.pid)
    async with AsyncExitStack() as stack:
        quiet = [await visit(stack, server.address) for _ in range(OTHERS)]
        for tab in quiet:
            await tab.open()
        tabs = [await visit(stack, server.address, link(TRAINED, run=True)) for _ in range(VIEWERS)]
        openings = await asyncio.gather(*map(opened, tabs))
        for tab in tabs:
            stack.callback(asyncio.create_task(tab.watch()).cancel)
        await asyncio.sleep(2)
        before = [tab.frames for tab in tabs]
        used, began = sum(process.cpu_times()[:2]), time.perf_counter()
        taken = await asyncio.gather(
            *(use(tab, ("lr", "hidden_size")[i % 2], random.Random(i), SECONDS) for i, tab in enumerate(quiet))
        )
        passed = time.perf_counter() - began
        frames = [(tab.frames - first) / passed for tab, first in zip(tabs, before, strict=True)]
        busy = (sum(process.cpu_times()[:2]) - used) / passed
        memory = process.memory_info().rss / 1e6
    reruns = [one for some in taken for one in some]
    return [
        at_least("30 viewers: frames a second each, p50", median(frames), 8),
        at_least("30 viewers: frames a second each, worst", min(frames), 4),
        at_most("30 viewers: page opened, p95, s", percentile(openings, 0.95), 5),
        at_most("30 viewers: rerun of 10 others, p95, ms", percentile(reruns, 0.95), 150),
        at_most("30 viewers: web process, share of a core", busy, 0.6),
        at_most("30 viewers: web process, MB", memory, 350),
    ]
