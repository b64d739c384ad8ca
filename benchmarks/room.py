"""A class in a room: a teacher and thirty pupils, simulated over Streamlit's own websocket protocol.

    python -m benchmarks.room [minutes]

Pupils come in by the room's link, each is dealt a seed, trains and watches, answers a question of a lesson, moves
through the epochs, and goes from page to page, something every few seconds, for ten minutes if none are named. The
teacher looks at his board. How far that is behind is counted from when a pupil's page shows what he has done to when
the teacher's does.
"""

import asyncio
import itertools
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from streamlit.proto.Element_pb2 import Element

from benchmarks.server import Row, percentile, serving, show
from benchmarks.users import GOAL, PATIENCE, Tab, visit
from pages.shell.page_names import HOME
from rnnlab.i18n import translator
from rnnlab.lessons.course import LESSONS
from rnnlab.rooms.room import Pupil

PUPILS = 30
MINUTES = 10.0
PAUSE = (4.0, 12.0)  # seconds between two things that a pupil does
BEHIND = 1.0  # seconds that the board may be
PAGES = ("", "cell", "training", "gradients", "units", "data")
EPOCHS = 200  # of a training, and more
TRAINED = 120.0  # seconds that one may take before it counts as an error
LESSON, ANSWERS = "four-moves", ("1.4", "4")
T = translator("en")


