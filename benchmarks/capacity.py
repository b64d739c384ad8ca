"""How many machines a thousand readers need, and what breaks first: what a reader costs is measured, and what becomes
of many is simulated.

    python -m benchmarks.capacity

A reader works at a class's pace (`PACE`). What he asks for takes turns at the one thread of a web process that runs
Python, his runs take turns at its workers. Of both lines the simulation asks how long one waits in them: a page that is
asked for while others are drawn, a run that is trained while others are. Machines have `CORES` cores, shared between
web processes and workers as it suits best; a proxy in front, which does little, is not counted.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import psutil

from benchmarks.memory import family, megabytes
from benchmarks.server import Row, link, percentile, serving, show
from benchmarks.users import visit
from rnnlab import Experiment

PACE = {"rerun": 15.0, "page": 45.0, "run": 60.0}  # seconds between two of a reader's
TIMES = 12  # that each is measured
RUN = Experiment(preset="gru-tagger")  # what a reader trains: 3 s on one core
CORES, MEMORY = 8, 16_000  # of a machine; MB
READERS = (1_000, 10_000, 100_000)
WAIT_GOAL, RUN_GOAL = 0.15, 2.0  # p95: seconds that a page may wait for others; times as long as alone a run may take
HOUR = 1_200.0  # seconds that are simulated


@dataclass(frozen=True)
class Costs:
    """Of one reader, in seconds of one core, and megabytes of the web process."""

    rerun: float
    page: float
    run_web: float  # to tell a browser of a run from its beginning to its end
    run_worker: float
    held: float
    base: float


async def cost(web: psutil.Process, act: Callable[[int], Awaitable[None]]) -> float:
    """Seconds that the web process computes for one such act."""
    before = sum(web.cpu_times()[:2])
    for number in range(TIMES):
        await act(number)
    return (sum(web.cpu_times()[:2]) - before) / TIMES


async def measured(address: str, web: psutil.Process) -> Costs:
    async with AsyncExitStack() as stack:
        tab = await visit(stack, address)
        await tab.open()
        base = megabytes(web)[1]

        async def change(_: int) -> None:
            tab.number("hidden_size").double_value += 1
            await tab.rerun()

        pages = list(tab.pages)

        async def go(number: int) -> None:
            await tab.go(pages[number % len(pages)])

        rerun, page = await cost(web, change), await cost(web, go)
        worker = family(web)[1][0]

        async def train(number: int) -> None:
            async with AsyncExitStack() as own:
                other = await visit(own, address, link(RUN.model_copy(update={"seed": 1_000 + number}), run=True))
                await other.rerun()
                await other.watch()

        before = sum(worker.cpu_times()[:2])
        run_web = await cost(web, train)
        run_worker = (sum(worker.cpu_times()[:2]) - before) / TIMES
        held = [await visit(stack, address, link(Experiment(seed=seed), run=True)) for seed in range(TIMES)]
        for one in held:
            await one.open()
        return Costs(rerun, page, run_web, run_worker, (megabytes(web)[1] - base) / TIMES, base)


def waits(arrivals: list[tuple[float, float]]) -> list[float]:
    """How long each waits where they are met one after the other. `arrivals`: when, and how much work."""
    free, waited = 0.0, []
    for when, work in sorted(arrivals):
        waited.append(max(free - when, 0.0))
        free = max(when, free) + work
    return waited


def shared_turns(arrivals: list[tuple[float, float]], servers: int) -> list[float]:
    """The same where all that are there get the same share of so many cores, none more than one."""
    events, now, there, taken = sorted(arrivals), 0.0, [], []  # there: [work left, work, when]
    while events or there:
        share = min(1.0, servers / len(there)) if there else 1.0
        ends = now + min(left for left, _, _ in there) / share if there else float("inf")
        comes = events[0][0] if events else float("inf")
        passed = (min(ends, comes) - now) * share
        there = [(left - passed, work, when) for left, work, when in there]
        now = min(ends, comes)
        if comes <= ends:
            when, work = events.pop(0)
            there.append((work, work, when))
        taken += [(now - when) / work for left, work, when in there if left <= 1e-9]
        there = [one for one in there if one[0] > 1e-9]
    return taken


def arrivals(chance: random.Random, readers: int, period: float, work: float) -> list[tuple[float, float]]:
    """Of so many readers, each of whom does it once in a period, at any time."""
    count = round(readers * HOUR / period)
    return [(chance.uniform(0, HOUR), work * chance.uniform(0.5, 1.5)) for _ in range(count)]


def bears(costs: Costs, readers: int, workers: float) -> dict[str, bool]:
    """What of a web process with so many workers holds with so many readers."""
    chance = random.Random(readers)
    asked = [
        *arrivals(chance, readers, PACE["rerun"], costs.rerun),
        *arrivals(chance, readers, PACE["page"], costs.page),
        *arrivals(chance, readers, PACE["run"] / 10, costs.run_web / 10),  # a run is told of in pieces
    ]
    trained = shared_turns(arrivals(chance, readers, PACE["run"], costs.run_worker), max(round(workers), 1))
    return {
        "pages": percentile(waits(asked), 0.95) <= WAIT_GOAL,
        "runs": percentile(trained, 0.95) <= RUN_GOAL,
        "memory": costs.base + readers * costs.held <= MEMORY / 2,
    }


def most(holds: Callable[[int], bool]) -> int:
    """The most readers with which it does, to a tenth."""
    low, high = 1, 2
    while holds(high):
        low, high = high, high * 2
    while high - low > max(1, low // 10):
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def measure() -> list[Row]:
    with serving(1) as server:
        web = psutil.Process(server.pid)
        costs = asyncio.run(measured(server.address, web))
    a_web = most(lambda readers: bears(costs, readers, readers)["pages"])  # with workers enough
    a_machine = {
        webs: min(
            most(lambda readers, webs=webs: all(bears(costs, readers, (CORES - webs) / webs).values())) * webs,
            a_web * webs,
        )
        for webs in range(1, CORES // 2 + 1)
    }
    webs = max(a_machine, key=a_machine.__getitem__)
    broken = bears(costs, a_machine[webs] // webs * 5 // 4, (CORES - webs) / webs)
    print(
        f"{webs} of {CORES} cores for web processes; what breaks first:",
        *(name for name, well in broken.items() if not well),
    )
    return [
        Row("a rerun, in the web process", costs.rerun * 1e3, None, "ms"),
        Row("another page", costs.page * 1e3, None, "ms"),
        Row("a run, in the web process", costs.run_web * 1e3, None, "ms"),
        Row("the same, in a worker", costs.run_worker, None, "s"),
        Row("a reader's session, in the web process", costs.held, None, "MB"),
        Row("readers that a web process bears, with workers enough", a_web, None, ""),
        Row(f"readers that a machine of {CORES} cores bears", a_machine[webs], None, ""),
        *(Row(f"machines for {readers:,} readers", -(-readers // a_machine[webs]), None, "") for readers in READERS),
    ]


if __name__ == "__main__":
    show(measure())
