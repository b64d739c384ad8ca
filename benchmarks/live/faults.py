"""Faults in mid-run: processes killed and stopped, tabs closed, sockets cut, the server stopped and started. Every run
that has a viewer must end with the very losses of `rnnlab.run` in this process, as the page draws them at its end, in
64 bits; nothing typed may be lost, and nothing left behind.

Simulated tabs watch over the real protocols (`LastingTab`); beside them a real Chromium, with a text in its form that
was typed and not yet applied.
"""

import asyncio
import random
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from urllib.parse import urlsplit

import psutil
from playwright.async_api import Page, async_playwright

from benchmarks.click import FLAGS
from benchmarks.live.goal import Goal, at_most
from benchmarks.live.lasting_tab import LastingTab, lasting
from benchmarks.live.proxy import Proxy
from benchmarks.server import Server, link, serving
from rnnlab import run
from rnnlab.experiment import Experiment
from rnnlab.experiment.links import from_link

EXPERIMENTS = [  # some three seconds of computing each
    Experiment(cell="lstm", hidden=64, epochs=3000),
    Experiment(preset="paragraph-next", epochs=240),
]
TYPED = " and the dog sat on the cat"
READ = Experiment(text="the cat sat on the mat", cell="gru", epochs=4000)
ENDLESS = Experiment(cell="lstm", hidden=128, epochs=5000)
WATCHERS = 6
CUT = 10  # tabs
CUT_SECONDS = 150.0
CLOSED = 20  # tabs
KILLS = 20
STOPPED_SECONDS = 30.0
LEFT_AFTER = 10.0  # seconds
WORKERS = 2


def measure() -> list[Goal]:
    expected = [list(run(experiment).losses) for experiment in EXPERIMENTS]
    return asyncio.run(live_through(expected))


async def live_through(expected: list[list[float]]) -> list[Goal]:
    goals = []
    with ExitStack() as servers:
        server = await asyncio.to_thread(servers.enter_context, serving(WORKERS))
        async with Proxy(server.address) as proxy, AsyncExitStack() as stack:
            page = await chromium_at(stack, proxy.address)
            tabs = await opened(stack, proxy.address, CUT)
            watchers = await opened(stack, server.address, WATCHERS)
            cut = asyncio.create_task(cut_for_long(proxy, tabs, page, expected))
            await asyncio.sleep(10)  # by now their runs pause
            for name, longest, fault in (
                (f"{KILLS} workers killed", 5, kill_workers),
                ("all workers and their parent killed", 20, kill_all),
                (f"a worker stopped for {STOPPED_SECONDS:g} s", 5, stop_worker),
            ):
                goals += await watched_through(name, longest, fault, server, watchers, expected)
            goals += await close_tabs(server)
            goals += await cut
            goals += await restart(servers, server, tabs, page, expected)
    return goals


async def opened(stack: AsyncExitStack, address: str, count: int) -> list[LastingTab]:
    return [await lasting(stack, address, link(EXPERIMENTS[i % len(EXPERIMENTS)])) for i in range(count)]


async def trained(tabs: Sequence[LastingTab]) -> list[asyncio.Task[list[float]]]:
    """Click on Train in all, and let them watch."""
    await asyncio.gather(*(tab.train() for tab in tabs))
    return [asyncio.create_task(tab.to_the_end()) for tab in tabs]


async def others(ends: Sequence[Awaitable[list[float]]], expected: list[list[float]]) -> int:
    """How many runs ended with other losses."""
    return sum(losses != expected[i % len(expected)] for i, losses in enumerate(await asyncio.gather(*ends)))


# Processes
def helpers(server: Server) -> list[psutil.Process]:
    """Workers, and the process that they are forked from."""
    return psutil.Process(server.pid).children(recursive=True)


def workers_of(server: Server) -> list[psutil.Process]:
    found = []
    for process in helpers(server):
        with suppress(psutil.NoSuchProcess):
            if process.ppid() != server.pid:
                found.append(process)
    return found


async def kill_workers(server: Server) -> None:
    chance = random.Random(0)
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        while not (workers := workers_of(server)):
            await asyncio.sleep(0.05)
        with suppress(psutil.NoSuchProcess):
            chance.choice(workers).kill()


async def kill_all(server: Server) -> None:
    for process in helpers(server):
        with suppress(psutil.NoSuchProcess):
            process.kill()


async def stop_worker(server: Server) -> None:
    stopped = workers_of(server)[0]
    stopped.suspend()

    def go_on() -> None:
        with suppress(psutil.NoSuchProcess):
            stopped.resume()

    asyncio.get_running_loop().call_later(STOPPED_SECONDS, go_on)


