"""The Shapes page in a browser: blocks to one scale, numbers on a click, whole on a phone, for keyboard and reader."""

import re

import pytest
from playwright.sync_api import expect


def opened(visit, query: str = "preset=layer-shapes", path: str = "/shapes", **options):
    lab = visit(query, path, shows="shapes-try", **options)
    expect(lab.page.locator(".rl-blocks svg").first).to_be_visible()
    return lab


@pytest.fixture(scope="module")
def lab(lasting_visit):
    """The preset's layer: the tests that take it go from one thing to the next."""
    return opened(lasting_visit)


def blocks(lab, panel: str = "shapes-tensors"):
    return lab.at(panel).locator(".rl-box")


def block(lab, name: str, panel: str = "shapes-tensors"):
    return blocks(lab, panel).filter(has=lab.page.get_by_text(name, exact=True))


def face(lab, name: str, panel: str = "shapes-tensors") -> tuple[float, float]:
    """Width and height of a block's front, as drawn."""
    path = block(lab, name, panel).locator("path.rl-edge").first.get_attribute("d")
    points = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", path)]
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    return right - left, bottom - top


def test_a_preset_opens_here_and_blocks_are_drawn_to_one_scale(visit):
    lab = opened(visit, "preset=two-layers", "/")
    assert "/shapes" in lab.address
    per_element = set()
    for name, rows, columns in [("input", 2, 4), ("h_0", 2, 5), ("weight_ih_l0", 5, 4), ("weight_hh_l1", 5, 5)]:
        width, height = face(lab, name)
        per_element |= {round(width / columns, 1), round(height / rows, 1)}
    assert len(per_element) == 1


def test_a_click_shows_the_numbers_and_another_hides_them(lab):
    for cell in lab.at("shapes-readout").locator(".rl-sheet .rl-cell").all():
        value = float(cell.inner_text().replace("−", "-"))  # the larger, the more of its colour
        assert ("rl-minus" in cell.get_attribute("class")) == (value < 0)
        share = float(cell.evaluate("node => node.style.getPropertyValue('--rl-share')").rstrip("%"))
        assert share == pytest.approx(abs(value) * 100, abs=0.6)
    button = block(lab, "output")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    cells = lab.at("shapes-tensors").locator(".rl-numbers td")
    expect(cells).to_have_count(6)
    sheets = lab.at("shapes-readout").locator("section").first.locator(".rl-cell").all_inner_texts()
    assert [f"{float(cell.replace('−', '-')):.3f}" for cell in cells.all_inner_texts()] == [
        f"{float(cell.replace('−', '-')):.3f}" for cell in sheets
    ]
    expect(button).to_be_focused()
    lab.page.keyboard.press("Enter")  # the keyboard does what the mouse does
    expect(cells).to_have_count(0)


def test_a_word_is_chosen_in_both_boxes_and_its_numbers_are_shown(visit):
    lab = opened(visit, "preset=words-next")
    panel = lab.at("shapes-words")
    turned = panel.locator("figure").nth(1).locator("button")
    first = turned.nth(2)  # [0, 2]: step 2 of sentence 0
    first.click()
    expect(panel.locator(".rl-words-chosen")).to_have_count(2)
    expect(panel.locator(".rl-words-head code")).to_contain_text("x[2, 0] = x.transpose(0, 1)[0, 2]")
    expect(panel.locator(".rl-words-head bdi")).to_have_text(first.inner_text())
    expect(panel.locator(".rl-words-numbers span")).to_have_count(16)
    panel.locator("[role=gridcell][tabindex='0']").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(panel.locator(".rl-words-head code")).to_contain_text("x[2, 1]")
    lab.write("<b>", "boxes")
    expect(panel.get_by_role("alert").locator("code").first).to_have_text("<b>")
    assert lab.errors == []


@pytest.mark.thorough
def test_a_wrong_shape_is_explained_beside_torchs_words(lab):
    box = lab.at("try_input").locator("input")
    box.fill("3, 1, 5")
    box.press("Enter")
    answer = lab.at("try_answer")
    expect(answer.locator("code").first).to_contain_text(
        "input.size(-1) must be equal to input_size. Expected 4, got 5"
    )
    expect(answer.get_by_role("alert")).to_contain_text("build the module with input_size=5")
    box.fill("<b>3</b>")
    box.press("Enter")
    alert = lab.at("shapes-try").get_by_role("alert")
    expect(alert.locator("code")).to_have_text("<b>3</b>")
    assert alert.locator("b").count() == 0


@pytest.mark.thorough
def test_a_changed_control_draws_anew_without_a_remount(lab):
    box = lab.at("layer_hidden_size").locator("input")
    box.fill("6")
    box.press("Enter")
    expect(block(lab, "output")).to_contain_text("[3, 1, 6]")
    expect(lab.at("layer_back")).to_be_visible()
    lab.at("layer_kind").get_by_text("nn.LSTM", exact=True).click()
    expect(block(lab, "weight_ih_l0")).to_contain_text("[24, 4]")
    expect(block(lab, "weight_ih_l0").locator(".rl-gate")).to_have_text(["i", "f", "g", "o"])
    assert lab.at("shapes-tensors").locator(".rl-blocks").get_attribute("data-mounts") == "1"
    lab.at("layer_bidirectional").locator("label").first.click()
    for name, value in (("num_layers", "3"), ("hidden_size", "256")):  # the largest module
        box = lab.at(f"layer_{name}").locator("input")
        box.fill(value)
        box.press("Enter")
    expect(block(lab, "weight_hh_l2_reverse")).to_contain_text("[1024, 256]")
    for box in blocks(lab).all():
        size = box.bounding_box()
        assert 40 < size["width"] < 1100
        assert 40 < size["height"] < 330
    expect(lab.at("shapes-tensors")).to_contain_text("adding up the elements of every tensor in the module gives 3,")
    lab.press("layer_back")
    expect(block(lab, "output")).to_contain_text("[3, 1, 2]")
    legend = lab.at("shapes-models").locator(".rl-legend")
    expect(legend).to_contain_text("Sides of 4 and less are drawn longer")
    lab.at("shapes_model").get_by_text("Encoder–decoder").click()
    expect(legend).to_contain_text("A torn side is longer than 512")
    expect(block(lab, "logits", "shapes-models").locator(".rl-tear")).to_have_count(1)
    assert face(lab, "logits", "shapes-models")[0] > face(lab, "encoded", "shapes-models")[0]
    assert lab.at("shapes-tensors").locator(".rl-tear").count() == 0


@pytest.mark.thorough
def test_blocks_have_no_serious_barrier(visit):
    lab = opened(visit, "preset=cell-shapes", color_scheme="dark")
    blocks(lab).first.click()
    expect(lab.page.locator(".rl-numbers")).to_be_visible()
    assert lab.barriers(".rl-blocks") == []
    assert lab.barriers(".rl-words") == []
    assert "rl-dark" in lab.page.locator(".rl-blocks").first.get_attribute("class")
    assert "[1, 4]" not in (label := blocks(lab).first.get_attribute("aria-label"))
    assert "4" in label
