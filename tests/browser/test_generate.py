"""The Generate page in a browser: texts come while the network learns, and every choice can be looked into."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from rnnlab.inspection.generation import generate
from rnnlab.records.generation import Settings, spread
from tests.support.eventually import eventually

TEXT = "a red fox ran, a red hen ran, and a dog <b> sat on a red log"
SMALL = Experiment(text=TEXT, tokenizer="chars", cell="gru", hidden=24, epochs=60)
WANTED = Settings()


@pytest.fixture(scope="module")
def history():
    return run(SMALL)


def opened(visit, e: Experiment):
    return visit(to_link(e, "en", run=True), path="/generate")


@pytest.fixture(scope="module")
def lab(lasting_visit):
    lab = opened(lasting_visit, SMALL)
    at_epoch(lab, SMALL.epochs)
    return lab


def choose_top_k(lab, count: int) -> Settings:
    box = lab.at("generate_top_k").locator("input")
    box.fill(str(count))
    box.press("Enter")
    return Settings(top_k=count)


def written(lab) -> str:
    return "".join(lab.page.locator(".rl-gen-token bdi").all_text_contents())


def at_epoch(lab, epoch: int) -> None:
    place = lab.page.locator(".rl-generated:not(.rl-gen-stale)")
    expect(place).to_have_attribute("data-epoch", str(epoch), timeout=30_000)


def text_of(history, epoch: int, wanted: Settings = WANTED, prompt: str = "a red fo") -> str:
    found = generate(SMALL, history.checkpoints[epoch].weights, prompt, wanted)
    return "".join(history.opening.classes[id] for id in found.ids)


def chances_by_hand(history, epoch: int, ids: list[int]) -> torch.Tensor:
    """The distribution of the next character, by a plain program with the weights of that epoch."""
    flat = torch.frombuffer(bytearray(history.checkpoints[epoch].weights), dtype=torch.float32)
    count = len(set(TEXT))
    modules = nn.Embedding(count, 16), nn.GRU(16, 24, batch_first=True), nn.Linear(24, count)
    nn.utils.vector_to_parameters(flat, [p for module in modules for p in module.parameters()])
    embedding, gru, head = modules
    with torch.no_grad():
        return head(gru(embedding(torch.tensor([ids])))[0][0, -1]).softmax(-1)


@pytest.mark.thorough
def test_samples_grow_while_it_trains_and_typing_is_not_disturbed(visit):
    long = Experiment(**SMALL.model_dump() | {"epochs": 1500, "hidden": 64})
    lab = opened(visit, long).runs()
    rows = lab.page.locator(".rl-samples tbody tr:not(.rl-samples-waits)")
    eventually(lambda: rows.count() >= 2, "the first samples are there", 30)
    box = lab.at("generate_prompt").locator("textarea")
    box.click()
    box.press("Control+a")
    before = rows.count()
    for letter in "hen!":
        epoch = lab.epoch
        box.press_sequentially(letter)
        eventually(lambda epoch=epoch: lab.epoch > epoch, "the run goes on", 30)
    assert box.input_value() == "hen!"
    box.press("Control+Enter")
    prompt = lab.page.locator(".rl-gen-text .rl-gen-prompt bdi")
    eventually(lambda: prompt.text_content() == "hen", "the new prompt is gone on with", 30)
    expect(lab.at("written").get_by_text("left out of the prompt")).to_have_text(re.compile(": !$"))
    eventually(lambda: rows.count() > before, "more samples came", 60)
    lab.press("stop")
    expect(lab.at("status")).to_contain_text("stopped")
    last = lab.epoch
    at_epoch(lab, last)
    expect(lab.page.locator(".rl-samples tr[aria-current]")).to_have_attribute("data-row", str(last))
    eventually(lambda: lab.page.locator(".rl-samples-waits").count() == 0, "all samples are there", 30)
    every = 8  # 1,500 epochs, 200 frames; and there is room for their weights
    epochs = [int(node.get_attribute("data-row")) for node in rows.all()]
    assert epochs[0] == 0
    assert all(epoch % every == 0 for epoch in epochs[:-1])
    mounts = lab.page.eval_on_selector_all("[data-mounts]", "nodes => nodes.map(node => node.dataset.mounts)")
    assert set(mounts) == {"1"}


def test_a_token_pointed_at_shows_the_distribution_it_was_drawn_from(lab, history):
    eventually(lambda: written(lab) == text_of(history, 60), "what the network writes")
    wanted = choose_top_k(lab, 3)
    eventually(lambda: written(lab) == text_of(history, 60, wanted), "with the new setting", 30)
    text = text_of(history, 60, wanted)
    vocabulary = list(dict.fromkeys(TEXT))
    tokens = lab.page.locator(".rl-gen-token")
    table = lab.page.locator(".rl-gen-side table")

    def shown(step: int) -> None:
        before = "a red fo" + text[:step]
        chances = chances_by_hand(history, 60, [vocabulary.index(letter) for letter in before])
        expect(lab.page.locator(".rl-generated")).to_have_attribute("data-step", str(step))
        rows = table.locator("tr[data-token]").all()
        best = chances.argsort(descending=True)
        assert len(rows) == 8
        cooled = chances[best[:3]] ** (1 / wanted.temperature)
        for rank, row in enumerate(rows):
            assert row.get_attribute("data-token") == vocabulary[best[rank]]
            assert float(row.get_attribute("data-model")) == pytest.approx(
                float(chances[best[rank]]), rel=1e-5, abs=1e-5
            )
            left = float(cooled[rank] / cooled.sum()) if rank < 3 else 0.0
            assert float(row.get_attribute("data-left")) == pytest.approx(left, rel=1e-5, abs=1e-4)
        chosen = table.locator(".rl-gen-chosen")
        assert chosen.get_attribute("data-token") == text[step]
        assert chosen.locator("[role=img]").get_attribute("aria-label") == "chosen"
        assert table.locator(".rl-gen-cut").count() == 5
        rest = table.locator(".rl-gen-rest")
        others = float(chances[best[8:]].sum())
        assert float(rest.get_attribute("data-model")) == pytest.approx(others, rel=1e-5, abs=1e-4)
        assert rest.get_attribute("data-left") == "0"
        bits = float(-(chances * chances.log2()).sum())
        assert f"{bits:.2f}" in lab.page.locator(".rl-gen-side .rl-gen-notes").inner_text()

    for step in (0, 11):
        tokens.nth(step).hover()
        shown(step)
    tokens.nth(11).click()
    lab.page.keyboard.press("ArrowRight")
    shown(12)
    lab.page.keyboard.press("Home")
    shown(0)
    lab.page.locator(".rl-gen-play").click()
    expect(lab.page.locator(".rl-generated")).to_have_attribute("data-playing", "true")
    later = lab.page.locator(".rl-gen-later")
    eventually(lambda: 0 < later.count() < len(text) - 3, "it is written token by token")
    lab.page.locator(".rl-gen-play").click()
    expect(later).to_have_count(0)


@pytest.mark.thorough
def test_scrubbing_back_shows_what_the_untrained_network_writes_on_a_phone_too(lab, history):
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.page.emulate_media(color_scheme="dark")
    choose_top_k(lab, 0)
    eventually(lambda: written(lab) == text_of(history, 60), "what the network writes", 30)
    rows = lab.page.locator(".rl-samples tbody tr:not(.rl-samples-waits)")
    expect(rows).to_have_count(len(spread(range(61), 1, 60)), timeout=30_000)
    lab.scrub("Home")
    at_epoch(lab, 0)
    assert written(lab) == text_of(history, 0) != text_of(history, 60)
    current = lab.page.locator(".rl-samples tr[aria-current]")
    expect(current).to_have_attribute("data-row", "0")
    assert current.locator("bdi").text_content() == text_of(history, 0)
    assert float(current.locator(".rl-samples-bits span").inner_text()) > 4
    lab.page.locator(".rl-samples tr[data-row='12'] button").click()
    at_epoch(lab, 12)
    assert written(lab) == text_of(history, 12)
    assert lab.wider_than_the_window() == []
    prompt = lab.page.locator(".rl-gen-text .rl-gen-prompt")
    assert re.search(r"solid", prompt.evaluate("node => getComputedStyle(node).borderStyle"))
