"""From page to page: one run, one place to look at, one address."""

import re

import pytest
from playwright.sync_api import expect

from rnnlab.i18n import translator
from tests.support.eventually import eventually


def go(lab, name: str) -> None:
    lab.page.get_by_test_id("stTopNav").get_by_role("link", name=name, exact=True).click()


def all_at(lab, epoch: int) -> bool:
    shown = lab.epochs_shown
    return bool(shown) and set(shown) == {epoch}


def test_step_and_epoch_are_chosen_once_for_all_pages(visit):
    lab = visit("run=1").trained()
    lab.scrub(*["ArrowLeft"] * 5)
    lab.shows(95)
    lab.page.locator(".rl-column").first.focus()
    for _ in range(2):
        lab.page.keyboard.press("ArrowRight")
    go(lab, "Cell")
    expect(lab.page).to_have_url(re.compile("/cell"))
    eventually(lambda: all_at(lab, 95), "the other page stands at the same epoch")
    chosen = lab.page.locator("[role=option][aria-selected=true]").first
    expect(chosen).to_have_attribute("data-step", "2")
    lab.scrub("Home")
    eventually(lambda: all_at(lab, 0), "it follows the scrubber")
    go(lab, "Playground")
    lab.shows(0)
    expect(lab.page.locator(".rl-column[data-step='2']")).to_have_attribute("aria-selected", "true")


@pytest.mark.thorough
def test_the_address_says_page_and_experiment_and_a_reload_stays(visit):
    lab = visit("hidden=7&seed=3&epochs=20&run=1").trained()

    def says(page: str) -> bool:
        path, _, query = lab.address.partition("?")
        return path.endswith(page) and {"hidden=7", "seed=3"} <= set(query.split("&"))

    for name in ("Data", "Shapes"):
        page = f"/{name.lower()}"
        go(lab, name)
        eventually(lambda page=page: says(page), "the address has the page and the experiment")
        assert f"{page}?" in lab.link
        lab.page.reload()
        expect(lab.at("train").or_(lab.at("preset")).first).to_be_visible()
        eventually(lambda page=page: says(page), "after a reload too")


def test_choosing_a_preset_goes_to_its_page_and_back(visit):
    lab = visit("run=1", locale="zh-CN").trained()

    def choose(label: str) -> None:
        lab.at("preset").locator("input").fill(label)
        lab.page.get_by_role("option").first.click()

    choose(translator("zh")("preset.gru"))
    expect(lab.page).to_have_url(re.compile("/cell"))
    expect(lab.at("status")).to_contain_text("尚未训练")
    assert lab.at("lang").get_by_text("中文").is_visible()
    choose(translator("zh")("preset.words-next"))
    expect(lab.page).not_to_have_url(re.compile("/cell"))
    lab.reaches("尚未训练").train()


def test_back_brings_the_former_preset_with_its_page_its_settings_and_its_run(visit):
    lab = visit("hidden=7&epochs=3&lang=en&run=1").trained()
    titles = {preset: translator("en")(f"preset.{preset}") for preset in ("words-next", "ohlol-layer", "lstm")}

    def shows(preset: str, page: str) -> None:
        expect(lab.at("preset").locator("input")).to_have_value(titles[preset])
        expect(lab.page).to_have_url(re.compile(rf"{page}\?(?!.*back=)"))

    def open_card(preset: str, page: str) -> None:
        lab.page.locator(f".rl-card[data-preset='{preset}']").click()
        shows(preset, page)

    opened_step = lab.page.locator("[role=option][aria-selected=true]").first
    open_card("ohlol-layer", "/")
    open_card("lstm", "/cell")
    expect(opened_step).to_have_attribute("data-step", "1")
    lab.page.locator(".ru-column").nth(3).click()
    expect(opened_step).to_have_attribute("data-step", "3")
    lab.page.go_back()
    shows("ohlol-layer", "/")
    expect(lab.page.locator(".rl-column[aria-selected=true]")).to_have_count(0)
    lab.page.go_back()
    shows("words-next", "/")
    expect(lab.at("hidden_size").locator("input")).to_have_value("7")
    lab.trained()
    lab.page.go_forward()
    shows("ohlol-layer", "/")
    lab.page.go_forward()
    shows("lstm", "/cell")
    expect(opened_step).to_have_attribute("data-step", "1")


@pytest.mark.thorough
def test_training_goes_on_from_page_to_page(visit):
    lab = visit("epochs=5000&cell=lstm&hidden=256&layers=3&run=1").runs()
    for name in ("Cell", "Playground"):
        before = lab.epoch
        go(lab, name)
        expect(lab.page).to_have_url(re.compile(f"/{name.lower()}" if name != "Playground" else r"/\?"))
        eventually(lambda before=before: lab.epoch > before, "the run goes on")
    lab.press("stop")
    expect(lab.at("status")).to_contain_text("stopped")


@pytest.mark.thorough
def test_on_a_phone_the_list_of_pages_closes_behind_the_one_that_was_chosen(visit):
    lab = visit("epochs=2&lang=en&run=1", viewport={"width": 390, "height": 844}, has_touch=True).trained()
    lab.page.get_by_test_id("stExpandSidebarButton").tap()
    lab.page.get_by_test_id("stSidebarNavLink").get_by_text("Cell", exact=True).tap()
    expect(lab.page).to_have_url(re.compile("/cell"))
    expect(lab.button("train")).to_be_in_viewport()
    expect(lab.page.get_by_test_id("stSidebarNavLink").first).not_to_be_in_viewport()
