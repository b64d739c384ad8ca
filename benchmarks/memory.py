"""What the lab holds in memory: the web process, the process that workers are forked from, and one worker.

    python -m benchmarks.memory

RSS counts shared pages too; USS is what would be free again if the process ended.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import psutil

from benchmarks.server import LONG, Row, link, serving, show
from benchmarks.users import visit

SESSIONS = 30
TRAINING = 10.0  # seconds of a long run


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


def measure() -> list[Row]:
    with serving() as server:
        web = psutil.Process(server.pid)
        rows = asyncio.run(stages(server.address, web))
        with_torch = mapped(server.pid, "libtorch")
    return [*rows, Row("libtorch mapped in the web process (0: no)", float(with_torch), 0, "")]


if __name__ == "__main__":
    show(measure())
