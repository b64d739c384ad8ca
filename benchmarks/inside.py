"""Inside the cell: from choosing a step to its numbers on the screen, frames while the steps are played, and a trace.

    python -m benchmarks.inside [trials]

The browser's part is measured in a real Chromium on 64 tokens and an LSTM of 256 units: from the key's own time stamp
to the animation frame after the one in which the written-out equation was that of the new step. The server is not
waited for. The worker's part is `tracing.look` on 64 tokens and an LSTM of 3 x 256, in this process.
"""

import shutil
import sys
import time
from itertools import pairwise
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.click import FLAGS
from benchmarks.server import Row, link, percentile, serving, show
from rnnlab.experiment import Experiment

TRIALS, WARM_UP = 30, 3
STEP_GOAL, FRAME_GOAL, TRACE_GOAL = 100.0, 1000 / 30, 150.0  # ms
PLAYED = 6_000  # ms
WORDS = [*"风吹过山雨落在水上听夜里河桥船鸟歌云雪月"]
SENTENCE = " ".join(WORDS[(7 * i + i // 3) % len(WORDS)] for i in range(65))  # 64 are read
LARGE = Experiment(text=SENTENCE, cell="lstm", hidden=256, embed=256, epochs=2)
DEEP = Experiment(text=SENTENCE, cell="lstm", hidden=256, embed=32, layers=3, epochs=1)

# JavaScript that runs in the page
READY = "document.querySelectorAll('.rl-unrolled:not([data-stale]) .ru-column').length === 64"
STEP = """() => new Promise((resolve, fail) => {
    const root = document.querySelector(".rl-unrolled");
    const equation = root.querySelector(".ru-equation");
    const before = root.dataset.step;
    let pressed = null;
    document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
    const observer = new MutationObserver(() => {
        if (pressed === null || root.dataset.step === before || equation.dataset.step !== root.dataset.step) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - pressed));
    });
    observer.observe(root, { subtree: true, childList: true, attributes: true });
    setTimeout(() => fail(new Error("no numbers within 10 s")), 10_000);
})"""
FRAMES = """(span) => new Promise((resolve) => {
    const times = [];
    const tick = (now) => {
        times.push(now);
        if (now - times[0] < span) requestAnimationFrame(tick);
        else resolve(times);
    };
    requestAnimationFrame(tick);
})"""


def step_times(page: Page, trials: int) -> list[float]:
    """Milliseconds of each arrow key."""
    page.locator(".ru-column[tabindex='0']").focus()
    taken = []
    for _ in range(WARM_UP + trials):
        page.evaluate(f"() => {{ window.taken = ({STEP})(); }}")
        page.keyboard.press("ArrowRight")
        taken.append(page.evaluate("() => window.taken"))
        page.wait_for_timeout(300)
    return taken[WARM_UP:]


def frame_times(page: Page) -> list[float]:
    """Milliseconds from frame to frame while the steps are played."""
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    times = page.evaluate(FRAMES, PLAYED)
    assert page.locator(".rl-unrolled[data-playing]").count(), "it stopped playing"
    return [after - before for before, after in pairwise(times)]


def trace_times(trials: int) -> list[float]:
    """Milliseconds of looking into a network of three layers."""
    import torch

    from rnnlab import training
    from rnnlab.inspection import trace
    from rnnlab.records.opening import Place

    torch.set_num_threads(1)  # as in a worker
    _, history = training.start(DEEP)
    weights, taken = history.checkpoints[-1].weights, []
    for _ in range(WARM_UP + trials):
        began = time.perf_counter()
        trace.trace(DEEP, weights, Place(layer=2))
        taken.append((time.perf_counter() - began) * 1e3)
    return taken[WARM_UP:]


def measure(trials: int = TRIALS) -> list[Row]:
    traces = trace_times(trials)
    with serving() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
            page.goto(f"http://{server.address}/cell?{link(LARGE, run=True)}")
            page.wait_for_function(READY, timeout=60_000)
            page.wait_for_timeout(2_000)
            steps, frames = step_times(page, trials), frame_times(page)
        finally:
            chromium.close()
    return [
        Row("step to numbers, 64 tokens x LSTM 256, median", median(steps), STEP_GOAL, "ms"),
        Row("step to numbers, 64 tokens x LSTM 256, p95", percentile(steps, 0.95), STEP_GOAL, "ms"),
        Row("time a frame while playing, mean (30 a second: 33 ms)", sum(frames) / len(frames), FRAME_GOAL, "ms"),
        Row("time a frame while playing, p95", percentile(frames, 0.95), None, "ms"),
        Row("look into LSTM 3 x 256, 64 tokens, median", median(traces), TRACE_GOAL, "ms"),
        Row("look into LSTM 3 x 256, 64 tokens, p95", percentile(traces, 0.95), None, "ms"),
    ]


if __name__ == "__main__":
    show(measure(*map(int, sys.argv[1:2])))
