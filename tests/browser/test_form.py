"""The settings above every page: what one reaches for is in view, the rest behind a button; and a run is trained with
what its fields say."""

import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from tests.support.eventually import eventually

LAPTOP = {"width": 1280, "height": 720}
PARTS = ("top", "controls", "runbar", "status", "predictions", "loss", "hidden", "shapes")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_all_of_the_front_page_fits_a_small_screen(visit, locale):
    lab = visit("run=1", viewport=LAPTOP, locale=locale).trained()
    lab.page.mouse.move(0, 0)

    def tops() -> list[float]:
        """Where the parts begin that are to be seen whole."""
        boxes = {part: lab.at(part).bounding_box() for part in PARTS}
        for part, box in boxes.items():
            assert box["y"] >= 0, part
            assert box["y"] + box["height"] <= LAPTOP["height"], part
            assert box["x"] + box["width"] <= LAPTOP["width"], part
        return [box["y"] for box in boxes.values()]

    before = tops()
    size = lab.at("hidden_size").locator("input")
    size.fill("31")
    size.press("Enter")
    expect(lab.at("preset_back")).to_be_visible()
    assert tops() == pytest.approx(before, abs=1)  # nothing has moved
    lab.page.locator(".rl-card[data-preset=hello-elloh]").click()  # long names, in a line about the last run
    expect(size).to_have_value("8")
    expect(lab.at("ghost")).to_contain_text("elloh")
    assert tops() == pytest.approx(before, abs=4)


def test_train_and_the_epochs_stay_in_view(visit):
    lab = visit("run=1", viewport=LAPTOP, path="/cell").finished()
    lab.page.locator(".stMain").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    for part in (lab.button("train"), lab.page.locator(".rl-scrubber input[type=range]"), lab.at("status")):
        expect(part).to_be_in_viewport(ratio=1)


def test_a_value_that_cannot_be_used_is_said_at_its_field_and_at_train_and_no_other_is_trained_with(visit):
    lab = visit("epochs=20&lang=en&run=1").trained()
    before, rate = lab.run, lab.at("lr").locator("input")
    rate.fill("100")
    rate.press("Enter")
    expect(lab.at("wrong_lr")).to_have_text("From 0.000001 to 10.")
    expect(lab.page.get_by_role("alert").first).to_contain_text("Learning rate")
    expect(lab.button("train")).to_be_disabled()
    assert lab.run == before
    size = lab.at("hidden_size").locator("input")
    for typed, shown in (("1e9", "1000000000"), ("3.7", "3.7")):  # never cut to a number that could be used
        size.fill(typed)
        size.press("Enter")
        expect(lab.at("wrong_hidden")).to_be_visible()
        expect(size).to_have_value(shown)
    expect(lab.page.get_by_role("alert").first).to_contain_text("Hidden size: 3.7 can't be used. Give a whole number")
    size.fill("32")
    size.press("Enter")
    rate.fill("0.02")
    rate.press("Enter")
    expect(lab.at("wrong_lr")).to_have_count(0)
    lab.train()
    assert lab.curve() == pytest.approx(run(Experiment(epochs=20, lr=0.02)).losses)


def test_what_was_changed_is_marked_also_where_it_is_out_of_sight(visit):
    lab = visit("epochs=5&lang=en&run=1").trained()
    mark = "node => getComputedStyle(node.querySelector('[data-testid=stWidgetLabel]'), '::before').content"
    assert "changed" not in lab.at("hidden_size").evaluate(mark)
    expect(lab.at("more")).to_contain_text("More settings · 1 changed")  # epochs, by the link
    lab.at("cell").get_by_text("LSTM").click()
    eventually(lambda: "changed" in lab.at("cell").evaluate(mark), "the cell is marked")
    lab.open("more")
    assert "changed" in lab.at("epochs").evaluate(mark)
    assert lab.at("nonlinearity").count() == 0  # an LSTM has none to choose
    lab.at("seed").locator("input").fill("4")
    lab.at("seed").locator("input").press("Enter")
    expect(lab.at("more").first).to_contain_text("2 changed")
    lab.page.keyboard.press("Escape")
    lab.train()
    assert lab.curve() == pytest.approx(run(Experiment(epochs=5, cell="lstm", seed=4)).losses)
    # What is out of the page is told nothing, and goes on saying what it said: that is no wish of the reader's.
    lab.press("preset_back").reaches("not trained yet").train()
    assert lab.epoch == Experiment().epochs
    lab.open("more")
    epochs = lab.at("epochs").locator("input").element_handle()
    eventually(lambda: epochs.input_value() == str(Experiment().epochs), "it is told as it comes into the page")
    lab.rests()
    assert epochs.evaluate("node => node.isConnected"), "no field is built anew, which would lose what is typed"
    lab.at("epochs").locator("input").fill("5")  # as before, which is a wish now
    lab.at("epochs").locator("input").press("Enter")
    expect(lab.at("more").first).to_contain_text("changed")
    lab.page.keyboard.press("Escape")
    lab.train()
    assert lab.epoch == 5


def test_what_was_said_behind_more_settings_is_kept_from_page_to_page(visit):
    lab = visit("lang=en&run=1").trained()
    epochs = lab.open("more").at("epochs").locator("input")
    epochs.fill("7")
    epochs.press("Enter")
    expect(lab.at("more").first).to_contain_text("1 changed")
    for name in ("Cell", "Playground"):
        lab.page.keyboard.press("Escape")
        lab.page.get_by_role("link", name=name).first.click()
        expect(lab.page.get_by_test_id("stPopoverBody")).to_have_count(0)
        lab.rests()
        expect(lab.open("more").at("epochs").locator("input")).to_have_value("7")
    lab.page.keyboard.press("Escape")
    lab.train()
    assert lab.epoch == 7


PHONE = {"width": 390, "height": 844}
TARGETS = """() => [...document.querySelectorAll(".stMain :is(button, a, input, select, textarea, [role=option])")]
    .filter(node => node.type !== "checkbox")
    .filter(node => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map(node => [node.getBoundingClientRect(), node.ariaLabel || node.innerText || node.className])
    .filter(([box]) => box.width > 2 && Math.min(box.width, box.height) < 24)
    .map(([box, name]) => `${name}: ${box.width} × ${box.height}`)"""


def test_on_a_phone_what_is_needed_first_is_on_the_first_screen_and_a_finger_finds_it(visit):
    lab = visit("epochs=3&lang=en&run=1", viewport=PHONE, has_touch=True).trained()
    main = [lab.at("preset").get_by_role("combobox"), lab.at("lang").get_by_role("radio").first, lab.button("train")]
    for part in main:
        expect(part).to_be_in_viewport(ratio=1)
    for key in ("lang", "train"):
        assert lab.at(key).get_by_role("radio" if key == "lang" else "button").first.bounding_box()["height"] >= 44
    assert lab.page.evaluate(TARGETS) == []
    assert lab.page.evaluate("document.querySelector('.stMain').scrollWidth") == PHONE["width"]
    tops = [lab.at(part).bounding_box()["y"] for part in ("predictions", "loss", "hidden", "shapes", "presets")]
    assert tops == sorted(tops)
    lab.page.locator(".stMain").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    for part in (lab.button("train"), lab.page.locator(".rl-scrubber input[type=range]")):
        expect(part).to_be_in_viewport(ratio=1)
    head = lab.at("runhead").bounding_box()
    assert head["height"] < 0.2 * PHONE["height"]
