"""Links, long texts and files: another browser, or the same after a reload, has the same experiment."""

import random
import re
import subprocess
import sys
import zipfile
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment
from rnnlab.experiment.links import from_file, from_link, to_file
from rnnlab.export import open_weights
from rnnlab.i18n import Problem, describe
from tests.support.eventually import eventually

# Distinct characters in random order: nothing that a compressor could shorten.
LONG = "".join(random.Random(0).choices([chr(code) for code in range(0x4E00, 0x9F00)], k=20_000))
STORY = "清晨 的 小雨 落在 窗台 上 ， 小猫 听着 雨声 。\n" * 100


def said(lab) -> Experiment:
    """The experiment that the page's link names."""
    return from_link(urlsplit(lab.link).query).experiment


def test_a_copied_link_gives_another_browser_the_same_losses(visit):
    lab = visit("cell=gru&hidden=7&embed=24&seed=5&lr=0.02&epochs=60").write("甲 乙 &=#%+ 丙 👩‍👩‍👧 乙")
    lab.train()
    link = lab.link
    query = parse_qs(urlsplit(link).query, keep_blank_values=True)
    assert set(query) == {*Experiment.model_fields, "v", "lang", "run"}
    assert (query["v"], query["lang"], query["run"]) == (["1"], ["en"], ["1"])
    other = visit(link, locale="zh-CN").trained()  # run=1: nobody presses anything
    assert "trained" in other.status  # in the language of the link
    assert (other.loss, other.predicted, other.chips) == (lab.loss, lab.predicted, lab.chips)
    assert other.curve() == lab.curve()
    other.open("more")
    assert other.at("embed").locator("input").input_value() == "24"
    assert said(other) == said(lab)


@pytest.mark.thorough
def test_a_link_follows_the_form_is_copied_and_may_leave_training_to_the_reader(visit):
    lab = visit("run=1", permissions=["clipboard-read", "clipboard-write"]).trained()
    lab.at("hidden_size").locator("input").fill("9")
    lab.at("hidden_size").locator("input").press("Enter")
    eventually(lambda: "hidden=9" in lab.address, "the address bar says it")
    eventually(lambda: "hidden=9" in lab.link, "the link says it")
    lab.open("share").at("run_on_opening").locator("label").first.click()
    eventually(lambda: "run=1" not in lab.link, "the link no longer trains")
    link = lab.link
    lab.open("share").page.locator(".rl-copy button").click()
    expect(lab.page.locator(".rl-copy button")).to_have_text("Copied")
    assert lab.page.evaluate("navigator.clipboard.readText()") == link
    lab.write(STORY)
    eventually(lambda: "textz=" in lab.link, "a long text goes into the link compressed")
    assert len(lab.link) < 8_000
    assert said(lab) == Experiment(text=STORY, hidden=9)
    other = visit(lab.link).reaches("not trained yet")
    expect(other.at("hidden_size").locator("input")).to_have_value("9")
    expect(other.at("text").locator("textarea")).to_have_value(STORY)


@pytest.mark.thorough
def test_a_text_too_long_for_any_link_survives_a_reload_and_travels_as_a_file(visit, tmp_path):
    lab = visit("run=1").trained().write(LONG)
    eventually(lambda: "draft=1" in lab.address, "the address says that the text is kept elsewhere")
    assert len(lab.address) < 8_000
    lab.page.reload()
    expect(lab.at("text").locator("textarea")).to_have_value(LONG)
    eventually(lambda: "draft=1" in lab.address, "and it is still kept")
    lab.open("share")
    expect(lab.page.get_by_text(re.compile("longer than the 8,000"))).to_be_visible()
    assert lab.page.locator(".rl-link").count() == 0
    with lab.page.expect_download() as download:
        lab.at("download").get_by_role("button").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert from_file(path.read_bytes()) == Experiment(text=LONG)


