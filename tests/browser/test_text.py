"""The Text page in a browser: tokens merged and split by mouse and keyboard, epochs scrubbed, a batch packed."""

import re
import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import from_link, to_link
from tests.support.eventually import eventually

SENTENCE = "我爱学习自然语言处理"
MARKUP = "b, strong, em, a, .katex, img, script"


def on_page(visit, query: str, **options):
    """A preset's link opens the page by itself; any other experiment goes there by its path."""
    preset = re.fullmatch(r"preset=\w+", query)
    lab = visit(query, path="/" if preset else "/text", **options)
    expect(lab.page.locator(".st-key-text_part")).to_be_visible()
    # Streamlit looks for its server below that path first.
    lab.errors[:] = [error for error in lab.errors if "404" not in error]
    return lab


def part(lab, number: int):
    lab.page.locator(".st-key-text_part button").nth(number).click()
    return lab


def text_of(lab) -> Experiment:
    return from_link(lab.address.partition("?")[2]).experiment


def chips(lab) -> list[str]:
    return lab.at("text-edit").locator(".rl-piece bdi").all_inner_texts()


def chip(lab, token: str):
    return lab.at("text-edit").locator(".rl-piece", has_text=re.compile(f"^{token}$")).first


def test_tokens_are_merged_and_split_with_the_mouse_and_undone(visit):
    lab = on_page(visit, to_link(Experiment(text=SENTENCE, tokenizer="jieba", epochs=2), "en"))
    lab.at("text-edit").locator(".rl-piece").first.wait_for()
    assert chips(lab) == ["我", "爱", "学习", "自然语言", "处理"]
    chip(lab, "自然语言").click()
    chip(lab, "处理").click()
    eventually(lambda: chips(lab) == ["我", "爱", "学习", "自然语言处理"], "two neighbours became one")
    assert lab.at("text").locator("textarea").input_value() == "我 爱 学习 自然语言处理"
    eventually(lambda: text_of(lab).tokenizer == "words", "the link says how it is cut now")
    assert text_of(lab).text == "我 爱 学习 自然语言处理"
    chip(lab, "学习").click()
    lab.at("text-edit").locator(".rl-cut").click()
    eventually(lambda: chips(lab) == ["我", "爱", "学", "习", "自然语言处理"], "one became two")
    lab.press("edit_undo")
    eventually(lambda: chips(lab) == ["我", "爱", "学习", "自然语言", "处理"], "as it was cut before")
    eventually(lambda: text_of(lab) == Experiment(text=SENTENCE, tokenizer="jieba", epochs=2), "the text too")
    expect(lab.at("edit_undo")).to_have_count(0)


@pytest.mark.thorough
def test_tokens_are_merged_and_split_by_keyboard(visit):
    lab = on_page(visit, to_link(Experiment(text="甲乙 丙 丁", epochs=2), "en"))
    lab.at("text-edit").locator(".rl-piece").first.focus()
    keys = lab.page.keyboard
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.press("ArrowRight")
    keys.press("Enter")
    eventually(lambda: chips(lab) == ["甲乙", "丙丁"], "Enter on two neighbours merges them")
    focused = "document.activeElement.textContent"
    eventually(lambda: lab.page.evaluate(focused) == "丙丁", "the focus is where the work was")
    keys.press("ArrowLeft")
    keys.press("Enter")
    keys.press("Tab")
    eventually(lambda: lab.page.evaluate(focused) == "✂", "the scissors are the next stop")
    assert lab.page.evaluate("document.activeElement.ariaLabel") == "split into 甲 and 乙"
    keys.press("Enter")
    eventually(lambda: chips(lab) == ["甲", "乙", "丙丁"], "Enter on the scissors splits")
    eventually(lambda: lab.page.evaluate(focused) == "甲", "the focus is there again")
    keys.press("Enter")
    expect(lab.at("text-edit").locator("[aria-pressed=true]")).to_have_count(1)
    keys.press("Escape")
    expect(lab.at("text-edit").locator("[aria-pressed=true]")).to_have_count(0)