class Board(Tab):
    """The teacher's tab: what its table says of each pupil, by his name, and who waits for it to say something."""

    def __init__(self, *about):
        super().__init__(*about)
        self.rows: dict[str, str] = {}
        self.waiting: list[tuple[str, str, asyncio.Future[None]]] = []

    def meet(self, element: Element, fragment: str) -> str:
        if element.WhichOneof("type") == "bidi_component" and element.bidi_component.HasField("json"):
            data = json.loads(element.bidi_component.json)
            if isinstance(data, list) and data[0].get("key") == "room-pupils-table":
                self.read(data)
        return super().meet(element, fragment)

    def read(self, data: list[Any]) -> None:
        rows = [[cell["text"] for cell in row] for table in data[0]["tables"] for row in table["rows"]]
        self.rows = {name: " · ".join(said) for name, *said in rows}
        for name, said, shown in self.waiting:
            if said in self.rows.get(name, "") and not shown.done():
                shown.set_result(None)
        self.waiting = [one for one in self.waiting if not one[2].done()]

    async def shows(self, name: str, said: str) -> float:
        """Seconds until the row of this name says it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        if said not in self.rows.get(name, ""):
            shown = loop.create_future()
            self.waiting.append((name, said, shown))
            await asyncio.wait_for(shown, PATIENCE)
        return loop.time() - began


@dataclass
class Measured:
    reruns: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # ms, by what was clicked
    openings: list[float] = field(default_factory=list)  # ms, of another page
    trained: list[float] = field(default_factory=list)  # seconds until it was
    behind: list[float] = field(default_factory=list)  # seconds
    done: Counter[str] = field(default_factory=Counter)  # what, and how often
    errors: list[str] = field(default_factory=list)


class InClass:
    """A pupil at his tab."""

    def __init__(self, tab: Tab, number: int, board: Board, measured: Measured):
        self.tab, self.number, self.board, self.measured = tab, number, board, measured
        self.chance = random.Random(number)
        self.epochs = itertools.cycle((EPOCHS, EPOCHS + 1))  # not as many as the last time, to be known by
        pupil = Pupil(number, 0.0)
        self.name = T("room.name", colour=T(f"room.colour.{pupil.colour}"), animal=T(f"room.animal.{pupil.animal}"))

    async def learn(self, seconds: float) -> None:
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        await asyncio.sleep(self.chance.uniform(0, PAUSE[1]))
        for action in itertools.chain([self.train, self.answer], iter(self.choose, None)):
            if clock() > end:
                return
            try:
                await action()
            except Exception as error:
                self.measured.errors.append(f"{action.__name__} of the {self.name}: {error!r}")
            self.measured.done[action.__name__] += 1
            await asyncio.sleep(self.chance.uniform(*PAUSE))

    def choose(self) -> Callable[[], Awaitable[None]]:
        return self.chance.choice([self.train, self.scrub, self.go])

    async def rerun(self, times: list[float], **asked: Any) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        await self.tab.rerun(**asked)
        times.append((clock() - began) * 1e3)

    async def seen(self, said: str) -> None:
        self.measured.behind.append(await self.board.shows(self.name, said))

    async def train(self) -> None:
        """With the seed that was dealt, to the end, and watch."""
        await self.to("")
        epochs = next(self.epochs)
        if not self.tab.holds("epochs"):
            await self.tab.unfold("more")
        self.tab.number("epochs").double_value = epochs
        await self.rerun(self.measured.reruns["train"], pressed="train")
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(TRAINED):
            while self.tab.status["live"] or self.tab.status["share"] < 1:  # at first it shows the run before
                await self.tab.watch(opening=self.tab.status["opening"])
                await self.tab.look()
        self.measured.trained.append(asyncio.get_running_loop().time() - began)
        await self.seen(f"epoch {epochs} of {epochs}")

    async def answer(self) -> None:
        [id] = [id for id in self.tab.widgets if id.endswith(f"guide_{LESSON}_{LESSONS[LESSON].steps[0].id}_0")]
        self.tab.widgets[id].string_value = self.chance.choice(ANSWERS)
        await self.rerun(self.measured.reruns["answer"], pressed="guide_answer")

    async def scrub(self) -> None:
        """The page Cell asks for the weights of the epoch to which its slider is moved; other pages ask for nothing."""
        await self.to("cell")
        told = {"run": self.tab.status["run"], "epoch": self.chance.choice(self.tab.status["epochs"]), "step": None}
        await self.rerun(self.measured.reruns["scrub"], told=("cell-epoch", "moved", told))

    async def go(self) -> None:
        await self.to(self.chance.choice(PAGES))

    async def to(self, page: str) -> None:
        if self.tab.page == self.tab.pages[page]:
            return
        self.tab.page = self.tab.pages[page]
        await self.rerun(self.measured.openings)
        await self.seen(f"· {T(f'page.{page or HOME}')} ·")


async def lesson(address: str, pupils: int, seconds: float) -> Measured:
    measured = Measured()
    async with AsyncExitStack() as stack:
        board = await visit(stack, address, "lang=en", kind=Board)
        await board.open()
        board.page = board.pages["room"]
        await board.rerun()
        await board.rerun("room_open")
        code = board.number("last_address").string_value.partition("room=")[2]
        board.number("room_split").string_array_value.data[:] = [T("room.split.seed")]
        await board.rerun()
        query = f"lang=en&preset=ohlol-cell&lesson={LESSON}&room={code}"
        tabs = [await visit(stack, address, query) for _ in range(pupils)]
        for tab in tabs:
            await tab.rerun()
        for number in range(pupils):
            await board.shows(InClass(tabs[number], number, board, measured).name, "")
        await asyncio.gather(*(InClass(tab, number, board, measured).learn(seconds) for number, tab in enumerate(tabs)))
    return measured


def measure(minutes: float = MINUTES) -> list[Row]:
    with serving() as server:
        measured = asyncio.run(lesson(server.address, PUPILS, 60 * minutes))
    for error in measured.errors:
        print(error, file=sys.stderr)
    name = f"{PUPILS} pupils in a room, {minutes:g} minutes"
    reruns = [ms for times in measured.reruns.values() for ms in times]
    return [
        *(Row(f"{name}: {what}", count, None, "") for what, count in sorted(measured.done.items())),
        Row(f"{name}: errors", len(measured.errors), 0, ""),
        Row(f"{name}: rerun, p50", median(reruns), None, "ms"),
        Row(f"{name}: rerun, p95", percentile(reruns, 0.95), GOAL, "ms"),
        *(
            Row(f"{name}: {what}, {p:.0%}", percentile(times, p), None, "ms")
            for what, times in measured.reruns.items()
            for p in (0.5, 0.95)
        ),
        Row(f"{name}: another page, p95", percentile(measured.openings, 0.95), None, "ms"),
        Row(f"{name}: trained, p95", percentile(measured.trained, 0.95), None, "s"),
        Row(f"{name}: board behind, p50", median(measured.behind), None, "s"),
        Row(f"{name}: board behind, p95", percentile(measured.behind, 0.95), BEHIND, "s"),
        Row(f"{name}: board behind, max", max(measured.behind), None, "s"),
    ]


if __name__ == "__main__":
    show(measure(*map(float, sys.argv[1:])))
