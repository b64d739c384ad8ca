"""What people come for takes two clicks at most, from a page that shows an example at rest. Presses of the mouse are
counted by the page itself; to type is no click, but to get into the field is."""

import re

import pytest
from playwright.sync_api import Page, expect

from rnnlab import Experiment
from rnnlab.experiment.links import from_link
from tests.support.eventually import eventually

START = "lang=en&epochs=20&hidden=8"


@pytest.fixture
def lab(lasting_visit, request):
    """The page at rest, with no click yet."""
    query = getattr(request, "param", f"{START}&run=1")
    lab = lasting_visit(query, viewport={"width": 1280, "height": 720}, prepare=count_clicks).trained()
    yield lab
    assert 0 < lab.page.evaluate("window.clicks") <= 2
    lab.page.close()


def count_clicks(page: Page) -> None:
    page.add_init_script("window.clicks = 0; addEventListener('pointerdown', () => { window.clicks++; }, true);")


def experiment(lab) -> Experiment:
    return from_link(lab.address.partition("?")[2]).experiment


def test_a_sentence_of_ones_own_is_trained(lab):
    box = lab.at("text").locator("textarea")
    box.click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("the cat sat on the mat")
    lab.train()
    assert lab.chips == ["the", "cat", "sat", "on", "the", "mat"]


@pytest.mark.parametrize("lab", [f"{START}&run=1&text=我爱北京天安门&tokenizer=chars"], indirect=True)
def test_chinese_is_split_by_jieba_and_trained(lab):
    lab.at("tokenizer").get_by_text("jieba").click()
    lab.train()
    assert lab.chips == ["我", "爱", "北京", "天安门"]


def test_an_lstm_in_place_of_the_rnn_and_the_change_is_seen(lab):
    lab.at("cell").get_by_text("LSTM").click()
    lab.train()
    expect(lab.at("ghost")).to_contain_text("LSTM instead of RNN")
    assert set(lab.lines("loss")) == {"this run", "last run"}


@pytest.mark.parametrize("lab", [f"{START}&run=1&cell=lstm"], indirect=True)
def test_the_gates_of_one_step_are_looked_at(lab):
    lab.page.locator(".rl-column[data-step='1']").click()
    expect(lab.page).to_have_url(re.compile("/cell"))
    expect(lab.page.locator(".rl-unrolled")).to_contain_text("forget gate")


def test_attention_weights_are_made_and_seen(lab):
    card = lab.page.locator(".rl-card[data-preset=attention]")
    card.scroll_into_view_if_needed()
    card.click()
    expect(lab.page).to_have_url(re.compile("/results"))
    expect(lab.at("status")).to_contain_text("not trained yet")
    lab.press("train")
    expect(lab.at("status")).to_contain_text(re.compile("epoch [1-9]"), timeout=60_000)
    expect(lab.page.get_by_role("group", name="Attention weights")).to_be_visible()
    lab.page.evaluate("document.querySelector('.st-key-stop button').focus()")
    lab.page.keyboard.press("Enter")
    expect(lab.at("status")).to_contain_text("stopped")


def test_the_link_is_shared(lab):
    lab.button("share").first.click()
    lab.page.locator(".rl-copy button").click()
    expect(lab.page.locator(".rl-copy .rl-status")).not_to_be_empty()


def test_the_gradient_is_looked_at(lab):
    lab.page.get_by_test_id("stTopNav").get_by_role("link", name="Gradients").click()
    expect(lab.at("flow").locator(".rl-plot").first).to_be_visible()


def test_an_example_is_opened(lab):
    card = lab.page.locator(".rl-card[data-preset=hello-elloh]")
    card.scroll_into_view_if_needed()
    card.click()
    lab.reaches("not trained yet")
    assert experiment(lab) == Experiment(preset="hello-elloh")


def test_cells_are_compared(lab):
    lab.page.get_by_test_id("stTopNav").get_by_role("link", name="Compare").click()
    lab.press("race_start")
    eventually(lambda: lab.page.locator(".rl-run").count() >= 3, "one run of each cell is there")


def test_a_figure_is_saved(lab):
    lab.at("loss").locator(".rl-curves").hover()
    lab.at("loss").locator(".rl-save").click()
    with lab.page.expect_download() as download:
        lab.page.get_by_role("menuitem", name="PNG").first.click()
    assert download.value.suggested_filename.endswith(".png")
