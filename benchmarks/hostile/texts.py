"""Texts that are no words, on every page, in a real Chromium: nothing of them may run, and nothing may go elsewhere."""

import random
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Page, Request, sync_playwright

from benchmarks.click import FLAGS
from benchmarks.hostile.strings import MARK, hostile
from benchmarks.server import Row, link, serving
from pages.shell.page_names import PAGES
from rnnlab import Experiment

COUNT, A_TEXT = 1_000, 20  # of them, and how many stand in one text
DRAWN = """() => document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning"
    && document.querySelector(".stMain [data-mounts], .stMain [data-testid=stMarkdown]") !== null"""


def texts(count: int) -> list[str]:
    chance = random.Random(0)
    strings = [hostile(chance).replace("\n", " ") for _ in range(count)]
    return ["\n".join(strings[at : at + A_TEXT]) for at in range(0, count, A_TEXT)]


def open_on_every_page(page: Page, address: str, text: str) -> list[str]:
    """What of it did more than stand there."""
    wrong: list[str] = []
    query = link(Experiment(preset="words-next", text=text, epochs=2), run=True)
    for name in ("", *PAGES):
        page.goto(f"http://{address}/{name}?{query}")
        page.wait_for_function(DRAWN, timeout=60_000)
        if page.evaluate(f"'{MARK}' in window"):
            wrong.append(f"/{name}: it ran")
        if page.get_by_test_id("stException").count():
            wrong.append(f"/{name}: the page failed")
    return wrong


def measure(count: int = COUNT) -> list[Row]:
    wrong: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note_where(request: Request) -> None:
        if urlsplit(request.url).netloc not in ("", server.address):
            wrong.append(f"asked: {request.url}")

    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        page.on("dialog", dismiss)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", note_where)
        for text in texts(count):
            wrong += open_on_every_page(page, server.address, text)
        browser.close()
        wrong += server.errors()
    for one in wrong[:10]:
        print(one)
    return [Row(f"{count} hostile texts on every page, what ran, failed or went elsewhere", len(wrong), 0, "")]
