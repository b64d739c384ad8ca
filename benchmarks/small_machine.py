"""How many readers the lab serves where memory is small: in a control group of Linux, which ends a process that asks
for more. Needs the right to make one, so on most machines root.

    python -m benchmarks.small_machine [megabytes] [readers]

What a group holds is what its processes have, each page of memory once, and files that were read, which the system
takes back where it needs the room; so of the two figures the one without files says what has to be there.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

from benchmarks.server import Row, link, serving, show
from benchmarks.users import visit
from rnnlab import Experiment

MEGABYTES, READERS = 1000, 20
ROOT = Path("/sys/fs/cgroup")


class Group:
    """A control group with so many bytes, in either version of the interface."""

    def __init__(self, limit: int):
        memory = ROOT / "memory"
        self.old = memory.is_dir()
        self.folder = (memory if self.old else ROOT) / "rnnlab-small-machine"
        self.folder.mkdir(exist_ok=True)
        (self.folder / ("memory.limit_in_bytes" if self.old else "memory.max")).write_text(str(limit))

    @property
    def entering(self) -> tuple[str, ...]:
        """A command that puts itself into the group, and becomes the one behind it."""
        return "sh", "-c", f'echo $$ > {self.folder}/cgroup.procs; exec "$@"', "sh"

    def held(self) -> float:
        """Megabytes that its processes have."""
        numbers = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        return int(numbers["total_rss" if self.old else "anon"]) / 1e6

    def ended(self) -> int:
        """How many of its processes were ended because they asked for more."""
        events = self.folder / ("memory.oom_control" if self.old else "memory.events")
        return int(dict(line.split() for line in events.read_text().splitlines())["oom_kill"])

    def most(self) -> float:
        """Megabytes at most, with files."""
        peak = self.folder / ("memory.max_usage_in_bytes" if self.old else "memory.peak")
        return int(peak.read_text()) / 1e6


@contextmanager
def group(limit: int) -> Iterator[Group]:
    made = Group(limit)
    try:
        yield made
    finally:
        with suppress(OSError):  # a process of it still ends
            made.folder.rmdir()


async def readers(address: str, count: int) -> None:
    """One after the other they come, train an experiment of their own, see all pages, and stay."""
    async with AsyncExitStack() as stack:
        for seed in range(count):
            tab = await visit(stack, address, link(Experiment(seed=seed), run=True))
            await tab.open()
            for page in tab.pages:
                await tab.go(page)


def measure(megabytes: int = MEGABYTES, count: int = READERS) -> list[Row]:
    with group(megabytes * 1_000_000) as small, serving(1, within=small.entering) as server:
        name, began = f"in {megabytes} MB with one worker", small.held()
        asyncio.run(readers(server.address, 1))
        one = small.held()
        asyncio.run(readers(server.address, count))
        return [
            Row(f"{name}, as it starts", began, None, "MB"),
            Row(f"{name}, one reader has seen all pages", one, None, "MB"),
            Row(f"{name}, {count} have", small.held(), None, "MB"),
            Row(f"{name}, at most, with files that were read", small.most(), None, "MB"),
            Row(f"{name}, processes ended for want of memory", small.ended(), 0, ""),
        ]


if __name__ == "__main__":
    show(measure(*map(int, sys.argv[1:3])))
