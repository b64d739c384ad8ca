"""For those who work by keys, and for those to whom a page is read: nothing is out of reach, everything has a name, and
what a picture shows is said."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.i18n import LANGUAGE_TAGS, translator
from tests.support.eventually import eventually
from tests.support.lab import Lab

AT = "document.activeElement"


def focused(lab: Lab, selector: str) -> bool:
    return lab.page.evaluate(f"selector => Boolean({AT}.closest(selector))", selector)


def test_train_is_reached_by_a_few_tabs_and_the_focus_is_never_lost(visit):
    lab = visit("preset=words-next&lang=en").reaches("not trained yet")
    assert lab.barriers() == []  # also before there is anything to see
    keys = lab.page.keyboard
    keys.press("Tab")
    expect(lab.page.get_by_role("button", name="Skip to Train")).to_be_focused()
    keys.press("Enter")
    expect(lab.button("train")).to_be_focused()

    # By hand, from where Streamlit's own way past the navigation leads to.
    lab.page.emulate_media(forced_colors="active")  # which leaves no shadow
    lab.page.locator("#stMain").focus()
    for _ in range(10):
        keys.press("Tab")
        assert lab.page.evaluate(f"getComputedStyle({AT}).outlineStyle") == "solid"
        if focused(lab, ".st-key-train"):
            break
    lab.page.emulate_media(forced_colors="none")
    assert focused(lab, ".st-key-train"), "more than ten stops"

    lab.at("speed").get_by_text("slow").click()  # nothing here waits for its end
    lab.button("train").focus()
    keys.press("Enter")  # can't be pressed again now
    expect(lab.button("pause")).to_be_focused(timeout=5000)
    lab.runs()
    keys.press("Enter")
    lab.paused()
    expect(lab.button("train")).to_be_focused()
    keys.press("Enter")
    expect(lab.button("pause")).to_be_focused()
    lab.button("stop").focus()
    keys.press("Enter")
    expect(lab.button("train")).to_be_focused()
    for key in ("reset", "reseed", "step"):
        lab.button(key).focus()
        keys.press("Enter")
        lab.page.wait_for_load_state("networkidle")
        eventually(lambda: lab.page.evaluate(f"{AT} !== document.body && !{AT}.disabled"), f"{key} leaves the focus")

    # A popover takes it, where there is something to be done in it, and gives it back; a language and a page are chosen
    # where they were.
    for key in ("share", "more", "about_loss"):
        opener = lab.at(key).get_by_test_id("stPopoverButton").first
        opener.focus()
        keys.press("Enter")
        body = lab.page.get_by_test_id("stPopoverBody")
        expect(body).to_be_visible()
        if key == "more":
            expect(body.locator(":focus")).to_have_count(1)
        assert lab.barriers("[data-testid=stPopoverBody]") == [], key
        keys.press("Escape")
        expect(opener).to_be_focused()
    lab.at("lang").get_by_role("radio").first.focus()
    keys.press("Space")
    eventually(lambda: lab.page.evaluate("document.documentElement.lang") == LANGUAGE_TAGS["zh"], "the other language")
    expect(lab.at("lang").get_by_role("radio").first).to_be_focused()
    link = lab.page.get_by_test_id("stTopNavLink").nth(6)
    link.focus()
    keys.press("Enter")
    eventually(lambda: "/shapes" in lab.address, "the other page")
    expect(link).to_be_focused()


# What a region that speaks has said.
LISTEN = """() => {
    const region = document.querySelector('.rl-spoken[role=status]');
    window.spoken = [];
    new MutationObserver(() => window.spoken.push(region.textContent)).observe(region, {childList: true});
}"""


def test_what_is_seen_is_said_too(visit):
    lab = visit("preset=words-next&seed=3&hidden=8&epochs=12&lang=en").reaches("not trained yet")
    page, t = lab.page, translator("en")
    lab.at("speed").get_by_text("slow").click()
    page.evaluate(LISTEN)
    lab.press("train").runs().press("pause").paused()
    lab.at("speed").get_by_text("fast").click()
    lab.press("train").trained()
    said = [re.search(r"\b(training|paused|trained)\b", text)[1] for text in page.evaluate("window.spoken")]
    assert said in (begun := ["training", "paused", "trained"], [*begun[:2], *begun[::2]])  # the rest takes no time

    # Each figure says what it shows, in numbers.
    history = run(Experiment(preset="words-next", seed=3, hidden=8, epochs=12))
    losses = np.array(history.losses)
    low, high = (
        {"low": f"{losses.min():.3g}", "low_at": f"epoch {1 + losses.argmin()}"},
        {"high": f"{losses.max():.3g}", "high_at": f"epoch {1 + losses.argmax()}"},
    )
    ends = {"from_at": "epoch 1", "to": f"{losses[-1]:.3g}", "to_at": "epoch 12"}
    line = t("summary.line", name="Mean loss a token (nats)", **{"from": f"{losses[0]:.3g}"}, **ends, **low, **high)

    def described(key: str) -> str:
        part = lab.at(key).locator("[aria-describedby^='rl-description']")
        return page.locator(f"#{part.get_attribute('aria-describedby')}").text_content()

    # At the pause it was described too; what has been still for a moment is described anew.
    eventually(lambda: described("playground-loss").endswith(line.partition(": ")[2]), f"the curve says {line!r}")
    hidden = history.frames[-1].hidden
    step, unit = np.unravel_index(hidden.argmax(), hidden.shape)
    most = f"highest {hidden.max():.3g} (epoch 12, step {step + 1}, token {history.opening.probe[step]}, unit {unit})"
    eventually(lambda: most in described("playground-hidden"), f"the states say {most!r}")
    right, asked = history.marks
    marks = f"Epoch 12: {right} of {asked} right."
    eventually(lambda: described("playground-predictions").startswith(marks), f"the predictions say {marks!r}")

    # The same as a table, by keys alone; and back.
    save = lab.at("playground-loss").locator(".rl-save")
    save.focus()
    page.keyboard.press("Enter")
    expect(lab.at("playground-loss").get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    table = page.locator("dialog table")
    expect(table.locator("tr")).to_have_count(1 + 12)
    cells = [row.locator("td").all_inner_texts()[:2] for row in table.locator("tr").all()[1:]]
    assert [float(loss) for _, loss in cells] == pytest.approx(history.losses, rel=1e-4)
    assert lab.barriers("dialog") == []
    page.keyboard.press("Escape")
    expect(save).to_be_focused()

    # Headings are headings, and every "?" says of what.
    assert page.locator(".stMain h1").count() == 1
    assert page.locator(".stMain h2").all_inner_texts() == [
        t(f"panel.{name}") for name in ("network", "loss", "hidden", "shapes")
    ]
    names = page.locator("[class*=st-key-about_] [data-testid=stPopoverButton]").all_text_contents()
    assert len(set(names)) == len(names) == 5
    assert all(name.startswith("About: ") for name in names)
    field = lab.at("hidden_size")
    expect(field.get_by_role("button", name="Help: Hidden size")).to_have_attribute("tabindex", "-1")
    field.locator("input").focus()
    page.keyboard.press("F1")
    help_text = page.get_by_test_id("stTooltipContent").inner_text()
    assert field.locator("input").get_attribute("aria-description") == help_text
