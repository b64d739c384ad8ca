"""A run that can be watched, talked over, and brought back."""

import re

import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from tests.support.eventually import eventually

# What stands on the page whenever the strip changes: the time in ms, the strip's epoch, how many ticks and crosses it
# has, and the line above it.
RECORD = """() => {
  const strip = document.querySelector(".rl-strip");
  const line = document.querySelector(".rl-progress .rl-text");
  window.seen = [];
  new MutationObserver(() => {
    const count = (glyph) => strip.innerText.split(glyph).length - 1;
    const now = performance.now();
    requestAnimationFrame(() => seen.push([now, Number(strip.dataset.epoch), count("✓"), count("✗"), line.innerText]));
  }).observe(strip, { attributes: true, attributeFilter: ["data-epoch"] });
}"""


def test_a_slow_run_is_seen_epoch_by_epoch_and_what_is_right_is_what_is_ticked(visit):
    lab = visit("lang=en&lr=0.0015")
    lab.reaches("not trained yet")
    lab.at("speed").get_by_text("slow").click()
    lab.page.evaluate(RECORD)
    lab.press("train")
    expect(lab.at("status")).to_contain_text(re.compile(r"epoch (1[2-9]|[2-9]\d) /"))
    lab.press("stop").reaches("stopped")
    seen = lab.page.evaluate("seen")
    times = {epoch: at for at, epoch, *_ in reversed(seen)}
    assert set(times) >= set(range(4, 12))  # the first may come while a busy browser draws the page for the click
    assert 2_400 < times[10] - times[4] < 4_500  # half a second each
    said = [
        (ticks / (ticks + crosses), line)
        for _, epoch, ticks, crosses, line in seen
        if epoch and f"epoch {epoch} /" in line
    ]
    assert len(said) >= 7
    assert len({share for share, _ in said}) > 1  # it learns while it is watched
    assert [(share, line) for share, line in said if f"accuracy {100 * share:g}%" not in line] == []


def test_the_front_page_begins_by_itself_slowly_and_not_where_no_motion_is_wanted(visit):
    still = visit(reduced_motion="reduce").reaches("not trained yet")
    moves = "[...document.querySelectorAll('*')].filter(n => parseFloat(getComputedStyle(n).transitionDuration) > 0.01)"
    assert still.page.evaluate(f"{moves}.map(node => node.className)") == []
    lab = visit()
    expect(lab.at("status")).to_contain_text(re.compile(r"epoch [2-9] / 100"))
    expect(lab.at("speed").get_by_role("radio", name="slow")).to_be_checked()
    lab.press("pause").paused()
    assert lab.curve() == pytest.approx(run(Experiment()).losses[: lab.epoch], rel=1e-5)
    assert still.reaches("not trained yet").epoch == 0
    lab.page.reload()
    expect(lab.at("status")).to_contain_text(re.compile(r"epoch [2-9] / 100"))  # to be watched again
    expect(lab.at("speed").get_by_role("radio", name="slow")).to_be_checked()


def test_one_epoch_more_undo_and_the_line_of_the_last_run(visit):
    lab = visit("lang=en&epochs=20&run=1").reaches("trained")
    lab.press("step")
    expect(lab.at("status")).to_contain_text("epoch 21 / 21")
    lab.reaches("trained")
    assert lab.curve() == pytest.approx(run(Experiment(epochs=21)).losses, rel=1e-5)

    def height() -> float:
        """How far the status stands below the buttons."""
        top = "node => node.getBoundingClientRect().top"
        return lab.at("status").evaluate(top) - lab.at("runbar").evaluate(top)

    before = height()
    expect(lab.button("undo")).to_be_disabled()
    lab.press("reseed").reaches("not trained yet").press("train").reaches("trained")
    note = lab.at("ghost")
    expect(note).to_contain_text("seed 1 instead of 0")
    drawn = lab.at("loss").locator(".rl-curves").evaluate("node => node.component.series.map(({ count }) => count)")
    assert drawn == [21, 21]
    lab.press("undo")
    expect(note).to_contain_text("seed 0 instead of 1")
    eventually(lambda: lab.curve() == pytest.approx(run(Experiment(epochs=21)).losses, rel=1e-5), "it is back")
    lab.press("ghost_dismiss")
    expect(note).to_have_count(0)
    lab.page.locator(".st-key-hidden_size input").fill("8")
    lab.page.locator(".st-key-hidden_size input").press("Enter")
    expect(lab.at("runside")).to_contain_text("Train uses the new settings")
    assert re.search("21 / 21", lab.status)
    assert height() == pytest.approx(before, abs=1)  # nothing has moved
