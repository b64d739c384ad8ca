"""What can be taken away. Every figure and table is saved from its own menu, as an image, as a drawing, as numbers; a
screen is printed on one or two pages of A4, without what it is moved by, on white."""

import base64
import csv
import io
import re
import struct
import tomllib
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import from_link
from rnnlab.i18n import translator
from tests.support.eventually import ROOT, eventually
from tests.support.lab import Lab

SVG = "{http://www.w3.org/2000/svg}"
FEW = "preset=words-next&seed=3&hidden=8&epochs=12&lang=zh&run=1"
MENUS = ".stMain .rl-savable"
RESTS = """() => document.querySelector("[data-test-script-state]").dataset.testScriptState === "notRunning" &&
    !document.querySelector(".rl-progress").component.pageData.live"""
CONTROLS = "[data-testid=stSidebar], [data-testid=stHeader], .stMain :is(button, input, textarea, select)"
LIGHT = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]["light"]
VARIABLES = {
    "--st-primary-color": LIGHT["primaryColor"],
    "--st-text-color": LIGHT["textColor"],
    "--st-secondary-background-color": LIGHT["secondaryBackgroundColor"],
    "--st-border-color": LIGHT["borderColor"],
}
# Seen by a reader's eye while the page is printed: colours of our parts, and of Streamlit's.
LOOK = """() => {
    const parts = [...document.querySelectorAll('.stMain [data-mounts]')];
    const read = node => names => Object.fromEntries(names.map(
        name => [name, getComputedStyle(node).getPropertyValue(name).trim()]));
    addEventListener('beforeprint', () => { window.printed = parts.map(node => read(node)(%s)); });
}"""
INK = "parts => parts.map(part => part.component.theme?.text ?? '')"


