"""What it takes to open the lab: the bytes of a first and of a second visit, in a real Chromium behind a proxy that
counts them, and how long thirty wait who open one link at the same moment (simulated, see `benchmarks.users`)."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from statistics import median

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks.click import FLAGS
from benchmarks.live.counting_proxy import CountingProxy, counting
from benchmarks.live.goal import Goal, at_most
from benchmarks.server import link, percentile, serving
from benchmarks.users import PATIENCE, Tab, visit
from rnnlab.experiment import Experiment

READERS = 30
LINK = link(Experiment(), run=True)  # words-next, which is trained
DRAWN = {"playground-predictions", "playground-loss", "playground-hidden"}  # the parts that show it
TRAINED = """(epochs) => Number(document.querySelector('.rl-heatmap')?.dataset.epoch) === epochs"""
QUIET = 2000  # ms: nothing that an opening brings comes later


def measure() -> Iterator[Goal]:
    with serving() as server:
        with counting(server.address) as proxy, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            browser = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
            first, second = [bytes_of_a_visit(browser, proxy) for _ in range(2)]
            chromium.close()
        openings = asyncio.run(open_together(server.address))
    yield at_most("first visit, MB", first / 1e6, 3.3)
    yield at_most("second visit, KB", second / 1e3, 60)
    yield at_most(f"{READERS} open a link together: page there, p50, s", median(openings), 2)
    yield at_most(f"{READERS} open a link together: page there, p95, s", percentile(openings, 0.95), 3)


def bytes_of_a_visit(browser: BrowserContext, proxy: CountingProxy) -> int:
    """In a new tab, until the run that the link asks for is shown at its end, and whatever comes after that."""
    proxy.received = 0
    page = browser.new_page()
    page.goto(f"http://{proxy.address}/?{LINK}")
    page.wait_for_function(TRAINED, arg=Experiment().epochs, timeout=60_000)
    page.wait_for_timeout(QUIET)
    page.close()
    return proxy.received


async def open_together(address: str) -> list[float]:
    """Seconds until each has a page that shows the run."""
    async with AsyncExitStack() as stack:
        tabs = [await visit(stack, address, LINK) for _ in range(READERS)]
        return await asyncio.gather(*map(opened, tabs))


async def opened(tab: Tab) -> float:
    began = time.perf_counter()
    await tab.rerun()
    while not tab.parts.keys() >= DRAWN:  # the run was not opened yet when the page was drawn
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError(f"The page shows only {tab.parts}.")
        await tab.rerun()
    return time.perf_counter() - began
