"""The picture of the network on the front page: it shows what a plain program computes, it moves, its steps open."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.support import plain
from tests.support.eventually import eventually
from tests.support.lab import Lab

FIRST = "我 喜欢 学习 深度 学习"
BUDGET = 470  # pixels of 720 that what stands below the epochs may take
PROJECTOR = {"width": 1280, "height": 720}


def states(lab: Lab) -> np.ndarray:
    """The numbers [step, unit] that the picture says it draws."""
    script = """({component: part}) => part.place.middles.map((_, step) =>
        Array.from({length: part.states.shape[2]}, (_, unit) => part.value(step, unit)))"""
    return np.array(lab.page.locator(".rl-strip").evaluate(script))


def painted(lab: Lab) -> np.ndarray:
    """The colours [step, unit, red green blue] on its canvas, in the middle of where each unit of a strip lies."""
    script = """({component: {pen, canvas, place, states}}) => {
        const ratio = canvas.width / place.total, [top, bottom] = place.rows[0], units = states.shape[2];
        return place.middles.map((x) => Array.from({length: units}, (_, unit) => {
            const y = top + ((unit + 0.5) * (bottom - top)) / units;
            return [...pen.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data].slice(0, 3);
        }));
    }"""
    return np.array(lab.page.locator(".rl-strip").evaluate(script))


def agrees(lab: Lab, hidden: np.ndarray) -> None:
    """Blue below zero, orange above it, the stronger the further."""
    np.testing.assert_allclose(states(lab), hidden, atol=5e-3)
    colours = painted(lab).astype(int)
    warmth = colours[..., 0] - colours[..., 2]
    clear = np.abs(hidden) > 0.1
    assert (np.sign(warmth) == np.sign(hidden))[clear].all()
    faint, strong = np.abs(warmth)[np.abs(hidden) < 0.1], np.abs(warmth)[np.abs(hidden) > 0.5]
    assert faint.size == 0 or strong.size == 0 or faint.max() < strong.min()


def test_it_shows_the_states_of_a_plain_program_while_they_change_and_its_steps_open(visit):
    lab = visit("epochs=2500", locale="zh-CN").reaches("尚未训练").press("train").runs()
    before = painted(lab)
    eventually(lambda: (painted(lab) != before).any(), "its colours move while it trains")
    lab.press("pause").paused()
    hidden = plain.next_words(FIRST, epochs=lab.epoch)[2]
    agrees(lab, hidden[-1].numpy())
    lab.scrub("Home")
    lab.shows(0)
    agrees(lab, hidden[0].numpy())
    opens = lab.page.locator(".rl-open")
    expect(opens).to_be_disabled()
    lab.page.locator(".rl-column").nth(2).click()
    opened(lab, 2)
    lab.page.go_back()
    lab.shows(0)
    expect(opens).to_contain_text("学习")
    opens.click()
    opened(lab, 2)
    lab.page.go_back()
    lab.shows(0)
    lab.page.locator(".rl-column").nth(2).focus()
    lab.page.keyboard.press("ArrowRight")
    expect(lab.page.locator(".rl-column").nth(3)).to_be_focused()
    lab.page.keyboard.press("Enter")
    opened(lab, 3)


def opened(lab: Lab, step: int) -> None:
    expect(lab.page).to_have_url(re.compile("/cell"))
    expect(lab.page.locator(".rl-unrolled")).to_have_attribute("data-step", str(step))
    expect(lab.page.locator(".rl-unrolled")).to_have_attribute("data-epoch", "0")


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_all_of_a_run_is_seen_at_once_on_a_projector(visit, locale):
    lab = visit("run=1", locale=locale, viewport=PROJECTOR).trained()
    boxes = {key: lab.at(key).bounding_box() for key in ("playground", "predictions", "loss", "hidden", "shapes")}
    assert boxes["playground"]["height"] <= BUDGET
    assert boxes["predictions"]["width"] > boxes["loss"]["width"]
    assert boxes["loss"]["y"] < boxes["hidden"]["y"] < boxes["shapes"]["y"]
    assert lab.at("shapes").locator("code").all_inner_texts() == [
        *("[1, 4]", "[1, 4, 16]", "[1, 4, 32]", "[1, 1, 32]", "[1, 4, 4]"),
    ]
    assert lab.barriers(".st-key-predictions .rl-strip") == []
    assert lab.wider_than_the_window() == []


def test_a_long_sentence_shows_that_it_goes_on_and_an_answer_comes_before_its_source(visit):
    lab = visit("preset=attention&epochs=1", viewport=PROJECTOR).reaches("not trained yet")
    shapes = lab.at("shapes").bounding_box()  # of thirteen stages
    assert shapes["y"] + shapes["height"] <= PROJECTOR["height"]
    columns = lab.page.locator(".rl-strip .rl-columns")
    expect(columns).to_have_attribute("data-before", "")
    expect(columns).to_have_attribute("data-after", "")
    first = columns.locator(".rl-column.rl-start")
    expect(first).to_be_in_viewport()
    assert first.inner_text().startswith("<bos>")
    columns.evaluate("node => node.scrollTo(node.scrollWidth, 0)")
    expect(columns).not_to_have_attribute("data-after", "")


def test_what_the_tokens_of_a_preset_mean_stands_below_them_where_it_is_in_another_language(visit):
    lab = visit("preset=words-next&seed=0&run=1&lang=en", viewport=PROJECTOR).trained()
    meanings = ["I", "like", "learn", "deep", "learn"]
    chips = lab.page.locator(".rl-strip .rl-chip")
    assert chips.locator(".rl-gloss").all_inner_texts() == meanings
    assert chips.first.get_attribute("title") == "我: I"
    assert lab.at("playground").bounding_box()["height"] <= BUDGET
    for chip, gloss in zip(chips.all(), chips.locator(".rl-gloss").all(), strict=True):
        outer, inner = chip.bounding_box(), gloss.bounding_box()
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"]
    assert lab.barriers(".st-key-predictions .rl-strip") == []
    agrees(lab, plain.next_words(FIRST, epochs=100)[2][-1].numpy())  # the picture has less room, and shows the same
    lab.page.get_by_text("中文", exact=True).click()
    expect(lab.page.locator(".rl-strip .rl-gloss")).to_have_count(0)