@pytest.mark.thorough
def test_a_word_is_added_by_hand(visit):
    lab = on_page(visit, to_link(Experiment(text=SENTENCE, tokenizer="jieba", epochs=2), "en"))
    box = lab.at("text_add").locator("input")
    box.fill("自然语言处理")
    box.press("Enter")
    cut = lab.at("text-jieba").locator(".rl-piece bdi")
    expect(cut).to_have_text(["我", "爱", "学习", "自然语言处理"])
    expect(box).to_have_value("")
    lab.open("more")
    expect(lab.at("words").locator("textarea")).to_have_value("自然语言处理")
    eventually(lambda: text_of(lab).words == "自然语言处理", "the link has it")


@pytest.mark.thorough
def test_what_was_typed_is_shown_as_typed(visit):
    odd = "<b>x</b> $x$ **x** [a](b) :red[x] &lt; 👩‍👩‍👧 مرحبا"
    unseen = "\u200bn\u200beg\x07"  # the first of these is not read
    lab = on_page(visit, to_link(Experiment(text=f"{odd} {unseen}", epochs=2), "en", run=True))
    lab.at("text-edit").locator(".rl-piece").first.wait_for()
    assert chips(lab) == [*odd.split(), "nZWSPegBEL"]
    assert lab.at("text-edit").locator(".rl-unseen").all_inner_texts() == ["ZWSP", "BEL"]
    assert lab.at("text").locator("textarea").input_value() == f"{odd} {unseen}"
    part(lab, 1)
    expect(lab.at("text-embedding").locator(".ytick text").first).to_be_visible()
    ticks = [tick.text_content() for tick in lab.at("text-embedding").locator(".ytick text").all()]
    assert ticks[:3] == ["0 · <b>x</b>", "1 · $x$", "2 · **x**"]
    part(lab, 2)
    expect(lab.at("text-windows").locator("td bdi").first).to_be_visible()
    assert lab.at("text-windows").locator("tr").first.locator("td bdi").all_inner_texts() == odd.split()
    for key in ("text-windows", "text-embedding"):
        assert lab.at(key).locator(MARKUP).count() == 0
    lab.page.get_by_test_id("stTopNav").get_by_role("link", name="Gradients", exact=True).click()
    expect(lab.page.locator(".rl-shaded-token bdi")).to_have_text(odd.split())


@pytest.mark.thorough
def test_the_embedding_is_scrubbed_to_any_epoch(visit):
    lab = on_page(visit, "preset=embedding&seed=0")
    lab.press("train")
    expect(lab.at("status")).to_contain_text(re.compile(r"trained\s*$"))
    history = run(Experiment(preset="embedding"))
    types = len(history.opening.vocabulary)
    tables = {
        kept.epoch: np.frombuffer(kept.weights, np.float32)[: types * 4].reshape(types, 4)
        for kept in history.checkpoints
    }

    def shows(epoch: int) -> None:
        def same() -> bool:
            drawn = np.array(lab.plotted("text-embedding", "_fullData[0].z"), dtype=float)
            return drawn.shape == (types, 4) and bool(np.allclose(drawn, tables[epoch], atol=1e-3))

        eventually(same, f"the rows of epoch {epoch}")

    shows(100)
    ranges = lab.plotted("text-plane", "_fullLayout.xaxis.range")
    lab.scrub("Home")
    shows(0)
    eventually(lambda: "Epoch 0:" in lab.at("plane").inner_text(), "the plane is of epoch 0")
    assert lab.plotted("text-plane", "_fullLayout.xaxis.range") == pytest.approx(ranges)
    lab.scrub(*["ArrowRight"] * 3)
    shows(3)
    assert lab.at("text-embedding").locator(".rl-chart").get_attribute("data-mounts") == "1"
    lab.page.locator(".rl-column").nth(3).click()
    expect(lab.at("nearest")).to_contain_text("cosine to 自然语言")


