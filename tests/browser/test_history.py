"""The page on history in a browser: it opens, its demonstrations answer, and a phone shows all of it."""

import re

import pytest
from playwright.sync_api import expect

from rnnlab import Experiment
from rnnlab.experiment.links import to_link
from rnnlab.presets.timeline import AGES
from tests.support.eventually import eventually

PRESET = "preset=history"
SAMPLE = to_link(Experiment(text="by day I read books by night I read stars"), "en", run=True)


def cells(lab, panel: str, table: int = 0) -> list[list[str]]:
    rows = lab.at(panel).locator("table").nth(table).locator("tbody tr")
    return [row.locator("td, th").all_inner_texts() for row in rows.all()]


def opened(visit, query: str = PRESET, path: str = "/"):
    lab = visit(query, path)
    expect(lab.at("onward")).to_be_visible()
    return lab


@pytest.mark.thorough
def test_the_timeline_is_whole_and_a_rule_answers_as_soon_as_a_sentence_is_typed(visit):
    lab = opened(visit)
    labels = lab.at("history-timeline").locator(".textpoint text")
    expect(labels).to_have_count(sum(1 + len(age.milestones) for age in AGES))
    box = lab.at("eliza_say").locator("input")
    box.fill("I want <b>my</b> **tea**")
    box.press("Enter")
    answer = lab.at("eliza_answer")
    expect(answer).to_contain_text("What would change if you got <b>your</b> **tea**?")
    assert answer.locator("b, em").count() == 0
    box.fill("It rains")
    box.press("Enter")
    expect(answer).to_contain_text("No rule fits")
    lab.press("onward")
    expect(lab.at("presets")).to_be_visible()


def test_all_demonstrations_follow_the_token_and_the_epoch(visit):
    lab = opened(visit, SAMPLE, "/history")
    expect(lab.at("rivals")).to_contain_text("after epoch 100")
    eventually(lambda: len(cells(lab, "rivals", 1)) == 4, "both bys and both reads are listed")
    assert min(float(row[3]) for row in cells(lab, "rivals", 1)) > 0.9
    assert {row[2] for row in cells(lab, "rivals", 1)} == {"0.500"}
    lab.page.locator(".rl-column").nth(8).click()  # the second "read"
    expect(lab.at("template")).to_contain_text("token 9, read")
    expect(lab.at("rivals")).to_contain_text(re.compile(r"After\s+… read books by night I read\s*, what"))
    assert {row[0] for row in cells(lab, "counts")[:2]} == {"books", "stars"}
    lab.scrub("Home")
    expect(lab.at("rivals")).to_contain_text("after epoch 0")
    eventually(
        lambda: 0 < max((float(row[3]) for row in cells(lab, "rivals", 1)), default=0) < 0.6,
        "the untrained network guesses",
    )
