"""What one screen shows is printed on one or two pages of A4, without what it is moved by, on white."""

import re
import tomllib

import pytest

from tests.support.cases import some_now
from tests.support.eventually import ROOT, eventually

PAGES = [
    ("/", "preset=words-next&epochs=5&lang=zh&run=1"),
    ("/cell", "preset=words-next&epochs=5&lang=en&run=1"),
    ("/gradients", "preset=words-next&epochs=5&lang=en&run=1"),
    ("/results", "preset=lstm-classifier&epochs=3&lang=en&run=1"),
    ("/results", "preset=attention&pairs=60&hidden=16&epochs=3&lang=zh&run=1"),
]
RESTS = """() => document.querySelector("[data-test-script-state]").dataset.testScriptState === "notRunning" &&
    !document.querySelector(".rl-progress").component.pageData.live"""
CONTROLS = "[data-testid=stSidebar], [data-testid=stHeader], .stMain :is(button, input, textarea, select)"
LIGHT = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]["light"]
VARIABLES = {
    "--st-primary-color": LIGHT["primaryColor"],
    "--st-text-color": LIGHT["textColor"],
    "--st-secondary-background-color": LIGHT["secondaryBackgroundColor"],
    "--st-border-color": LIGHT["borderColor"],
}
# Seen by a reader's eye while the page is printed: colours of our parts, and of Streamlit's.
LOOK = """() => {
    const parts = [...document.querySelectorAll('.stMain [data-mounts]')];
    const read = node => names => Object.fromEntries(names.map(
        name => [name, getComputedStyle(node).getPropertyValue(name).trim()]));
    addEventListener('beforeprint', () => { window.printed = parts.map(node => read(node)(%s)); });
}"""
INK = "parts => parts.map(part => part.component.theme?.text ?? '')"


@pytest.mark.parametrize("page", some_now(PAGES, PAGES[:1]), ids=lambda page: page[0])
def test_a_screen_is_printed_on_two_pages_at_most_whatever_its_theme(visit, page):
    path, query = page
    lab = visit(query, path=path, color_scheme="dark").finished()
    lab.page.locator(".stMain .rl-savable").first.wait_for()
    if path == "/gradients":  # where the other cells are trained too
        eventually(
            lambda: lab.draws("gradients-others") and lab.button("stop_others").is_disabled(), "all are done", 90
        )
    eventually(lambda: lab.page.evaluate(RESTS), "the page has drawn the end of the run")
    lab.page.evaluate(LOOK % list(VARIABLES))
    before = lab.page.eval_on_selector_all(".stMain [data-mounts]", INK)
    pdf = lab.page.pdf(prefer_css_page_size=True, print_background=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 2
    (box,) = set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf))
    assert [round(float(side)) for side in box.split()] == [0, 0, 595, 842]  # A4, in points
    seen = lab.page.evaluate("window.printed")
    assert seen
    assert all(one == VARIABLES for one in seen)
    assert lab.page.eval_on_selector_all(".stMain [data-mounts]", INK) == before  # the screen is as it was
    # What is on paper: measured in the same style, at the width that the screen had.
    lab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    lab.page.emulate_media(media="print", color_scheme="dark")
    shown = "nodes => nodes.filter(node => node.getClientRects().length && !node.closest('[data-mounts]')).length"
    assert lab.page.eval_on_selector_all(CONTROLS, shown) == 0
    dark = """nodes => nodes.filter(node => node.getClientRects().length && !node.closest('[data-mounts]'))
        .filter(node => getComputedStyle(node).color !== 'rgb(29, 39, 51)').map(node => node.outerHTML.slice(0, 200))"""
    assert lab.page.eval_on_selector_all(".stMain :is(h1, h2, h3, p, code)", dark) == []
    ground = """nodes => nodes.filter(node => node.getClientRects().length && !node.closest('[data-mounts]'))
        .filter(node => /^rgb\\(\\d\\d?, \\d\\d?, \\d\\d?\\)/.test(getComputedStyle(node).backgroundColor))
        .map(node => node.outerHTML.slice(0, 200))"""
    assert lab.page.eval_on_selector_all(".stApp, .stApp *", ground) == []
    lab.page.emulate_media(media="screen", color_scheme="dark")
    lab.page.evaluate("dispatchEvent(new Event('afterprint'))")
