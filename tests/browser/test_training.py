"""The Training page in a browser, walked in both languages: the moves, the log that follows the cursor and moves it."""

import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.i18n import significant, translator
from rnnlab.inspection.training.step import training_step
from tests.support.eventually import eventually


@pytest.mark.thorough
@pytest.mark.parametrize(("lang", "locale"), [("zh", "zh-CN"), ("en", "en-US")])
def test_the_page_is_walked(visit, lang, locale):
    t, history = translator(lang), run(Experiment(preset="ohlol-layer", clip=0.1))
    lab = visit(f"preset=ohlol-layer&clip=0.1&run=1&lang={lang}", path="/training", locale=locale)
    lab.finished()
    page = lab.page
    moves, lines = page.locator(".st-key-training_move button"), page.locator(".st-key-training-log-lines tbody tr")
    expect(moves).to_have_count(6)
    expect(lines).to_have_count(len(history.frames))
    current = page.locator(".st-key-training-log-lines tr[aria-current]")
    expect(current).to_contain_text("20")

    def change(epoch: int) -> str:
        weights = next(one.weights for one in history.checkpoints if one.epoch == epoch)
        return significant(training_step(history.experiment, weights).parameters[0].change, 4)

    moves.last.click()
    first = page.locator(".st-key-training-move tbody tr").first
    expect(first).to_contain_text(change(20))
    # A click on a line moves the cursor, and with it the scrubber and what is computed.
    lines.nth(3).click()
    expect(current).to_contain_text(significant(history.losses[2], 4))
    eventually(lambda: page.locator(".rl-scrubber input[type=range]").input_value() == "3", "the scrubber follows")
    expect(first).to_contain_text(change(3))
    expect(page.locator(".st-key-training-log-lines .rl-tables")).to_have_attribute("data-mounts", "1")
    # And by keyboard; the scrubber marks a line.
    lines.nth(5).locator("button").focus()
    page.keyboard.press("Enter")
    expect(current).to_contain_text(significant(history.losses[4], 4))
    lab.scrub("Home")
    expect(current).to_contain_text("–")
    # Every move has its words, and torch its own.
    expect(page.locator(".st-key-detach_kept")).to_contain_text("backward through the graph a second time")
    expect(page.locator(".st-key-training-modes")).to_contain_text("model.train()")
    for name in ("zero_grad", "forward", "loss", "backward", "clip", "step"):
        moves.filter(has_text=name).click()
        expect(page.locator(".st-key-training_move_shown")).to_contain_text(t("move.weights", epoch=0)[:20])
    lab.press("training_to_clip")
    expect(lab.at("norms")).to_be_visible()
