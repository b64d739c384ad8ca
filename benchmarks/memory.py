"""What the lab holds in memory: the web process, the process that workers are forked from, and one worker. And what
becomes of it when classes come and go.

    python -m benchmarks.memory [sessions of a class]

RSS counts shared pages too; USS is what would be free again if the process ended.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import psutil

from benchmarks.server import LONG, Row, link, serving, show
from benchmarks.users import visit
from rnnlab import Experiment

SESSIONS = 30
TRAINING = 10.0  # seconds of a long run
CLASSES, PUPILS = 6, 50  # one after the other; each of them visits all pages
TOGETHER = 5  # of them at the same time
KEPT = 130.0  # seconds until sessions that were left are forgotten, and what they held is given back
HEAVY = ("libtorch", "pandas")
GOAL = 1.05  # what the last class leaves behind, by what the first does
HELD = 350.0  # MB that the web process may hold while a class is there


def mapped(pid: int, library: str) -> bool:
    return library in Path(f"/proc/{pid}/maps").read_text()


def megabytes(process: psutil.Process) -> tuple[float, float]:
    info = process.memory_full_info()
    return info.rss / 1e6, info.uss / 1e6


def family(web: psutil.Process) -> tuple[psutil.Process, list[psutil.Process]]:
    """The forkserver and its workers: the only ones with torch."""
    server = next(child for child in web.children() if mapped(child.pid, "libtorch"))
    return server, server.children()


def rows_of(name: str, process: psutil.Process) -> list[Row]:
    rss, uss = megabytes(process)
    return [Row(f"{name}, RSS", rss, None, "MB"), Row(f"{name}, USS", uss, None, "MB")]


async def stages(address: str, web: psutil.Process) -> list[Row]:
    rows: list[Row] = []
    async with AsyncExitStack() as stack:
        first = await visit(stack, address)
        await first.open()
        rows += rows_of("web process, one session trained", web)
        rows += rows_of("forkserver", family(web)[0])
        rows += rows_of("worker, words-next trained", family(web)[1][0])
        for _ in range(SESSIONS - 1):
            tab = await visit(stack, address)
            await tab.open()
        rows += rows_of(f"web process, {SESSIONS} sessions trained", web)
        trainer = await visit(stack, address, link(LONG, run=True))
        await trainer.rerun()
        await asyncio.sleep(TRAINING)
        rows += rows_of("worker, LSTM 128 under way", family(web)[1][0])
    return rows


async def class_visit(
    address: str, web: psutil.Process, pupils: int, seeds: Iterator[int] | None = None
) -> tuple[float, float]:
    """What the web process holds once all of them have seen every page: RSS and USS, in MB. seeds: of runs that each
    trains alone; without them all open one preset."""
    turns = asyncio.Semaphore(TOGETHER)
    async with AsyncExitStack() as stack:

        async def see_all_pages() -> None:
            async with turns:
                query = link(Experiment(seed=next(seeds)), run=True) if seeds else "run=1"
                tab = await visit(stack, address, query)
                await tab.open()
                for page in tab.pages:
                    await tab.go(page)

        await asyncio.gather(*(see_all_pages() for _ in range(pupils)))
        return megabytes(web)


def classes(pupils: int = PUPILS) -> list[Row]:
    """A class comes, sees all pages and leaves, again and again."""
    with serving() as server:
        web = psutil.Process(server.pid)
        asyncio.run(class_visit(server.address, web, 1))  # what is loaded once
        time.sleep(KEPT)
        rows, left = [Row("web process, one session has seen all pages, USS", megabytes(web)[1], None, "MB")], []
        for number in range(1, CLASSES + 1):
            _, held = asyncio.run(class_visit(server.address, web, pupils))
            time.sleep(KEPT)
            left.append(megabytes(web)[1])
            rows += [
                Row(f"the same, {pupils} have, time {number}, USS", held, None, "MB"),
                Row(f"{KEPT:.0f} s after they have left, USS", left[-1], None, "MB"),
            ]
        rss, held = asyncio.run(class_visit(server.address, web, pupils, count(1)))
        rows += [
            Row(f"the same, {pupils} have, each with an experiment that nobody else has, RSS", rss, HELD, "MB"),
            Row("a session whose experiment nobody else has, USS", (held - left[-1]) / pupils, None, "MB"),
        ]
    return [*rows, Row("what is left the last time, by the first", left[-1] / left[0], GOAL, "")]


def measure(pupils: int = PUPILS) -> list[Row]:
    with serving() as server:
        web = psutil.Process(server.pid)
        rows = asyncio.run(stages(server.address, web))
        loaded = [
            Row(f"{name} mapped in the web process (0: no)", float(mapped(server.pid, name)), 0, "") for name in HEAVY
        ]
    return [*rows, *loaded, *classes(pupils)]


if __name__ == "__main__":
    show(measure(*map(int, sys.argv[1:2])))
