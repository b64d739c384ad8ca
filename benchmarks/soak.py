"""A long day: readers come, train, change settings and pages at a class's pace, and go, for two hours.

    python -m benchmarks.soak [minutes] [readers at a time]

What a web process holds goes up and down with what is on the screens, so it is looked at every few seconds, and the
last quarter is compared with the second: in the first everything is loaded once.
"""

import asyncio
import random
import sys
from contextlib import AsyncExitStack
from itertools import count
from statistics import mean

import psutil

from benchmarks.memory import megabytes
from benchmarks.server import Row, link, percentile, serving, show
from benchmarks.users import Tab, visit
from rnnlab import Experiment
from rnnlab.experiment import preset_experiment

MINUTES, READERS = 120, 30
STAYS = (60.0, 600.0)  # seconds that one stays: some look in, some stay for a lesson
THINKS = (3.0, 20.0)  # between two acts
TRAINED = 60.0  # seconds that a run may take before it counts as an exception
LOOK = 5.0  # seconds
EXAMPLES = ("words-next", "lstm", "gru", "paragraph-next", "lstm-classifier", "gru-tagger")
GROWTH = 1.05


async def watch(tab: Tab) -> None:
    """The run that goes on, to its end, if one does."""
    clock, before = asyncio.get_running_loop().time, None
    gives_up = clock() + TRAINED
    while tab.status.get("live") and tab.status is not before:  # one that is drawn no more is off the page
        if clock() > gives_up:
            raise TimeoutError(f"not trained within {TRAINED:g} s: {tab.status}")
        before = tab.status
        await asyncio.wait_for(tab.watch(opening=tab.status["opening"]), TRAINED)
        await tab.look()


class Day:
    def __init__(self, address: str, minutes: float):
        self.address, self.ends = address, asyncio.get_running_loop().time() + 60 * minutes
        self.taken: list[float] = []  # ms of each rerun
        self.wrong: list[str] = []
        self.came = 0

    @property
    def over(self) -> bool:
        return asyncio.get_running_loop().time() >= self.ends

    async def place(self, seeds: "count[int]") -> None:
        """One after the other sits here."""
        while not self.over:
            seed = next(seeds)
            self.came += 1
            try:
                await self.stay(seed, random.Random(seed))
            except Exception as error:
                self.wrong.append(f"reader {seed}: {error!r}")

    async def stay(self, seed: int, chance: random.Random) -> None:
        clock = asyncio.get_running_loop().time
        goes = min(clock() + chance.uniform(*STAYS), self.ends)
        example = preset_experiment(chance.choice(EXAMPLES), chance.choice(("zh", "en")))
        query = link(
            Experiment(**example.model_dump() | {"seed": seed % 1_000, "epochs": min(example.epochs, 20)}), run=True
        )
        async with AsyncExitStack() as stack:
            tab = await visit(stack, self.address, query)
            await tab.rerun()
            await watch(tab)
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
                await watch(tab)

    async def look(self, web: psutil.Process) -> list[float]:
        held = []
        while not self.over:
            await asyncio.sleep(LOOK)
            held.append(megabytes(web)[1])
        return held


async def day(address: str, web: psutil.Process, minutes: float, readers: int) -> tuple[Day, list[float]]:
    it, seeds = Day(address, minutes), count()
    looking = asyncio.create_task(it.look(web))
    await asyncio.gather(*(it.place(seeds) for _ in range(readers)))
    return it, await looking


def measure(minutes: float = MINUTES, readers: int = READERS) -> list[Row]:
    with serving() as server:
        web = psutil.Process(server.pid)
        it, held = asyncio.run(day(server.address, web, minutes, readers))
        errors = server.errors()
    for one in [*it.wrong, *errors][:10]:
        print(one)
    quarter = len(held) // 4
    second, last = mean(held[quarter : 2 * quarter]), mean(held[-quarter:])
    name = f"{minutes:g} minutes, {readers} at a time, {it.came} came"
    return [
        Row(f"{name}, exceptions", len(it.wrong) + len(errors), 0, ""),
        Row("rerun, p95", percentile(it.taken, 0.95), None, "ms"),
        Row("web process, second quarter, USS", second, None, "MB"),
        Row("web process, last quarter, by the second", last / second, GROWTH, ""),
    ]


if __name__ == "__main__":
    show(measure(*map(int, sys.argv[1:3])))
