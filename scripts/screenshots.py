"""Take the README's pictures from a running lab: `python -m scripts.screenshots [folder]`.

The playground, a sheet with every page, and an exported notebook; each in both languages. Needs a Chromium on the PATH,
and a font with Chinese characters.
"""

import base64
import shutil
import sys
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.server import serving
from rnnlab.cells import CELLS
from rnnlab.experiment.links import to_link
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.experiment.twins import preset_experiment
from scripts.notebook_picture import notebook_picture

FOLDER = Path(__file__).parents[1] / "docs"
CHROMIUM = ("chromium-headless-shell", "chromium", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LOCALES = {"zh": "zh-CN", "en": "en-US"}
SIZE: ViewportSize = {"width": 1280, "height": 860}
PATIENCE = 300.0  # seconds until a page stands still
LOOK = 0.5  # seconds between two looks whether it does
BELOW_NAVIGATION = "node => { node.style.scrollMarginTop = '70px'; node.scrollIntoView(); }"
COLUMNS, TILE, GAP, QUALITY = 3, 560, 12, 78  # of the sheet: pages in a row, pixels of each, JPEG's quality


class Shot(NamedTuple):
    """How a page is shown: on a trained preset, when `ready` is there; after a click on `click`, scrolled to `top`."""

    preset: str
    ready: str  # CSS selectors, these
    click: str = ""
    top: str = ""


TRAINED = ".rl-scrubber input:enabled"
SHOTS = {
    "playground": Shot("words-next", ".st-key-hidden .rl-heatmap:not([data-epoch='0'])"),
    "results": Shot("gru-tagger", TRAINED, top=".st-key-tagged"),
    "compare": Shot("long-range", ".st-key-race-standings tbody tr"),
    "generate": Shot("writer", ".rl-generated"),
    "data": Shot("text-classification", ".st-key-data_paste"),
    "text": Shot("embedding", TRAINED),
    "shapes": Shot("two-layers", ".rl-blocks", top=".rl-blocks"),
    "cell": Shot("lstm", ".rl-unrolled .ru-lines", click=".rl-unrolled [data-step='2']"),
    "gradients": Shot("long-range", TRAINED),
    "training": Shot("ohlol-layer", TRAINED),
    "units": Shot("brackets", TRAINED),
    "history": Shot("history", ".st-key-chapter"),
    "course": Shot("words-next", ".st-key-course_cards"),
    "room": Shot("words-next", ".st-key-room_open"),
}


def main(folder: Path = FOLDER) -> int:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        print("No Chromium found: install one, then run this again.", file=sys.stderr)
        return 1
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for lang in LOCALES:
            pictures = {name: picture(browser, server.address, name, lang) for name in SHOTS}
            (folder / f"playground-{lang}.png").write_bytes(pictures["playground"])
            (folder / f"pages-{lang}.jpg").write_bytes(sheet(browser, pictures))
            of_notebook = notebook_picture(browser, preset_experiment(SHOTS["playground"].preset, lang), lang)
            (folder / f"notebook-{lang}.jpg").write_bytes(of_notebook)
        browser.close()
    return 0


def picture(browser: Browser, address: str, name: str, lang: str) -> bytes:
    """One page in one language, as PNG."""
    shot = SHOTS[name]
    page = browser.new_page(viewport=SIZE, locale=LOCALES[lang])
    path = "" if name == "playground" else name
    page.goto(f"http://{address}/{path}?{query(name, lang)}")
    if shot.click:
        page.locator(shot.click).first.click(timeout=PATIENCE * 1000)
    page.locator(shot.ready).first.wait_for(timeout=PATIENCE * 1000)
    if shot.top:
        page.locator(shot.top).first.evaluate(BELOW_NAVIGATION)
    page.evaluate("document.fonts.ready")
    found = still(page)
    page.close()
    return found


def query(name: str, lang: str) -> str:
    """The link to a page's preset; to Compare, with a race of all cells."""
    shot = SHOTS[name]
    experiment = preset_experiment(shot.preset, lang)
    race = RacePlan(experiment, grid({"cell": tuple(CELLS)}), 3) if name == "compare" else None
    return to_link(experiment, lang, run=True, race=race)


def still(page: Page) -> bytes:
    """The page when it has come to rest: it looks the same twice, and is no longer training."""
    deadline, before = time.monotonic() + PATIENCE, b""
    while time.monotonic() < deadline:
        now = page.screenshot()
        if now == before and page.locator(".st-key-pause button:enabled").count() == 0:
            return now
        before = now
        page.wait_for_timeout(LOOK * 1000)
    raise TimeoutError(f"{page.url} does not come to rest.")


def sheet(browser: Browser, pictures: dict[str, bytes]) -> bytes:
    """All pages beside each other, as JPEG."""
    page = browser.new_page(viewport={"width": COLUMNS * (TILE + GAP) + GAP, "height": 100})
    encoded = [base64.b64encode(png).decode() for png in pictures.values()]
    body = f"margin: {GAP}px; display: flex; flex-wrap: wrap; gap: {GAP}px; background: #d5d9de"
    ratio = f"{SIZE['width']} / {SIZE['height']}"
    image = f"width: {TILE}px; aspect-ratio: {ratio}"
    page.set_content(
        f'<body style="{body}">'
        + "".join(f'<img style="{image}" src="data:image/png;base64,{png}">' for png in encoded)
    )
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
    found = page.screenshot(full_page=True, type="jpeg", quality=QUALITY)
    page.close()
    return found


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
