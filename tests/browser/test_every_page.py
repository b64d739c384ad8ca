"""Every page in a browser, in both languages, on a phone and on a screen, by day and by night: all of it is there,
nothing sticks out, nobody is shut out; and the `visit` fixture sees that nothing fails and nobody else is asked."""

import pytest
from playwright.sync_api import expect

from rnnlab.i18n import LANGUAGE_TAGS, translator
from tests.support.cases import some_now
from tests.support.eventually import ROOT, eventually
from tests.support.lab import Lab

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "main")
WAYS = {
    "phone": ("zh", {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "light"}),
    "screen": ("en", {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", "color_scheme": "dark"}),
}
BY_TASK = ["results", "units"]  # what is another page for another task
FOR_PAIRS = [*BY_TASK, "cell", "compare", "generate", "gradients", "playground", "training"]
CASES = [
    *(("words-next", "phone", PAGES), ("words-next", "screen", PAGES), ("attention", "screen", FOR_PAIRS)),
    *(("lstm-classifier", "phone", BY_TASK), ("gru-tagger", "screen", BY_TASK)),
]
PARTS = "[class^='rl-'], [class*=' rl-']"  # what our scripts draw
# What shows tokens, programs or formulas, and would be translated by a browser that does so.
TRANSLATED = """() => [...document.querySelectorAll('bdi, code, .katex, .rl-unitmap-token, .rl-plot text')]
    .filter(node => !node.closest('[translate=no]')).map(node => node.outerHTML)"""
# What lies to the right of the window and is not inside something that scrolls by itself.
OUTSIDE = """selector => [...document.querySelectorAll(selector)].filter(node => {
    const box = node.getBoundingClientRect();
    if (!box.width || box.right <= innerWidth + 1) return false;
    for (let at = node.parentElement; at; at = at.parentElement)
        if (getComputedStyle(at).overflowX !== 'visible') return false;
    return true;
}).map(node => node.className)"""


def go(lab: Lab, page: str, lang: str) -> None:
    """By the navigation, which is at the top of a screen and in the sidebar of a phone."""
    name = translator(lang)(f"page.{page}")
    opener = lab.page.get_by_test_id("stExpandSidebarButton")
    if lab.page.viewport_size["width"] < 500 and opener.is_visible():
        opener.click()
    lab.page.get_by_role("link", name=name, exact=True).first.click()
    expect(lab.page.locator("h1, [data-testid=stTitle]").first).to_be_visible()
    eventually(
        lambda: (f"/{page}?" in lab.address) or (page == "playground" and "/?" in lab.address), f"{page} is there"
    )


@pytest.mark.parametrize("case", some_now(CASES, CASES[:1]), ids=lambda case: f"{case[0]}-{case[1]}")
def test_every_page_is_whole(visit, case):
    name, way, pages = case
    lang, options = WAYS[way]
    few = "&pairs=60&hidden=16" if name == "attention" else ""
    lab = visit(f"preset={name}&epochs=3{few}&lang={lang}&run=1", **options)
    lab.finished()
    if way == "screen":
        lab.open("share")  # and the link is there on every page
    faults = {}
    for page in pages:
        go(lab, page, lang)
        lab.page.locator(".stMain [data-mounts]").first.wait_for(state="attached")
        # Streamlit puts a table of its own into a box that scrolls only when it has seen how wide it is.
        eventually(lambda: lab.wider_than_the_window() == [], f"nothing of {page} has to be scrolled sideways")
        assert lab.page.evaluate(OUTSIDE, PARTS) == [], page
        assert lab.page.evaluate(TRANSLATED) == [], page
        assert lab.page.evaluate("document.documentElement.lang") == LANGUAGE_TAGS[lang]
        # What is seen both ways is seen by day and by night.
        faults[page] = lab.barriers() if pages is PAGES else lab.barriers_by_day_and_night()
        assert lab.page.locator(".stException").count() == 0, page
    assert {page: found for page, found in faults.items() if found} == {}
