"""A long day: readers come, train, change settings and pages at a class's pace, and go, for two hours.

    python -m benchmarks.soak [minutes] [readers at a time]

What a web process holds while they are there goes up and down with what is on their screens. So it is compared when all
have left: once early, when everything has been loaded, and at the end.
"""

import asyncio
import random
import sys
from contextlib import AsyncExitStack
from itertools import count

import psutil

from benchmarks.memory import KEPT, megabytes
from benchmarks.server import Row, link, percentile, serving, show
from benchmarks.users import Tab, visit
from rnnlab import Experiment
from rnnlab.experiment import preset_experiment

MINUTES, READERS = 120, 30
EARLY = 0.125  # of the time, until all leave for the first time
STAYS = (60.0, 600.0)  # seconds that one stays: some look in, some stay for a lesson
THINKS = (3.0, 20.0)  # between two acts
STILL = 30.0  # seconds: a run may be slow, where many train, but one that stands still for so long is an exception
LOOK = 5.0  # seconds
EXAMPLES = ("words-next", "lstm", "gru", "paragraph-next", "lstm-classifier", "gru-tagger")
GROWTH = 1.05


async def watch(tab: Tab, goes: float) -> None:
    """The run that goes on, if one does, to its end, or until the reader goes."""
    clock, before = asyncio.get_running_loop().time, None

    async def hear() -> None:
        async with asyncio.timeout(STILL) as patience:
            await tab.watch(lambda _: patience.reschedule(clock() + STILL), opening=tab.status["opening"])

    while tab.status.get("live") and tab.status is not before:  # one that is drawn no more is off the page
        before, hearing = tab.status, asyncio.create_task(hear())
        await asyncio.wait({hearing}, timeout=max(goes - clock(), 0.0))
        if not hearing.done():
            hearing.cancel()
            return
        hearing.result()
        await tab.look()


class Day:
    def __init__(self, address: str):
        self.address, self.seeds = address, count()
        self.taken: list[float] = []  # ms of each rerun
        self.held: list[float] = []  # MB of the web process, at each look
        self.wrong: list[str] = []

    async def go_on(self, web: psutil.Process, seconds: float, readers: int) -> float:
        """So many at a time for so long. What the web process holds once they have left, and are forgotten, in MB."""
        ends = asyncio.get_running_loop().time() + seconds
        looking = asyncio.create_task(self.look(web))
        await asyncio.gather(*(self.place(ends) for _ in range(readers)))
        looking.cancel()
        await asyncio.sleep(KEPT)
        return megabytes(web)[1]

    async def place(self, ends: float) -> None:
        """One after the other sits here."""
        while asyncio.get_running_loop().time() < ends:
            seed = next(self.seeds)
            try:
                await self.stay(seed, random.Random(seed), ends)
            except Exception as error:
                self.wrong.append(f"reader {seed}: {error!r}")

    async def stay(self, seed: int, chance: random.Random, ends: float) -> None:
        clock = asyncio.get_running_loop().time
        goes = min(clock() + chance.uniform(*STAYS), ends)
        example = preset_experiment(chance.choice(EXAMPLES), chance.choice(("zh", "en")))
        query = link(
            Experiment(**example.model_dump() | {"seed": seed % 1_000, "epochs": min(example.epochs, 20)}), run=True
        )
        async with AsyncExitStack() as stack:
            tab = await visit(stack, self.address, query)
            await tab.rerun()
            await watch(tab, goes)
            while clock() < goes:
                await asyncio.sleep(chance.uniform(*THINKS))
                act = chance.randrange(4)
                if act == 0 or not tab.holds("lr"):  # there is no form on some pages
                    tab.page, tab.status = tab.pages[chance.choice(list(tab.pages))], {}
                    await tab.rerun()
                elif act == 1:
                    await tab.rerun("train")
                else:
                    tab.number("lr").double_value *= 1.01
                    began = clock()
                    await tab.rerun()
                    self.taken.append((clock() - began) * 1e3)
                await watch(tab, goes)

    async def look(self, web: psutil.Process) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self.held.append(megabytes(web)[1])


async def lived(address: str, web: psutil.Process, minutes: float, readers: int) -> tuple[Day, float, float]:
    day = Day(address)
    early = await day.go_on(web, 60 * minutes * EARLY, readers)
    return day, early, await day.go_on(web, 60 * minutes * (1 - EARLY), readers)


def measure(minutes: float = MINUTES, readers: int = READERS) -> list[Row]:
    with serving() as server:
        day, early, late = asyncio.run(lived(server.address, psutil.Process(server.pid), minutes, readers))
        errors = server.errors()
    for one in [*day.wrong, *errors][:10]:
        print(one)
    name = f"{minutes:g} minutes, {readers} at a time, {next(day.seeds)} came"
    return [
        Row(f"{name}, exceptions", len(day.wrong) + len(errors), 0, ""),
        Row("rerun, p95", percentile(day.taken, 0.95), None, "ms"),
        Row("web process at most, USS", max(day.held), None, "MB"),
        Row(f"when all had left, after {minutes * EARLY:g} minutes, USS", early, None, "MB"),
        Row("the same at the end, by that", late / early, GROWTH, ""),
    ]


if __name__ == "__main__":
    show(measure(*map(int, sys.argv[1:3])))
