"""The results of an encoder–decoder in a browser: heatmap, decoding, beams, forcing, pairs, all at the epoch that is
shown. What is drawn is held against the same run in this process."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from tests.support.eventually import eventually

SMALL = {"task": "seq2seq", "data": "numerals", "pairs": 120, "hidden": 24, "embed": 16, "batch": 8, "epochs": 8}
SMALL |= {"cell": "gru", "attention": "additive", "held_out": 0.15, "lr": 0.03, "packed": True, "probe": 4, "beam": 3}


@pytest.fixture(scope="module")
def history():
    return run(Experiment(**SMALL))


@pytest.fixture(scope="module")
def lab(lasting_visit, history):
    lab = lasting_visit(to_link(history.experiment, "en", run=True), "/results", shows="status")
    expect(lab.at("status")).to_contain_text(re.compile(r"·\s*trained\s*$"), timeout=40_000)
    return at_epoch(lab, history.epoch)


def at_epoch(lab, epoch: int):
    def there() -> bool:
        shown = lab.epochs_shown
        return len(shown) >= 7 and set(shown) == {epoch}

    eventually(there, f"every part shows epoch {epoch}")
    return lab


def scrub(lab, epoch: int):
    lab.scrub("Home", *["ArrowRight"] * epoch)
    return at_epoch(lab, epoch)


def tokens(row) -> list[str]:
    return row.locator("[role=option] bdi").all_inner_texts()


def named(history, ids) -> list[str]:
    return [history.opening.classes[id] for id in ids]


def target_of(history) -> list[int]:
    return list(history.opening.targets[history.opening.parts[1].start :])


def numbers(lab, rows: int, columns: int) -> np.ndarray:
    """Every number of the heatmap, as it is told of the cell that the arrow keys have come to."""
    heat = lab.page.locator(".rs-map")
    heat.focus()
    lab.page.keyboard.press("Escape")
    found = np.zeros((rows, columns))
    said = lab.page.locator(".rs-attention .rs-status")
    for row in range(rows):
        for place in range(columns):
            column = place if row % 2 == 0 else columns - 1 - place  # to and fro
            key = "ArrowDown" if place == 0 else "ArrowRight" if row % 2 == 0 else "ArrowLeft"
            lab.page.keyboard.press(key)
            expect(said).to_contain_text(re.compile(rf"^Step {row + 1},.* source token {column + 1},"))
            found[row, column] = float(lab.page.locator(".rs-number").inner_text())
    return found


def shaded_by_what_is_pointed_at(lab, weights: np.ndarray) -> None:
    """Both sentences."""
    rows, said = lab.page.locator(".rs-attention .rs-row"), lab.page.locator(".rs-attention .rs-status")

    def darkness(row) -> list[float]:
        script = """nodes => nodes.map((node) => {
            const [r, g, b] = getComputedStyle(node).backgroundColor.match(/[\\d.]+/g).map(Number);
            return 765 - r - g - b;
        })"""
        return row.locator("[role=option]").evaluate_all(script)

    rows.nth(1).locator("[role=option]").nth(1).hover()
    expect(said).to_contain_text(f"source token {weights[1].argmax() + 1},")
    order = np.argsort(weights[1])
    shades = np.array(darkness(rows.nth(0)))[order]
    assert (np.diff(shades) >= 0).all(), "the more weight, the darker"
    assert shades[-1] > shades[0]
    expect(lab.page.locator(".rs-across")).to_be_visible()
    expect(lab.page.locator(".rs-down")).to_be_hidden()

    rows.nth(0).locator("[role=option]").nth(2).hover()
    expect(said).to_contain_text("Source token 3,")
    shades = np.array(darkness(rows.nth(1)))[np.argsort(weights[:, 2])]
    assert (np.diff(shades) >= 0).all()
    assert shades[-1] > shades[0]
    expect(lab.page.locator(".rs-down")).to_be_visible()

    box = lab.page.locator(".rs-field canvas").bounding_box()
    width, height = box["width"] / weights.shape[1], box["height"] / weights.shape[0]
    lab.page.mouse.move(box["x"] + 1.5 * width, box["y"] + 2.5 * height)
    expect(lab.page.locator(".rs-number")).to_have_text(f"{weights[2, 1]:.3f}")
    expect(lab.page.locator("[role=option].rs-here bdi")).to_have_count(3)  # both tokens, and the step of decoding
    lab.page.mouse.move(0, 0)
    expect(lab.page.locator(".rs-number")).to_be_hidden()


@pytest.mark.thorough
def test_the_heatmap_holds_the_weights_of_the_epoch_and_shades_both_sentences(lab, history):
    part, source = lab.page.locator(".rs-attention"), list(history.opening.probe[: history.opening.parts[0].stop])
    rows, target = part.locator(".rs-row"), named(history, target_of(history))
    last, first = history.frames[-1].task_arrays, history.frames[0].task_arrays
    assert tokens(rows.nth(0)) == source
    assert tokens(rows.nth(1)) == target
    assert part.locator(".rs-top bdi").all_inner_texts() == source
    assert part.locator(".rs-side bdi").all_inner_texts() == target
    np.testing.assert_allclose(numbers(lab, 3, len(source)), last["weights"][:3], atol=6e-4)
    assert "sums to 1.00" in part.locator(".rs-status").inner_text()
    lab.page.keyboard.press("Escape")
    shaded_by_what_is_pointed_at(lab, last["weights"])
    part.get_by_role("button", name="Free-running").click()
    scrub(lab, 0)
    expect(rows.nth(1).locator("[role=option] bdi")).to_have_text(named(history, first["free"]))
    np.testing.assert_allclose(numbers(lab, 2, len(source)), first["free_weights"][:2], atol=6e-4)
    assert part.get_attribute("data-mounts") == "1"


@pytest.mark.thorough
def test_each_step_of_writing_shows_its_alternatives_and_the_tables_follow_the_epoch(lab, history):
    scrub(lab, history.epoch)
    part, more, classes = lab.page.locator(".rs-decoding"), history.frames[-1].task_arrays, history.opening.classes
    steps = len(more["free"])

    def shows(step: int) -> None:
        expect(part).to_have_attribute("data-step", str(step))
        rows = part.locator(".rs-options tr")
        assert rows.locator(".rs-name bdi").all_inner_texts() == named(history, more["options"][step])
        chances = more["option_chances"][step]
        for told, chance in zip(rows.locator(".rs-percent").all_inner_texts(), chances, strict=False):
            bound = "<0.1%" if chance < 0.0005 else ">99.9%" if chance > 0.9995 else None
            assert told == bound if bound else abs(float(told.rstrip("%")) / 100 - chance) < 6e-4
        chosen = part.locator(".rs-chosen")
        assert chosen.locator("bdi").inner_text() == classes[more["free"][step]]
        assert "✓" in chosen.inner_text()

    assert tokens(part.locator(".rs-row").nth(1)) == named(history, more["free"])
    part.locator("[role=option][aria-selected=true]").focus()
    lab.page.keyboard.press("Home")
    shows(0)
    part.get_by_role("button", name="Next step").click()
    shows(1)
    part.locator("[role=option][aria-selected=true]").focus()
    lab.page.keyboard.press("End")
    shows(steps - 1)
    lab.page.keyboard.press("ArrowLeft")
    shows(steps - 2)
    expect(lab.page.locator(".rs-attention .rs-row").nth(1).locator("[role=option]").nth(steps - 2)).to_have_class(
        re.compile("rs-here")
    )
    part.get_by_role("button", name="Play").click()
    shows(steps - 1)
    expect(part.get_by_role("button", name="Play")).to_be_visible()  # it has stopped at the end

    target = target_of(history)
    assert 0 < history.frames[-1].held_out.score < 1, "some pairs are right and some are wrong"
    for epoch in (history.epoch, 2):
        frame = next(frame for frame in history.frames if frame.epoch == epoch)
        scrub(lab, epoch)
        found = lab.page.locator("[data-kind=beams] tbody tr").filter(has_not_text=re.compile("^–"))
        scores = [float(text.replace("−", "-")) for text in found.locator("td:nth-of-type(2)").all_inner_texts()]
        assert scores == pytest.approx(frame.task_arrays["beam_scores"], abs=1e-3)
        expect(lab.page.locator("[data-kind=beams] .rs-chosen .rs-text")).to_have_text(
            "".join(named(history, frame.task_arrays["free"]))
        )
        rows = lab.page.locator("[data-kind=forcing] tbody tr")
        start = history.opening.parts[1].start
        for row, ids in ((1, frame.top_classes[start:, 0]), (2, frame.task_arrays["free"])):
            cells = rows.nth(row).locator("td:not(.rs-gap)")
            assert cells.all_inner_texts() == named(history, ids)
            wrong = [i for i, id in enumerate(ids) if i >= len(target) or id != target[i]]
            marked = [i for i in range(len(ids)) if "rs-miss" in (cells.nth(i).get_attribute("class") or "")]
            assert marked == wrong
        pairs = lab.page.locator("[data-kind=pairs] tbody tr")
        verdicts = pairs.locator("td:last-child").all_inner_texts()
        right = round(frame.held_out.score * len(history.opening.held_out))
        assert verdicts == ["✗"] * (len(history.opening.held_out) - right) + ["✓"] * right
        wrote = pairs.nth(0).locator(".rs-text").nth(2).inner_text()
        assert wrote.rstrip("…‸") in {"".join(named(history, ids[ids > 2])) for ids in frame.held_out.predictions}
        sources = {" ".join(line.tokens) for line in history.opening.held_out}
        assert set(pairs.locator("th .rs-text").all_inner_texts()) == sources


@pytest.mark.thorough
def test_while_it_trains_every_part_follows_and_none_is_built_anew(visit, history):
    going = history.experiment.model_copy(update={"epochs": 400, "pairs": 300})
    lab = visit(to_link(going, "en", run=True), "/results", shows="status")
    expect(lab.page.locator(".rs-attention")).to_be_visible()
    epoch = lab.page.locator(".rs-attention").get_attribute

    def later(than: int) -> int:
        return eventually(lambda: (now := int(epoch("data-epoch"))) > than and now, "the heatmap follows")

    later(later(0))
    lab.press("stop")
    expect(lab.at("status")).to_contain_text("stopped")
    at_epoch(lab, lab.epoch)
    mounts = lab.page.locator(".rs").evaluate_all("nodes => nodes.map(node => node.dataset.mounts)")
    assert mounts == ["1"] * 5


@pytest.mark.thorough
def test_long_sentences_scroll_inside_on_a_phone(visit):
    text = "\n".join(" ".join([f"internationalization{i}", *["词", "b"] * 20]) + " | x y z" for i in range(6))
    fields = SMALL | {"data": "text", "text": text, "tokenizer": "words", "epochs": 1}
    phone = {"width": 390, "height": 844}
    lab = visit(to_link(Experiment(**fields), "zh", run=True), "/results", shows="status", viewport=phone)
    expect(lab.page.locator(".rs-map")).to_be_visible()
    expect(lab.page.locator("[data-kind=pairs] tbody tr")).not_to_have_count(0)
    wide = lab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1
    assert lab.page.locator(".rs-map").evaluate("node => node.scrollWidth > node.clientWidth")
    lab.page.locator(".rs-map").focus()
    for _ in range(30):
        lab.page.keyboard.press("ArrowRight")
    assert lab.page.locator(".rs-map").evaluate("node => node.scrollLeft") > 0, "the chosen cell comes into sight"
