"""Links that somebody else has made, each opened as a browser would, on one page or another."""

import asyncio
import random
from contextlib import AsyncExitStack
from urllib.parse import parse_qsl, quote

from benchmarks.hostile.strings import hostile
from benchmarks.server import Row, link, percentile, serving
from benchmarks.users import visit
from rnnlab import Experiment
from rnnlab.experiment import preset_experiment
from rnnlab.presets.presets import PRESETS

COUNT = 10_000
TOGETHER = 4
MORE = (
    "lang",
    "run",
    "v",
    "page",
    "epoch",
    "step",
    "hide",
    "present",
    "lesson",
    "at",
    "room",
    "teach",
    "until",
    "race",
)
OTHERS = ("", "constructor", "__proto__", "utm_source", "preset[]", "lr;seed", "%00", "from")


def hostile_link(chance: random.Random) -> str:
    """A link of the lab's own, of which some values, names and places are others."""
    experiment = preset_experiment(chance.choice(list(PRESETS)), chance.choice(("zh", "en")))
    pairs = parse_qsl(link(experiment, run=False), keep_blank_values=True)
    names = [*Experiment.model_fields, *MORE, *OTHERS]
    for _ in range(chance.randint(1, 6)):
        match chance.randrange(4):
            case 0:
                pairs.insert(chance.randint(0, len(pairs)), (chance.choice(names), hostile(chance)))
            case 1 if pairs:
                place = chance.randrange(len(pairs))
                pairs[place] = pairs[place][0], hostile(chance)
            case 2 if pairs:
                pairs.append(chance.choice(pairs))
            case _:
                number = chance.choice(["-1", "0", "1e9", "1e-9", "nan", "٣", "1" * 400, "0.1.2", "", "true"])
                pairs.append((chance.choice(names), number))
    text = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    if chance.random() < 0.1:
        text = text.replace("%", chance.choice(["%%", "%u", "%2"]), chance.randint(1, 3))
    return text.replace("&", chance.choice(["&", "&", "&amp;", "&&"]))


async def open_all(address: str, count: int) -> tuple[list[float], list[str]]:
    """How long each took, in ms, and what went wrong."""
    clock, turns = asyncio.get_running_loop().time, asyncio.Semaphore(TOGETHER)
    taken: list[float] = []
    wrong: list[str] = []

    async def open_one(number: int) -> None:
        async with turns, AsyncExitStack() as stack:
            query = hostile_link(random.Random(number))
            try:
                tab = await visit(stack, address, query)
                began = clock()
                await tab.rerun()
                taken.append((clock() - began) * 1e3)
            except Exception as error:
                wrong.append(f"{number}: {error!r}: {query}")

    await asyncio.gather(*(open_one(number) for number in range(count)))
    return taken, wrong


def measure(count: int = COUNT) -> list[Row]:
    with serving() as server:
        taken, wrong = asyncio.run(open_all(server.address, count))
        errors = server.errors()
    for one in [*wrong, *errors][:10]:
        print(one)
    return [
        Row(f"{count} hostile links, exceptions", len(wrong) + len(errors), 0, ""),
        Row(f"{count} hostile links, until the page is drawn, p95", percentile(taken, 0.95), None, "ms"),
    ]