def save(lab: Lab, home, kind: str, folder: Path) -> Path:
    """Saves a part by its menu, by the keyboard alone."""
    button = home.locator(":scope > .rl-save")
    button.focus()
    lab.page.keyboard.press("Enter")
    item = home.locator(f":scope > [role=menu] [data-kind={kind}]")
    while not item.evaluate("node => node === document.activeElement"):
        lab.page.keyboard.press("ArrowDown")
    with lab.page.expect_download() as download:
        lab.page.keyboard.press("Enter")
    assert button.evaluate("node => node === document.activeElement")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def png(path: Path) -> tuple[int, int, int]:
    """Width, height, and how many kinds of bytes its pixels are: an empty one has a few."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    at, pixels = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            pixels += data[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, len(set(zlib.decompress(pixels)))


def drawn(path: Path) -> tuple[float, float, list[str]]:
    """Width, height, and the texts of a drawing."""
    root = ET.fromstring(path.read_text("utf-8"))
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}foreignObject"))  # which few programs can draw
    texts = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    return float(root.get("width", 0)), float(root.get("height", 0)), texts


def table(path: Path) -> tuple[list[str], list[list[str]], list[str]]:
    """The names of columns, the rows, and what stands below them."""
    text = path.read_bytes().decode("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    below = [row[0] for row in rows if row[0].startswith("# ")]
    body = [row for row in rows if not row[0].startswith("# ")]
    assert {len(row) for row in body} == {len(body[0])}
    return body[0], body[1:], below


# What a browser sees of a film: its size, how long it takes, and how much its last picture differs from its first.
PLAY = """async bytes => {
    const video = document.createElement("video");
    video.muted = true;
    video.src = `data:video/webm;base64,${bytes}`;
    const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const look = () => { pen.drawImage(video, 0, 0, 300, 150); return pen.getImageData(0, 0, 300, 150).data; };
    await new Promise(resolve => { video.onloadeddata = resolve; });
    const first = look();
    await video.play();
    await new Promise(resolve => { video.onended = resolve; });
    const last = look();
    const differs = first.filter((value, place) => Math.abs(value - last[place]) > 30).length;
    return {width: video.videoWidth, height: video.videoHeight, seconds: video.currentTime, differs};
}"""


@pytest.mark.thorough
def test_the_epochs_of_a_figure_are_saved_as_a_film_and_what_does_not_follow_them_offers_none(visit, tmp_path):
    lab = visit("preset=words-next&seed=3&hidden=8&epochs=12&lang=en&run=1").trained().rests()
    hidden = lab.at("hidden").locator(".rl-savable").first
    film = save(lab, hidden, "webm", tmp_path)
    _, high, _ = drawn(save(lab, hidden, "svg", tmp_path))
    seen = lab.page.context.new_page().evaluate(PLAY, base64.b64encode(film.read_bytes()).decode())
    assert seen["height"] == 2 * high
    assert seen["seconds"] == pytest.approx(12 * 0.1 + 1, abs=0.01)  # epochs 0 to 11, and the last for a second
    assert seen["differs"] > 500
    assert lab.epoch == 12
    lab.page.get_by_role("link", name="Cell").first.click()
    menu = lab.page.locator(MENUS).filter(has=lab.page.locator(".rl-unrolled"))  # which the page draws
    menu.locator(":scope > .rl-save").click()
    expect(menu.locator("[data-kind=png]")).to_be_visible()
    expect(menu.locator("[data-kind=webm]")).to_be_hidden()


def check(lab: Lab, home, folder: Path) -> dict[str, Path]:
    """All three files of a part agree with one another about where they are from."""
    files = {kind: save(lab, home, kind, folder) for kind in ("png", "svg", "csv")}
    assert len({path.stem for path in files.values()}) == 1
    width, height, kinds = png(files["png"])
    wide, high, texts = drawn(files["svg"])
    assert (width, height) == (2 * wide, 2 * high)
    assert kinds > 20, files["png"].name
    _, rows, below = table(files["csv"])
    title, settings, *_ = (line.removeprefix("# ") for line in below)
    assert rows or "places" in files["csv"].name  # of which there may be none
    assert any(title.startswith(text) for text in texts)
    assert settings[:10] in "".join(texts)
    link = below[-1].removeprefix("# ").partition("?")[2]
    assert link in "".join(texts)
    assert from_link(link).notes == ()
    return files


def check_print(lab: Lab) -> None:
    """As seen by a reader of a dark page."""
    eventually(lambda: lab.page.evaluate(RESTS), "the page has drawn the end of the run")
    lab.page.evaluate(LOOK % list(VARIABLES))
    before = lab.page.eval_on_selector_all(".stMain [data-mounts]", INK)
    pdf = lab.page.pdf(prefer_css_page_size=True, print_background=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 2
    (box,) = set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf))
    assert [round(float(side)) for side in box.split()] == [0, 0, 595, 842]  # A4, in points
    seen = lab.page.evaluate("window.printed")
    assert seen
    assert all(one == VARIABLES for one in seen)
    assert lab.page.eval_on_selector_all(".stMain [data-mounts]", INK) == before  # the screen is as it was
    # What is on paper: measured in the same style, at the width that the screen had.
    lab.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    lab.page.emulate_media(media="print", color_scheme="dark")
    shown = "nodes => nodes.filter(node => node.getClientRects().length && !node.closest('[data-mounts]')).length"
    assert lab.page.eval_on_selector_all(CONTROLS, shown) == 0
    dark = """nodes => nodes.filter(node => node.getClientRects().length && !node.closest('[data-mounts]'))
        .filter(node => getComputedStyle(node).color !== 'rgb(29, 39, 51)').map(node => node.outerHTML.slice(0, 200))"""
    assert lab.page.eval_on_selector_all(".stMain :is(h1, h2, h3, p, code)", dark) == []
    ground = """nodes => nodes.filter(node => node.getClientRects().length && !node.closest('[data-mounts]'))
        .filter(node => /^rgb\\(\\d\\d?, \\d\\d?, \\d\\d?\\)/.test(getComputedStyle(node).backgroundColor))
        .map(node => node.outerHTML.slice(0, 200))"""
    assert lab.page.eval_on_selector_all(".stApp, .stApp *", ground) == []
    lab.page.emulate_media(media="screen", color_scheme="dark")
    lab.page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_the_figures_of_a_run_are_saved_as_images_drawings_and_numbers_and_printed(visit, tmp_path):
    lab = visit(FEW, locale="zh-CN", color_scheme="dark").trained()
    experiment = Experiment(preset="words-next", seed=3, hidden=8, epochs=12)
    history = run(experiment)
    t = translator("zh")
    homes = {
        home.locator(":scope > [data-mounts]").evaluate("node => node.component.data.key"): home
        for home in lab.page.locator(MENUS).all()
    }
    files = {key: check(lab, home, tmp_path) for key, home in homes.items()}
    assert {"playground-predictions", "playground-loss", "playground-hidden"} <= files.keys()

    # The record of the run: every epoch, every digit.
    path = files["playground-loss"]["csv"]
    assert path.name == "rnnlab-words-next-playground-loss-epoch12.csv"
    head, rows, below = table(path)
    assert head[0] == t("axis.epoch")
    numbers = np.array(rows, dtype=float)
    assert numbers[:, 0].tolist() == list(range(1, 13))
    assert numbers[:, 1].tolist() == history.losses
    assert numbers[:, 2].tolist() == [snapshot.accuracy for snapshot in history.snapshots]
    assert from_link(below[-1].partition("?")[2]).experiment == experiment

    # The states of the epoch shown.
    _, rows, _ = table(files["playground-hidden"]["csv"])
    hidden = history.frames[-1].hidden
    assert len(rows) == hidden.size
    for epoch, step, token, unit, value in rows:
        assert (epoch, token) == ("12", history.opening.probe[int(step) - 1])
        assert float(value) == pytest.approx(hidden[int(step) - 1, int(unit)], abs=1e-4)

    # What stands in the pictures.
    _, _, texts = drawn(files["playground-loss"]["svg"])
    assert texts[0] == t("panel.loss")
    assert {t("axis.epoch"), t("axis.loss.mean"), "10"} <= set(texts)
    _, _, texts = drawn(files["playground-predictions"]["svg"])
    assert {"我", "喜欢", "学习", "深度"} <= set(texts)
    check_print(lab)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/cell", "preset=words-next&epochs=5&lang=zh&run=1"),
        ("/results", "preset=attention&pairs=60&hidden=16&epochs=3&lang=en&run=1"),
        ("/results", "preset=gru-tagger&epochs=3&lang=zh&run=1"),
        ("/results", "preset=lstm-classifier&epochs=3&lang=en&run=1"),
        ("/gradients", "preset=words-next&epochs=5&lang=zh&run=1"),
        ("/shapes", "preset=words-next&lang=en"),
        ("/text", "preset=words-next&lang=en"),
        ("/units", "preset=brackets&epochs=3&lang=zh&run=1"),
    ],
)
def test_what_a_page_shows_is_saved_and_printed(visit, tmp_path, path, query):
    runs = "run=1" in query
    lab = visit(query, path=path, shows="train" if runs else "lang", color_scheme="dark")
    if runs:
        lab.finished()
        eventually(lambda: lab.page.evaluate(RESTS), "the page has drawn the end of the run", 60)
    lab.page.locator(MENUS).first.wait_for()
    if path == "/gradients":  # where the other cells are trained too
        eventually(
            lambda: lab.draws("gradients-others") and lab.button("stop_others").is_disabled(), "all are done", 90
        )
    lab.rests()  # what a worker is asked of the last epoch is there, too
    # Of token editors one: a browser takes no more than ten files of a page in one go.
    kind = "node => node.classList.contains('rl-tokens') ? 'editor' : node.component.data.key"
    homes = {
        home.locator(":scope > [data-mounts]").evaluate(kind): home
        for home in lab.page.locator(MENUS).all()
        if home.is_visible()
    }
    assert homes
    for home in homes.values():
        check(lab, home, tmp_path)
    if path in ("/cell", "/gradients", "/results"):  # what is a screen high; long texts take more paper
        check_print(lab)
