"""The lab as served, and as a reader uses it in a browser."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Locator, Page, WebSocket, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.support.eventually import ROOT, eventually

# The first is the same browser without windows, which opens a page in half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
AXE = resources.files("axe_playwright_python") / "axe.min.js"
# Whether the server has drawn nothing for a moment, longer than between two drawings that belong together.
RESTS = """() => {
    const app = document.querySelector("[data-test-script-state]");
    const now = performance.now();
    if (!window.watching) {
        window.busy = now;
        window.watching = new MutationObserver(() => { window.busy = performance.now(); });
        window.watching.observe(app, {attributeFilter: ["data-test-script-state"]});
    }
    return app.dataset.testScriptState === "notRunning" && now - window.busy > 400;
}"""
expect.set_options(timeout=15_000)


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def serving(
    folder: Path, port: int = 0, within: Sequence[str] = (), **settings: str
) -> Iterator[tuple[str, psutil.Process]]:
    """The lab on a port of this machine, a free one where none is named, with one worker and these environment
    variables: its address and its process. `within`: a command that becomes the one behind it."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    options += ["--server.fileWatcherType", "none"]  # an editor next door must not take modules away under a test
    environment = os.environ | {"RNNLAB_WORKERS": "1"} | settings
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*within, sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, f"the server ended: {log.read_text()}"
        try:
            return urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).read() == b"ok"
        except OSError:
            return False

    try:
        eventually(answers, "the server answers", 60)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Lab:
    """The page. Locators and what is written there; nothing here waits for a fixed time."""

    def __init__(self, page: Page):
        self.page = page
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.sent: list[object] = []  # what the browser says to the server over its websocket
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self.hear)
        self.asked: list[str] = []  # and over that of the runs that go on
        page.on("websocket", self.listen)

    def hear(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location['url']}")

    def listen(self, websocket: WebSocket) -> None:
        lists = (self.sent, self.asked) if websocket.url.endswith("/live") else (self.sent,)
        websocket.on("framesent", lambda frame: [one.append(frame) for one in lists])

    def at(self, key: str):
        return self.page.locator(f".st-key-{key}")

    def button(self, key: str):
        return self.at(key).get_by_role("button")

    def press(self, key: str) -> "Lab":
        self.button(key).click()
        return self

    def rests(self) -> "Lab":
        """Waits until the page is drawn, and nothing of it is about to be drawn again, as a reader does."""
        eventually(lambda: self.page.evaluate(RESTS), "the page rests", 60)
        return self

    def choose(self, box: Locator, option: int) -> "Lab":
        """Takes an option of a select box, by its place, and waits until the page has been drawn with it."""
        self.rests()
        combobox = box.get_by_role("combobox")

        def taken() -> bool:
            """Where the page has just drawn the box anew, a key is lost, or the list is closed again."""
            if combobox.get_attribute("aria-expanded") != "true":
                combobox.press("ArrowDown")
            own = self.page.locator(f"[id='{combobox.get_attribute('aria-controls')}']")
            try:
                own.get_by_role("option").nth(option).click(timeout=3_000)  # tokens of a strip are options, too
            except PlaywrightTimeoutError:
                return False
            return True

        eventually(taken, "the option is taken")
        expect(combobox).to_have_attribute("aria-expanded", "false")
        return self.rests()

    def scrub(self, *keys: str) -> "Lab":
        """Moves through the epochs by these keys, once the page has drawn that the run rests: no key reaches the
        slider before."""
        slider = self.page.locator(".rl-scrubber input[type=range]")
        expect(slider).to_be_enabled(timeout=30_000)
        for key in keys:
            slider.press(key)
        return self

    def write(self, text: str, key: str = "text") -> "Lab":
        box = self.at(key).locator("textarea")
        box.fill(text)
        box.press("Control+Enter")
        return self

    @property
    def status(self) -> str:
        return self.at("status").inner_text()

    @property
    def epoch(self) -> int:
        found = re.search(r"([\d,]+) / [\d,]+", self.status)
        return int(found[1].replace(",", "")) if found else -1

    @property
    def run(self) -> str:
        """The id of the run that is shown."""
        return self.at("status").locator(".rl-progress").evaluate("node => node.component.data.run")

    @property
    def loss(self) -> str:
        return re.search(r"(?:损失|loss) (\S+)", self.status)[1]

    @property
    def predicted(self) -> tuple[str, ...]:
        return tuple(self.page.locator(".rl-predicted .rl-token").all_inner_texts())

    @property
    def chips(self) -> list[str]:
        return self.page.locator(".rl-chip bdi").all_inner_texts()

    @property
    def epochs_shown(self) -> list[int]:
        """Which epochs the strip, the loss cursor, the heatmap and the scrubber are at, as far as they are drawn."""
        script = "nodes => nodes.map(node => Number(node.dataset.epoch))"
        return self.page.eval_on_selector_all("[data-epoch]:not([data-epoch='']):not(.rl-progress)", script)

    @property
    def together_at(self) -> int | None:
        """The epoch that all four show, where they agree. The status is always at the newest."""
        epochs = self.epochs_shown
        return epochs[0] if len(epochs) == 4 and len(set(epochs)) == 1 else None

    def shows(self, epoch: int) -> "Lab":
        eventually(lambda: self.together_at == epoch, f"all four show epoch {epoch}; they showed {self.epochs_shown}")
        return self

    def plotted(self, key: str, what: str):
        """What Plotly has really been given: `_fullData[0].z`, say."""
        plain = "(_, value) => ArrayBuffer.isView(value) ? Array.from(value) : value"
        script = f"node => JSON.parse(JSON.stringify(node.{what}, {plain}))"
        return self.at(key).locator(".rl-plot").evaluate(script)

    def curve(self, key: str = "loss") -> list[float]:
        """The numbers of a curve by epoch, as they are drawn now."""
        return self.at(key).locator(".rl-curves").evaluate("node => Array.from(node.component.series[0].y)")

    def across(self, key: str = "loss") -> list[float]:
        """The epochs that its axis is from and to."""
        return self.at(key).locator(".rl-curves").evaluate("node => node.component.across")

    def marked(self, key: str) -> list[str]:
        """What its upright axis is marked with."""
        return self.at(key).locator(".rl-curves").evaluate("node => node.component.ticks.up.map(({text}) => text)")

    def cells(self, key: str = "hidden") -> list[list[float]]:
        """The numbers [unit][step] of a heatmap, as they are drawn now."""
        script = """({component: part}) => Array.from({length: part.data.units}, (_, unit) =>
            part.data.tokens.map((_, step) => part.value(unit, step)))"""
        return self.at(key).locator(".rl-heatmap").evaluate(script)

    def box(self, key: str, part: str) -> dict[str, float]:
        """Where on the page its numbers are drawn, in pixels."""
        script = """node => { const {box, plot} = node.component, {x, y} = (plot ?? node).getBoundingClientRect();
            return {x: x + box.x, y: y + box.y, width: box.width, height: box.height}; }"""
        self.at(key).locator(part).scroll_into_view_if_needed()
        return self.at(key).locator(part).evaluate(script)

    def theme(self, key: str, part: str) -> str:
        """The colour of its curve."""
        return self.at(key).locator(part).evaluate("node => node.component.theme.primary + node.component.theme.text")

    def lines(self, key: str) -> dict[str, dict[float, float]]:
        """All curves of one plot as they are drawn now, by name and by epoch."""
        script = """node => node.component.series.map(({name, at, y}) =>
            [name, Array.from(y, (value, i) => [at(i), value])])"""
        return {name: dict(points) for name, points in self.at(key).locator(".rl-curves").evaluate(script)}

    @property
    def points(self) -> int:
        return len(self.curve())

    def draws(self, key: str) -> int:
        return int(self.at(key).locator(".rl-chart").get_attribute("data-draws") or 0)

    def reaches(self, word: str, seconds: float = 40) -> "Lab":
        """Waits until the status ends with this word, the page has drawn that, which the stream knows before it, and
        everything drawn shows the newest epoch."""
        expect(self.at("status")).to_contain_text(re.compile(rf"·\s*(?:{word})\s*$"), timeout=seconds * 1000)
        live = "node => node.component.pageData.live"
        eventually(lambda: not self.at("status").locator(".rl-progress").evaluate(live), "the page knows that it rests")
        return self.shows(self.epoch)

    def trained(self, seconds: float = 40) -> "Lab":
        return self.reaches("trained|训练完成", seconds)

    def train(self) -> "Lab":
        """Presses Train, and waits until the run that this begins, or goes on with, is shown at its end."""
        before = self.run if re.search("trained$|训练完成$", self.status) else None
        self.press("train")
        eventually(lambda: self.run != before, "another run is shown")
        return self.trained()

    def finished(self, seconds: float = 60) -> "Lab":
        """Waits until the run is over, whatever the page draws of it."""
        expect(self.at("status")).to_contain_text(re.compile("(?<!not )trained|训练完成"), timeout=seconds * 1000)
        return self

    def paused(self) -> "Lab":
        return self.reaches("paused|已暂停")

    def runs(self) -> "Lab":
        """Waits until a few epochs of a run that goes on are there."""
        expect(self.button("pause")).to_be_enabled()
        eventually(lambda: self.epoch > 0, "the first epochs are there")
        return self

    def open(self, *keys: str) -> "Lab":
        """Opens popovers that are closed, by their keys: what is in them is not there before."""
        for key in keys:
            opener = self.at(key).get_by_test_id("stPopoverButton").first
            if opener.get_attribute("aria-expanded") != "true":
                opener.click()
            expect(self.page.get_by_test_id("stPopoverBody").last).to_be_visible()
        return self

    @property
    def address(self) -> str:
        """Asked of the page: Playwright's own `page.url` lags behind until it next hears from the browser."""
        return self.page.evaluate("location.href")

    @property
    def link(self) -> str:
        link = self.open("share").page.locator(".rl-link").input_value()
        self.page.keyboard.press("Escape")
        return link

    def wider_than_the_window(self) -> list[str]:
        """What of the page would have to be scrolled sideways: all of it, or its main part."""
        script = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth).map(node => node.className)"
        return self.page.eval_on_selector_all("html, .stMain", script)

    def barriers(self, part: str = "html", *rules: str) -> list[tuple[str, list[str]]]:
        """What axe finds seriously wrong in a part of the page, by its rules, or by these alone."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        only = {"runOnly": list(rules)} if rules else {}
        found = self.page.evaluate(
            "([part, how]) => axe.run(part, how)", [part, {"resultTypes": ["violations"]} | only]
        )
        return [
            (fault["id"], [node["html"][:120] for node in fault["nodes"]])
            for fault in found["violations"]
            if fault["impact"] in ("critical", "serious")
        ]

    def barriers_by_day_and_night(self) -> dict[str, list[tuple[str, list[str]]]]:
        """The same of all that is to be seen, in both themes: what another one changes is colours."""
        scheme = "dark" if self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
        other = {"dark": "light", "light": "dark"}[scheme]
        found = {scheme: self.barriers()}
        self.page.emulate_media(color_scheme=other)
        moving = (
            "({playState, timeline}) => playState === 'running' && timeline === document.timeline"  # not by scrolling
        )
        calm = f"!document.getAnimations().some({moving})"
        dark = "document.documentElement.hasAttribute('data-dark')"
        eventually(
            lambda: self.page.evaluate(dark) == (other == "dark") and self.page.evaluate(calm), f"all is {other}"
        )
        found[other] = self.barriers("html", "color-contrast")
        self.page.emulate_media(color_scheme=scheme)
        return {scheme: faults for scheme, faults in found.items() if faults}
