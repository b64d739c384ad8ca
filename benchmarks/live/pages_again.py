"""How long a page takes that was open before in the same session, from the click on its name until it stands still, and
a widget's rerun while a run goes on, against one at rest. In a real Chromium."""

import shutil
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.click import FLAGS, READY
from benchmarks.live.goal import Goal, at_most
from benchmarks.server import LONG, link, serving
from pages.shell.page_names import HOME, PAGES
from rnnlab.experiment import Experiment

ROUNDS = 5  # after a first one
RERUNS = 15
SHOWN = "() => Number(document.querySelector('.rl-heatmap')?.dataset.epoch) > 0"

# JavaScript that runs in the page: milliseconds from the click to the last change before half a second without any
OPENED = """() => new Promise((resolve) => {
    let clicked, changed, timer;
    document.addEventListener("click", (event) => { clicked = event.timeStamp; }, { capture: true, once: true });
    const aloud = ({ target, attributeName: name }) => // figures described, and widgets, once they have come to rest
        /^aria-|^tabindex$/.test(name ?? "") ||
        (target.closest ? target : target.parentElement)?.closest(".rl-aloud");
    const observer = new MutationObserver((changes) => {
        if (clicked === undefined || changes.every(aloud)) return;
        changed = performance.now();
        clearTimeout(timer);
        timer = setTimeout(() => { observer.disconnect(); resolve(changed - clicked); }, 500);
    });
    const all = { subtree: true, childList: true, attributes: true, characterData: true };
    observer.observe(document.querySelector(".stMain"), all);
})"""
# and from another cell in the form to the end of the page's own run
RERUN = """() => new Promise((resolve) => {
    const app = document.querySelector("[data-test-script-state]");
    const began = performance.now();
    let running = false;
    const observer = new MutationObserver(() => {
        const state = app.dataset.testScriptState;
        running ||= state === "running";
        if (!running || state !== "notRunning") return;
        observer.disconnect();
        resolve(performance.now() - began);
    });
    observer.observe(app, { attributeFilter: ["data-test-script-state"] });
    document.querySelector(".st-key-cell [role=radio]:not([aria-checked=true])").click();
})"""


def measure() -> Iterator[Goal]:
    with serving() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
        page.goto(f"http://{server.address}/?{link(Experiment(), run=True)}")
        page.wait_for_function(SHOWN, timeout=60_000)
        page.wait_for_timeout(2000)  # the page is drawn to its end
        for name, taken in openings(page).items():
            yield at_most(f"{name} opened again, p50, ms", median(taken), 200)
        page.goto(f"http://{server.address}/?{link(LONG)}")
        page.wait_for_function(READY, timeout=60_000)
        page.wait_for_timeout(2000)
        at_rest = reruns(page)
        page.click(".st-key-train button")
        page.wait_for_function(SHOWN, timeout=60_000)
        page.wait_for_timeout(2000)
        going = reruns(page)
        chromium.close()
    yield at_most("a rerun while a run goes on, against one at rest", going / at_rest, 1.25)


def openings(page: Page) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in PAGES}
    for turn in range(ROUNDS + 1):
        for name in (*PAGES[1:], HOME):
            opened = page.evaluate_handle(f"() => ({{ promise: ({OPENED})() }})")
            page.click(f'[data-testid="stTopNavLink"][href$="/{"" if name == HOME else name}"]')
            time = opened.evaluate("({ promise }) => promise")
            if turn:
                taken[name].append(time)
    return taken


def reruns(page: Page) -> float:
    """Milliseconds, the median."""
    taken = []
    for _ in range(RERUNS):
        taken.append(page.evaluate(RERUN))
        page.wait_for_timeout(300)
    return median(taken[2:])
