"""The Compare page in a browser: the race runs while the class watches, and its parts stay where they are."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from rnnlab.experiment.race_plan import RacePlan, grid
from tests.support.eventually import eventually

TEXT = "a b c d a\nb c d e\nd e a b\na a b c"
SMALL = Experiment(text=TEXT, epochs=40, hidden=5, embed=4, held_out=0.5)
LONG = Experiment(text=TEXT, epochs=3000, hidden=64)


def tracks(lab, what: str) -> list[str]:
    return lab.page.locator(".rl-run").evaluate_all(f"nodes => nodes.map(node => {what})")


def epochs(lab) -> list[int]:
    return [int(value) for value in tracks(lab, "node.querySelector('.rl-track').getAttribute('aria-valuenow')")]


# How far the middle of a marker is from the end of its bar, and from the bar's middle line.
OFF_ITS_BAR = """(() => {
  const [bar, track] = [".rl-done", ".rl-track"].map((name) => node.querySelector(name).getBoundingClientRect());
  const runner = node.querySelector(".rl-runner"), box = runner.getBoundingClientRect();
  const dot = getComputedStyle(runner, "::before");
  const across = box.top + parseFloat(dot.top) + parseFloat(dot.marginTop) + parseFloat(dot.height) / 2;
  return Math.max(Math.abs(box.left - bar.right), Math.abs(across - (track.top + track.bottom) / 2));
})()"""


def states(lab) -> list[str]:
    return tracks(lab, "node.dataset.state")


def mounts(lab) -> set[str]:
    script = "nodes => nodes.map(node => node.dataset.mounts)"
    return set(lab.page.eval_on_selector_all("[class*=st-key-race] [data-mounts]", script))


def test_one_click_starts_a_race_and_everything_follows_it_to_its_end(visit):
    lab = visit(to_link(SMALL, "en"), path="/compare", shows="race_start")
    expect(lab.page.locator(".rl-lane")).to_have_count(4)
    assert states(lab) == ["waiting"] * 12
    places = [lab.at(key).bounding_box() for key in ("racebar", "race_setup")]
    lab.press("race_start")
    expect(lab.at("race_status")).to_contain_text(re.compile("12 of 12"), timeout=40_000)
    eventually(lambda: states(lab) == ["finished"] * 12, "all are at the finish")
    assert [lab.at(key).bounding_box() for key in ("racebar", "race_setup")] == places, "the page has jumped"
    eventually(lambda: max(map(abs, tracks(lab, OFF_ITS_BAR))) < 1, "each marker is at the end of its bar")
    histories = [run(SMALL.model_copy(update={"cell": "lstm", "seed": seed})) for seed in range(3)]
    median = sorted(history.losses[-1] for history in histories)[1]
    assert lab.lines("race-loss")["LSTM"][40] == pytest.approx(median, rel=1e-5)
    row = lab.at("race-standings").locator("tbody tr", has_text="LSTM")
    expect(row).to_contain_text(f"{median:.3g}")
    with lab.page.expect_download() as started:
        lab.button("race_csv").click()
    assert len(started.value.path().read_text("utf-8").splitlines()) == 13
    assert mounts(lab) == {"1"}
    lab.page.locator(".rl-variant", has_text="GRU").get_by_role("button").click()
    expect(lab.page.locator(".rl-variant")).to_have_count(3)
    expect(lab.page.locator(".rl-lane")).to_have_count(4)  # those of the race that was run
    lab.button("race_open_1").click()
    expect(lab.at("train")).to_be_visible()
    eventually(lambda: "cell=lstm" in lab.address, "the playground has the LSTM")


@pytest.mark.thorough
def test_it_pauses_waits_on_another_page_and_goes_on(visit):
    plan = RacePlan(LONG, grid({"cell": ("rnn", "gru")}), 1)
    lab = visit(to_link(LONG, "en", run=True, race=plan), path="/compare", shows="race_start")
    eventually(lambda: min(epochs(lab), default=0) > 0, "both are under way", 30)
    seen = eventually(lambda: all(map(len, (now := lab.lines("race-loss")).values())) and now, "lines are drawn", 30)
    drawn = "node => node.component.pageData.drawn"  # when the page was
    draws = lab.at("race-status").locator("[data-mounts]").evaluate(drawn)
    eventually(lambda: all(lab.lines("race-loss")[name].keys() > seen[name].keys() for name in seen), "they grow", 30)
    assert lab.at("race-status").locator("[data-mounts]").evaluate(drawn) == draws
    lab.press("race_pause")
    expect(lab.button("race_on")).to_be_visible()
    rested = lab.lines("race-loss")
    for name, line in seen.items():
        assert len(rested[name].keys() & line.keys()) > 1
        assert all(rested[name][at] == pytest.approx(line[at], rel=1e-6) for at in rested[name].keys() & line.keys())
    still = eventually(lambda: epochs(lab), "the lanes are there")
    assert set(states(lab)) == {"resting"}
    assert mounts(lab) == {"1"}
    lab.page.get_by_role("link", name="Text", exact=True).click()
    expect(lab.at("train")).to_be_visible()
    lab.page.get_by_role("link", name="Compare", exact=True).click()
    expect(lab.page.locator(".rl-lane")).to_have_count(2)
    assert epochs(lab) == still, "it rested"
    lab.press("race_on")
    eventually(lambda: min(epochs(lab)) > max(still), "it goes on from there", 30)
    lab.press("race_stop")
    expect(lab.at("race_status")).to_contain_text("stopped")
    assert mounts(lab) == {"2"}, "once for each visit"


@pytest.mark.thorough
def test_a_phone_shows_all_of_it_and_axe_finds_no_fault(visit):
    plan = RacePlan(SMALL, grid({"cell": ("lstm", "gru"), "hidden": (4, 8)}), 2)
    lab = visit(
        to_link(SMALL, "zh", run=True, race=plan), path="/compare", shows="race_start",
        viewport={"width": 390, "height": 844}, color_scheme="dark",
    )  # fmt: skip
    expect(lab.at("race_status")).to_contain_text("比赛结束", timeout=40_000)
    expect(lab.at("race-loss").locator("canvas")).to_be_visible()
    assert lab.wider_than_the_window() == []
    for key in ("race-lanes", "race-loss", "race-score", "race-standings", "race-variants"):
        box = lab.at(key).locator("[data-mounts]").bounding_box()
        assert box["x"] >= 0
        assert 200 < box["width"] <= 390
    inside = [[".st-key-race-lanes"], [".st-key-race-standings"], [".st-key-race-variants"]]
    found = Axe().run(lab.page, context={"include": inside})
    assert [fault["id"] for fault in found.response["violations"]] == []
