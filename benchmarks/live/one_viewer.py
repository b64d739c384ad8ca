"""How many different frames a second one viewer sees, in a real Chromium on the same machine, and what they cost."""

import shutil
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from benchmarks.click import FLAGS
from benchmarks.live.goal import Goal, at_least, at_most
from benchmarks.server import link, serving
from rnnlab.experiment import Experiment

SECONDS = 2.0  # the run is over after seven
SENTENCE = " ".join("abcdefghijklmnopqrstu")  # 21 tokens, of which 20 are read
WATCHED = Experiment(text=SENTENCE, cell="lstm", hidden=64, epochs=5_000)
SHOWN = "() => Number(document.querySelector('.rl-heatmap')?.dataset.epoch) > 100"

# JavaScript that runs in the page: the different epochs that each of the four shows, a second
FRAMES = """(seconds) => new Promise((resolve) => {
    const parts = ["strip", "curves", "heatmap", "scrubber"];
    const seen = parts.map(() => new Set());
    const began = performance.now();
    const look = () => {
        parts.forEach((part, i) => seen[i].add(document.querySelector(`.rl-${part}`)?.dataset.epoch));
        if (performance.now() - began < 1000 * seconds) requestAnimationFrame(look);
        else resolve(seen.map((epochs) => epochs.size / seconds));
    };
    look();
})"""


def measure() -> Iterator[Goal]:
    with serving() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        received: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
        page.goto(f"http://{server.address}/?{link(WATCHED, run=True)}")
        page.wait_for_function(SHOWN, timeout=60_000)
        page.wait_for_timeout(2000)  # the page is drawn to its end
        received.clear()
        frames = page.evaluate(FRAMES, SECONDS)
        messages, size = len(received) / SECONDS, sum(received) / SECONDS / 1000
        chromium.close()
    yield at_least("one viewer: different frames a second", min(frames), 20)
    yield at_most("one viewer: messages a second", messages, 25)
    yield at_most("one viewer: KB a second", size, 60)
