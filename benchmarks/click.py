"""From the click on Train to the first new frame on the screen, in a real Chromium, on a warm server.

    python -m benchmarks.click [trials]

The page itself keeps the time: from the click's own time stamp to the animation frame after the one in which the
hidden states of an epoch later than 0 were drawn. Every trial starts from "Same start".
"""

import shutil
import sys
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.server import LONG, Row, link, percentile, serving, show
from rnnlab.experiment import Experiment

TRIALS, WARM_UP = 15, 2
GOAL = 300.0  # ms
SETTLE = 700  # ms between trials: longer than any slice that nobody waits for any more
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
CASES = {"words-next": Experiment(), "LSTM 128, 5,000 epochs": LONG}

# JavaScript that runs in the page
READY = """() => {
    const chart = document.querySelector(".st-key-hidden .rl-heatmap");
    const train = document.querySelector(".st-key-train button");
    return chart?.dataset.epoch === "0" && train && !train.disabled;
}"""
ARM = """() => {
    let clicked = null;
    document.addEventListener("click", (event) => {
        if (!event.target.closest(".st-key-train button")) return;
        clicked = event.timeStamp;
    }, { capture: true, once: true });
    window.benchmark = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
            const { epoch } = document.querySelector(".st-key-hidden .rl-heatmap")?.dataset ?? {};
            if (clicked === null || !(Number(epoch) > 0)) return;
            observer.disconnect();
            requestAnimationFrame(() => resolve(performance.now() - clicked));
        });
        observer.observe(document, { subtree: true, attributeFilter: ["data-epoch"] });
    });
}"""
WAIT = """() => Promise.race([
    window.benchmark,
    new Promise((_, fail) => setTimeout(() => fail(new Error("no new frame within 10 s")), 10_000)),
])"""


def trial(page: Page) -> float:
    """Milliseconds of one click."""
    page.click(".st-key-reset button")
    page.wait_for_function(READY, timeout=30_000)
    page.wait_for_timeout(SETTLE)
    page.evaluate(ARM)
    page.click(".st-key-train button")
    return page.evaluate(WAIT)


def times(address: str, experiment: Experiment, trials: int) -> list[float]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
            page.goto(f"http://{address}/?{link(experiment)}")
            page.wait_for_function(READY, timeout=60_000)
            return [trial(page) for _ in range(WARM_UP + trials)][WARM_UP:]
        finally:
            chromium.close()


def measure(trials: int = TRIALS) -> list[Row]:
    rows = []
    with serving() as server:
        for name, experiment in CASES.items():
            taken = times(server.address, experiment, trials)
            rows += [
                Row(f"click to frame, {name}, median", median(taken), GOAL, "ms"),
                Row(f"click to frame, {name}, p95", percentile(taken, 0.95), None, "ms"),
            ]
    return rows


if __name__ == "__main__":
    show(measure(*map(int, sys.argv[1:2])))
