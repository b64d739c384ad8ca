"""A run that is watched: how many different frames a second are shown, and what thirty who train at once get.

    python -m benchmarks.live [viewers]

Prints a line of JSON for each goal. One viewer is a real Chromium on the same machine. The thirty are simulated over
the real protocols: a page each (see `users`), and the websocket of the run that it shows.
"""

import asyncio
import json
import random
import shutil
import sys
import time
from contextlib import AsyncExitStack
from statistics import median

import psutil
from playwright.sync_api import sync_playwright

from benchmarks.click import FLAGS
from benchmarks.server import Server, link, percentile, serving
from benchmarks.users import Tab, use, visit
from rnnlab.experiment import Experiment

VIEWERS = 30
OTHERS = 10  # who change a number in the sidebar meanwhile
SECONDS = 10.0
ALONE = 2.0  # seconds: the run of the one viewer is over after seven
SENTENCE = " ".join("abcdefghijklmnopqrstu")  # 21 tokens, of which 20 are read
WATCHED = Experiment(text=SENTENCE, cell="lstm", hidden=64, epochs=5_000)
TRAINED = Experiment(epochs=5_000)

# JavaScript that runs in the page: the different epochs that each of the four shows, a second
FRAMES = """(seconds) => new Promise((resolve) => {
    const parts = ["strip", "curve", "heatmap", "scrubber"];
    const seen = parts.map(() => new Set());
    const began = performance.now();
    const look = () => {
        parts.forEach((part, i) => seen[i].add(document.querySelector(`.rl-${part}`)?.dataset.epoch));
        if (performance.now() - began < 1000 * seconds) requestAnimationFrame(look);
        else resolve(seen.map((epochs) => epochs.size / seconds));
    };
    look();
})"""


SHOWN = "() => Number(document.querySelector('.rl-heatmap')?.dataset.epoch) > 100"


def result(name: str, value: float, goal: float, at_least: bool = False) -> dict[str, object]:
    met = value >= goal if at_least else value <= goal
    return {"name": name, "value": round(value, 3), "goal": goal, "met": met}


def one_viewer(server: Server) -> list[dict[str, object]]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        received: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
        page.goto(f"http://{server.address}/?{link(WATCHED, run=True)}")
        page.wait_for_function(
            "() => Number(document.querySelector('.rl-heatmap')?.dataset.epoch) > 100", timeout=60_000
        )
        page.wait_for_timeout(2000)  # the page is drawn to its end
        received.clear()
        frames = page.evaluate(FRAMES, ALONE)
        messages, size = len(received) / ALONE, sum(received) / ALONE / 1000
        chromium.close()
    return [
        result("one viewer: different frames a second", min(frames), 20, at_least=True),
        result("one viewer: messages a second", messages, 25),
        result("one viewer: KB a second", size, 60),
    ]


async def opened(tab: Tab) -> float:
    """Seconds until the page is there."""
    began = time.perf_counter()
    await tab.rerun()
    return time.perf_counter() - began


async def crowd(server: Server, viewers: int) -> list[dict[str, object]]:
    process = psutil.Process(server.pid)
    async with AsyncExitStack() as stack:
        quiet = [await visit(stack, server.address) for _ in range(OTHERS)]
        for tab in quiet:
            await tab.open()
        tabs = [await visit(stack, server.address, link(TRAINED, run=True)) for _ in range(viewers)]
        openings = await asyncio.gather(*map(opened, tabs))
        for tab in tabs:
            stack.callback(asyncio.create_task(tab.watch()).cancel)
        await asyncio.sleep(2)
        before = [tab.frames for tab in tabs]
        used, began = sum(process.cpu_times()[:2]), time.perf_counter()
        taken = await asyncio.gather(
            *(use(tab, ("lr", "seed")[i % 2], random.Random(i), SECONDS) for i, tab in enumerate(quiet))
        )
        passed = time.perf_counter() - began
        frames = [(tab.frames - first) / passed for tab, first in zip(tabs, before, strict=True)]
        busy = (sum(process.cpu_times()[:2]) - used) / passed
        memory = process.memory_info().rss / 1e6
    reruns = [one for some in taken for one in some]
    name = f"{viewers} viewers"
    return [
        result(f"{name}: frames a second each, p50", median(frames), 8, at_least=True),
        result(f"{name}: frames a second each, worst", min(frames), 4, at_least=True),
        result(f"{name}: page opened, p95, s", percentile(openings, 0.95), 5),
        result(f"{name}: rerun of {OTHERS} others, p95, ms", percentile(reruns, 0.95), 150),
        result(f"{name}: web process, share of a core", busy, 0.6),
        result(f"{name}: web process, MB", memory, 350),
    ]


def main() -> None:
    viewers = int(sys.argv[1]) if len(sys.argv) > 1 else VIEWERS
    with serving() as server:
        for one in one_viewer(server):
            print(json.dumps(one), flush=True)
    with serving() as server:
        for one in asyncio.run(crowd(server, viewers)):
            print(json.dumps(one), flush=True)


if __name__ == "__main__":
    main()