async def watched_through(
    name: str,
    longest: float,
    fault: Callable[[Server], Awaitable[None]],
    server: Server,
    tabs: list[LastingTab],
    expected: list[list[float]],
) -> list[Goal]:
    ends = await trained(tabs)
    await asyncio.sleep(2)
    await fault(server)
    wrong = await others(ends, expected)
    return [
        at_most(f"{name}: of {len(tabs)} runs, with other losses", wrong, 0),
        at_most(f"{name}: the longest that a run stood still, s", max(tab.stood for tab in tabs), longest),
    ]


# Tabs and sockets
def connections(server: Server) -> int:
    port = int(server.address.split(":")[1])
    found = psutil.Process(server.pid).net_connections("tcp")
    return sum(one.status == psutil.CONN_ESTABLISHED and one.laddr.port == port for one in found)


async def close_tabs(server: Server) -> list[Goal]:
    before = connections(server)
    async with AsyncExitStack() as stack:
        tabs = [await lasting(stack, server.address, link(ENDLESS, run=True)) for _ in range(CLOSED)]
        watching = [asyncio.create_task(tab.watch()) for tab in tabs]
        await asyncio.sleep(2)
        for task in watching:
            task.cancel()
    await asyncio.sleep(LEFT_AFTER)
    workers, began = workers_of(server), time.perf_counter()
    used = [sum(process.cpu_times()[:2]) for process in workers]
    await asyncio.sleep(3)
    busy = sum(sum(process.cpu_times()[:2]) - old for process, old in zip(workers, used, strict=True))
    name = f"{CLOSED} tabs closed, after {LEFT_AFTER:g} s"
    return [
        at_most(f"{name}: computing of the workers, share of a core", busy / (time.perf_counter() - began), 0.05),
        at_most(f"{name}: sockets left", connections(server) - before, 0),
    ]


async def cut_for_long(proxy: Proxy, tabs: list[LastingTab], page: Page, expected: list[list[float]]) -> list[Goal]:
    await page.get_by_role("button", name="Train").click()
    ends = await trained(tabs)
    await asyncio.sleep(2)
    typed = await type_more(page)
    proxy.cut()
    await asyncio.sleep(CUT_SECONDS)
    await proxy.open()
    return await come_back(f"{len(tabs)} tabs cut for {CUT_SECONDS:g} s", 15, tabs, ends, page, typed, expected)


async def restart(
    servers: ExitStack, server: Server, tabs: list[LastingTab], page: Page, expected: list[list[float]]
) -> list[Goal]:
    await page.get_by_role("button", name="Train").click()
    ends = await trained(tabs)
    await asyncio.sleep(2)
    typed, every = await type_more(page), helpers(server)
    await asyncio.to_thread(servers.close)
    _, left = await asyncio.to_thread(psutil.wait_procs, every, LEFT_AFTER)
    port = int(server.address.split(":")[1])
    await asyncio.to_thread(servers.enter_context, serving(WORKERS, port))
    back = await come_back("server restarted", 15, tabs, ends, page, typed, expected)
    return [at_most(f"server stopped, after {LEFT_AFTER:g} s: processes left", len(left), 0), *back]


async def come_back(
    name: str,
    longest: float,
    tabs: list[LastingTab],
    ends: list[asyncio.Task[list[float]]],
    page: Page,
    typed: str,
    expected: list[list[float]],
) -> list[Goal]:
    """From now on there is a server again: every page finds out by itself."""
    began = time.perf_counter()
    await page.locator(".st-key-notes").wait_for(timeout=60_000)
    taken = time.perf_counter() - began
    kept = await page.locator(".st-key-text textarea").input_value() == typed
    wrong = await others(ends, expected)
    await page.locator(".st-key-notes_seen button").click()
    await page.get_by_role("button", name="Train").click()
    await page.get_by_text("· trained").wait_for(timeout=60_000)
    shown = from_link(urlsplit(page.url).query).experiment
    losses = await page.locator(".rl-curves").evaluate("node => Array.from(node.component.series[0].y)")
    wrong += losses != list(run(shown).losses) or shown != READ.model_copy(update={"text": typed})
    latest = max(taken, *(tab.began - began for tab in tabs))
    return [
        at_most(f"{name}: of {len(tabs) + 1} runs, with other losses or of another experiment", wrong, 0),
        at_most(f"{name}: texts lost", not kept, 0),
        at_most(f"{name}: until the last page says what became of its run, s", latest, longest),
    ]


# The real browser
async def chromium_at(stack: AsyncExitStack, address: str) -> Page:
    playwright = await stack.enter_async_context(async_playwright())
    chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    stack.push_async_callback(chromium.close)
    page = await chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
    await page.goto(f"http://{address}/?{link(READ)}")
    await page.locator(".rl-curves").wait_for(timeout=60_000)
    return page


async def type_more(page: Page) -> str:
    """At the end of the text in the form, without applying it."""
    text = page.locator(".st-key-text textarea")
    await text.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(TYPED)
    return await text.input_value()