@pytest.mark.thorough
def test_a_reload_trains_again_what_was_trained_and_its_files_give_the_same_losses(visit, tmp_path):
    lab = visit("preset=ohlol-cell&seed=3").reaches("not trained yet").train()
    before = lab.loss
    eventually(lambda: "run=1" in lab.address, "the address says so")
    lab.page.reload()
    assert lab.trained().loss == before
    lab.open("share")
    with lab.page.expect_download() as download:
        lab.at("download").get_by_role("button").click()
    download.value.save_as(tmp_path / "mine.json")
    for name, file in (("script", "ohlol_cell.py"), ("notebook", "ohlol_cell.ipynb")):
        with lab.page.expect_download() as download:
            lab.at(f"download_{name}").get_by_role("button").click()
        assert download.value.suggested_filename == file
        download.value.save_as(tmp_path / file)
    alone = subprocess.run(
        [sys.executable, "-I", "ohlol_cell.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert float(alone.stdout.split()[-1]) == pytest.approx(float(before), rel=1e-3)
    nbformat.validate(nbformat.read(tmp_path / "ohlol_cell.ipynb", as_version=4))
    other = visit("run=1").trained()
    other.open("share")
    other.at("file").locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    other.reaches("not trained yet").train()
    assert (other.loss, other.predicted) == (lab.loss, lab.predicted)
    assert said(other) == Experiment(preset="ohlol-cell", seed=3)
    other.open("share").at("file").locator("input[type=file]").set_input_files(
        {"name": "long.json", "mimeType": "application/json", "buffer": to_file(Experiment(text=LONG)).encode()}
    )
    expect(other.at("text").locator("textarea")).to_have_value(LONG)


@pytest.mark.thorough
def test_what_is_wrong_in_a_link_is_said_as_it_was_given(visit):
    """And what it names but does not hold: a text that another browser keeps."""
    lab = visit("draft=1&embed=9&lang=zh&hidden=%3Cb%3E**x**%3C/b%3E&colour=%24x%24&cell=%3Ared[x]")
    notes = lab.at("notes")
    expect(notes).to_contain_text(describe(Problem("draft_lost", "text"), "zh"))  # the browser has answered
    lab.open("more")
    expect(lab.at("embed").locator("input")).to_have_value("9")
    expect(notes).to_contain_text("隐藏维度")
    assert notes.locator("code", has_text="<b>**x**</b>").count() == 1
    assert {"$x$", ":red[x]"} <= set(notes.locator("code").all_inner_texts())
    assert notes.locator("b, .katex").count() == 0
    lab.press("notes_seen")
    expect(notes).to_have_count(0)


@pytest.mark.thorough
def test_weights_are_those_of_the_epoch_that_is_looked_at_and_are_seen_by_another_reader(visit, tmp_path):
    lab = visit("epochs=30&run=1").trained()
    lab.scrub(*["ArrowLeft"] * 10)  # which the server hears of only when Share is opened
    eventually(lambda: "20" in lab.page.locator(".rl-epoch").inner_text(), "the reader looks at epoch 20")
    teller = lab.open("share").page.locator(".rl-looked-at")
    eventually(lambda: teller.evaluate("node => node.component.data.known.epoch") == 20, "the server has heard of it")
    with lab.page.expect_download() as download:
        lab.at("download_weights").get_by_role("button").first.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    history = open_weights(path.read_bytes())
    assert (history.epoch, history.checkpoints[-1].epoch) == (20, 20)
    with lab.page.expect_download() as download:
        lab.at("download_trained").get_by_role("button").first.click()
    with zipfile.ZipFile(download.value.path()) as file:
        assert open_weights(file.read("words_next.safetensors")).checkpoints == history.checkpoints
    other = visit("hidden=8", locale="zh-CN")
    other.open("share").at("file_upload").locator("input[type=file]").set_input_files(path)
    expect(other.at("hidden_size").locator("input")).to_have_value("32")
    eventually(lambda: other.epoch == 20, "it is opened at that epoch", 40)
    assert f"{history.losses[-1]:.4g}" in other.status
