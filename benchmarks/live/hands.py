"""What a reader's hands wait for, in a real Chromium: from the click on Train to the first new frame (see
`benchmarks.click`), and from a move of the slider to the recorded frame, on the largest that there is."""

import random
import shutil
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import sync_playwright

from benchmarks import click
from benchmarks.click import FLAGS
from benchmarks.live.goal import Goal, at_most
from benchmarks.server import link, serving
from rnnlab.experiment import Experiment

CLICKS, MOVES = 15, 40
LARGEST = Experiment(text=" ".join(f"w{i}" for i in range(65)), hidden=256, epochs=40, lr=0.001)  # 64 tokens are read
RECORDED = """(epochs) => {
    const part = document.querySelector(".rl-heatmap")?.component;
    return part && !part.data.live && part.data.epochs.length > epochs / 2 && part.data.tokens.length === 64;
}"""

# JavaScript that runs in the page: milliseconds from the slider's event until that frame is drawn and painted
SCRUB = """(share) => new Promise((resolve) => {
    const range = document.querySelector(".rl-scrubber input");
    const { epochs } = document.querySelector(".rl-heatmap").component.data;
    const index = Math.floor(share * epochs.length);
    const parts = ["heatmap", "strip", "curves", "scrubber"].map((name) => document.querySelector(`.rl-${name}`));
    const { port1, port2 } = new MessageChannel();
    const began = performance.now();
    port1.onmessage = () => resolve(performance.now() - began);
    const look = () => {
        if (parts.every((part) => Number(part.dataset.epoch) === epochs[index])) port2.postMessage(null);
        else requestAnimationFrame(look);
    };
    range.valueAsNumber = index;
    range.dispatchEvent(new Event("input"));
    requestAnimationFrame(look);
})"""


def measure() -> Iterator[Goal]:
    with serving() as server:
        yield at_most("click on Train to the first new frame, p50, ms", median(clicks(server.address)), 150)
        yield at_most("a move of the slider to its frame, 64 x 256, p50, ms", median(moves(server.address)), 33)


def clicks(address: str) -> list[float]:
    return click.times(address, Experiment(), CLICKS)


def moves(address: str) -> list[float]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        page.goto(f"http://{address}/?{link(LARGEST, run=True)}")
        page.wait_for_function(RECORDED, arg=LARGEST.epochs, timeout=60_000)
        page.wait_for_timeout(2000)  # the page is drawn to its end
        chance = random.Random(0)
        taken = [page.evaluate(SCRUB, chance.random()) for _ in range(MOVES)]
        chromium.close()
    return taken
