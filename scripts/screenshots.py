"""Take the README's screenshots from a running lab: `python -m scripts.screenshots`.

Needs a Chromium on the PATH, and a font with Chinese characters.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.server import serving

FOLDER = Path(__file__).parents[1] / "docs"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZE = {"width": 1280, "height": 860}


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("No Chromium found: install one, then run this again.", file=sys.stderr)
        return 1
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for lang, locale, query in (("zh", "zh-CN", ""), ("en", "en-US", "?preset=ohlol-cell&seed=1&run=1")):
            page = browser.new_page(viewport=SIZE, locale=locale)
            page.goto(f"http://{server.address}/{query}")
            page.locator(".st-key-hidden .rl-chart[data-draws]").wait_for()
            page.locator(".rl-scrubber input:enabled").wait_for()  # trained: the frames are all there
            page.locator(".st-key-hidden .rl-chart .heatmaplayer image").wait_for()
            page.evaluate("document.fonts.ready")
            page.screenshot(path=FOLDER / f"playground-{lang}.png")
        for lang, locale, preset in (("zh", "zh-CN", "lstm"), ("en", "en-US", "gru")):
            page = browser.new_page(viewport={"width": 1280, "height": 1040}, locale=locale)
            page.goto(f"http://{server.address}/?preset={preset}&run=1")
            page.locator(".rl-scrubber input:enabled").first.wait_for()
            page.locator(".rl-unrolled [data-step='2']").first.click()
            page.locator(".rl-unrolled .ru-lines").wait_for()
            page.evaluate("document.fonts.ready")
            page.screenshot(path=FOLDER / f"cell-{lang}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