@pytest.mark.thorough
def test_the_embedding_follows_a_run_and_the_rest_comes_when_it_pauses(visit):
    lab = on_page(visit, to_link(Experiment(preset="embedding", epochs=5_000), "en"))
    part(lab, 1)
    expect(lab.at("text-embedding").locator(".rl-chart svg").first).to_be_visible()
    before = lab.plotted("text-embedding", "_fullData[0].z")
    lab.press("train")
    expect(lab.at("plane")).to_contain_text("when training pauses")
    eventually(lambda: lab.plotted("text-embedding", "_fullData[0].z") != before, "the rows move")
    lab.press("pause")
    expect(lab.at("status")).to_contain_text(re.compile(r"(paused|trained)\s*$"))
    expect(lab.at("plane")).to_contain_text("of the variance")
    expect(lab.at("nearest")).to_contain_text(f"After epoch {lab.epoch}")
    assert lab.at("text-embedding").locator(".rl-chart").get_attribute("data-mounts") == "1"


@pytest.mark.thorough
def test_a_batch_is_packed_step_by_step(visit):
    lab = on_page(visit, to_link(Experiment(text="a b x\nc d e x\nf x", epochs=2), "en"))
    part(lab, 4)
    packed = lab.at("text-packed")
    expect(packed.locator("tr th[scope=row]")).to_have_text(["step", "1", "0", "2", "batch_sizes"])
    assert packed.locator(".rl-size").all_inner_texts() == ["3", "2", "1"]
    packed.locator("input[type=range]").focus()
    lab.page.keyboard.press("Home")
    assert packed.locator(".rl-chunk:not(.rl-later)").count() == 0
    for step, taken in enumerate(["caf", "cafdb", "cafdbe"], start=1):
        lab.page.keyboard.press("ArrowRight")
        shown = packed.locator(".rl-chunk:not(.rl-later) bdi")
        assert "".join(shown.all_inner_texts()) == taken
        assert packed.locator("td.rl-unit.rl-now").count() == [3, 2, 1][step - 1]
        expect(packed.locator("output")).to_contain_text(f"Step {step}")
    assert packed.get_by_role("button", name="One step on").is_disabled()
    lab.at("text-padded").locator("td.rl-tone-padding").first.wait_for()
    assert lab.at("text-padded").locator("td.rl-tone-padding").count() == 2 * 3  # in the batch, and in its mask


@pytest.mark.thorough
def test_a_text_becomes_a_dataset_whose_whole_program_can_be_taken_away(visit, tmp_path):
    """What it prints in a Python of its own, of the whole text, is what stands at its side."""
    lab = on_page(visit, "preset=packed", locale="en-US")
    part(lab, 3)
    expect(lab.at("text-loader").locator("td.rl-tone-padding").first).to_be_visible()
    assert lab.at("text-loader").locator("td.rl-tone-padding").count() == 2 + 4 + 6
    ends = lab.at("text-endless").locator("tr")
    expect(ends.last.locator("th")).to_have_text("999")
    assert "".join(ends.last.locator("td").all_inner_texts()).split() == ["→"]
    lab.write("\n".join(f"{'ab'[i % 2]} | {'x ' * (1 + i % 4)}y" for i in range(20)))
    with lab.page.expect_download() as started:
        lab.press("dataset_whole")
    started.value.save_as(tmp_path / "dataset.py")
    done = subprocess.run([sys.executable, tmp_path / "dataset.py"], capture_output=True, text=True, check=True)
    printed = done.stdout.splitlines()
    assert printed[0] == "20"
    filler = lab.at("text-padto").locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert [line.replace(",", "") for line in filler] == printed[-3:]


@pytest.mark.thorough
def test_nothing_sticks_out_sideways_and_nobody_is_shut_out(visit):
    lab = on_page(visit, "preset=packed", locale="zh-CN", viewport={"width": 390, "height": 720})
    for number, name in enumerate(["edit", "embedding", "windows", "endless", "packed"]):
        part(lab, number)
        ours = f".st-key-text-{name} :is(.rl-tokens, .rl-chart, .rl-tables, .rl-packed)"
        lab.page.locator(ours).first.wait_for()
        assert lab.wider_than_the_window() == []
        assert lab.barriers(ours) == []
