"""The cards by which presets are opened from the front page."""

import json
import re

from playwright.sync_api import expect

from rnnlab.experiment.links import from_link
from rnnlab.experiment.twins import preset_experiment
from rnnlab.i18n import translator
from rnnlab.presets.presets import PRESETS
from tests.support.eventually import eventually

DRAWN = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width || 1, canvas.height || 1);
    return new Set(new Uint32Array(data.buffer)).size;
}"""


def test_a_card_shows_its_network_and_opens_its_preset_untrained_by_mouse_and_keyboard(visit):
    lab = visit("epochs=3&lang=en&run=1").trained()
    cards = lab.page.locator(".rl-card")
    expect(cards).to_have_count(len(PRESETS))
    cards.last.scroll_into_view_if_needed()
    eventually(lambda: min(cards.locator("canvas").evaluate_all(f"all => all.map({DRAWN})")) > 8, "all are drawn")
    card = lab.page.locator(".rl-card[data-preset=ohlol-layer]")
    expect(card).to_contain_text(translator("en")("shows.ohlol-layer"))
    card.click()
    lab.reaches("not trained yet")
    assert from_link(lab.address.partition("?")[2]).experiment == preset_experiment("ohlol-layer", "en")
    expect(lab.button("train")).to_be_in_viewport()
    expect(card).to_have_attribute("aria-current", "")
    lab.page.locator(".rl-card[data-preset=gru]").focus()
    lab.page.keyboard.press("Enter")
    expect(lab.page).to_have_url(re.compile("/cell"))
    expect(lab.at("status")).to_contain_text("not trained yet")
    lab.press("undo")
    expect(lab.at("preset").locator("input")).to_have_value(translator("en")("preset.words-next"))


def test_pictures_are_computed_once_and_sent_again_only_where_they_are_others(visit, url):
    lab = visit("epochs=1")
    first = lab.page.request.get(f"{url}/presets/zh.json")
    assert json.loads(first.text()).keys() == PRESETS.keys()
    same = lab.page.request.get(f"{url}/presets/zh.json", headers={"If-None-Match": first.headers["etag"]})
    assert (same.status, same.text()) == (304, "")
    assert lab.page.request.get(f"{url}/presets/xx.json").status == 404


def test_pictures_that_did_not_come_are_asked_for_again_when_the_page_is_drawn_anew(visit):
    lab = visit("epochs=3&lang=en&run=1").trained()
    refusals = []
    lab.page.route("**/presets/en.json", lambda route: [refusals.append(route), route.abort()])
    lab.page.reload()
    lab.trained()
    cards = lab.page.locator(".rl-card")
    cards.last.scroll_into_view_if_needed()
    eventually(lambda: refusals, "asked for")
    lab.page.unroute("**/presets/en.json")
    lab.page.locator(".rl-card[data-preset=ohlol-layer]").click()
    lab.reaches("not trained yet")
    eventually(lambda: min(cards.locator("canvas").evaluate_all(f"all => all.map({DRAWN})")) > 8, "all are drawn")
    lab.errors = [error for error in lab.errors if "presets/en.json" not in error]
