"""The Units page in a browser: a phrase drawn with the mouse, a unit chosen, the epoch moved."""

import re
from itertools import islice

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.analysis import correlations, phrases, token_properties
from rnnlab.experiment.links import to_link
from rnnlab.inspection.activations import activations
from rnnlab.records.opening import Place
from tests.support.eventually import eventually

TEXT = "the cat (big) sat\na (<b>dog</b>) ran\nno cat (or dog) sat\n(big) cat ran"
E = Experiment(text=TEXT, tokenizer="chars", cell="gru", hidden=8, epochs=12, lr=0.02)


@pytest.fixture(scope="module")
def trained():
    return run(E)


def seen(history, epoch: int = -1):
    return activations(E, history.checkpoints[epoch].weights, Place())


@pytest.fixture
def opened(visit):
    def open_page(lang: str = "en", **options):
        lab = visit(to_link(E, lang, run=True), path="/units", **options)
        expect(lab.at("status")).to_contain_text(re.compile("trained|训练完成"), timeout=60_000)
        expect(lab.page.locator(f".rl-unitmap[data-epoch='{E.epochs}']")).to_be_visible()
        expect(lab.page.locator(".rl-unitplaces")).to_be_visible()
        return lab

    return open_page


def numbers(lab) -> np.ndarray:
    """The value that each token says."""
    titles = lab.page.locator(".rl-unitmap-token").evaluate_all("nodes => nodes.map(node => node.title)")
    return np.array([float(title.rsplit(": ", 1)[1].replace("−", "-")) for title in titles])


def shows(lab, values: np.ndarray) -> bool:
    """Whether each token says its value, and is coloured by it."""
    share = "Number(n.style.getPropertyValue('--rl-share')) * (n.classList.contains('rl-minus') ? -1 : 1)"
    shares = lab.page.locator(".rl-unitmap-token").evaluate_all(f"nodes => nodes.map(n => {share})")
    found = numbers(lab)
    return np.allclose(found, values, rtol=6e-3, atol=1e-4) and np.allclose(shares, values, atol=1e-3)


def bars(lab) -> list[tuple[int, str]]:
    rows = lab.page.locator(".rl-unitlist-unit")
    return [(int(row.get_attribute("data-unit")), row.locator("small").inner_text()) for row in rows.all()]


def expected_bars(a, name: str) -> list[tuple[int, str]]:
    r = correlations.correlations(a.values, token_properties.offered(a.passage)[name].values)
    return [(int(unit), f"{r[unit]:+.2f}".replace("-", "−")) for unit in correlations.ranked(r)]


def choose(lab, name: str) -> None:
    box = lab.at("units_property").get_by_role("combobox")
    box.scroll_into_view_if_needed()  # a list closes at a scroll
    lab.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    box.click()
    lab.page.get_by_role("option", name=name, exact=True).click()


def drag(lab, first: int, last: int) -> None:
    mouse, tokens = lab.page.mouse, lab.page.locator(".rl-unitmap-token")
    boxes = [tokens.nth(place).bounding_box() for place in (first, last)]
    centres = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    mouse.move(*centres[0])
    mouse.down()
    mouse.move(*centres[1], steps=5)
    mouse.up()


def marked(lab) -> list[int]:
    script = "nodes => nodes.map(n => Number(n.dataset.token))"
    return lab.page.eval_on_selector_all(".rl-unitmap-token[aria-selected=true]", script)


def places(lab) -> list[tuple[int, str]]:
    found = lab.page.locator(".rl-unitplaces-place").all()
    return [(int(one.get_attribute("data-start")), one.locator("mark").inner_text()) for one in found]


def expected_places(a, start: int, stop: int) -> tuple[list[int], list[tuple[int, str]]]:
    signs = phrases.active_units(a.passage, a.values, (start, stop), 0.3, only=False)
    found = tuple(islice(phrases.matches(a.passage, a.values, signs, 0.3, (start, stop)), 12))
    tokens = a.passage.tokens
    return np.flatnonzero(signs).tolist(), [(p.start, "".join(tokens[p.start : p.stop])) for p in found]


@pytest.mark.thorough
def test_a_phrase_drawn_with_the_mouse_brings_its_units_and_places(opened, trained):
    lab, a = opened(), seen(trained)
    assert lab.page.locator(".rl-unitmap-token").all_text_contents() == list(a.passage.tokens)
    lab.page.locator(".st-key-units_only label").click()

    def found(start: int, stop: int) -> bool:
        on, elsewhere = expected_places(a, start, stop)
        chips = [int(re.sub(r"\D", "", text)) for text in lab.page.locator(".rl-unitplaces-unit").all_inner_texts()]
        return marked(lab) == list(range(start, stop)) and chips == on and places(lab) == elsewhere

    lab.page.locator(".rl-unitmap").scroll_into_view_if_needed()
    drag(lab, 4, 6)
    eventually(lambda: found(4, 7), "the units of the phrase that was drawn")
    first = a.passage.bounds[1]
    drag(lab, 14, first + 3)  # into the next line: it ends with its own
    eventually(lambda: found(14, int(first)), "the units of the end of the line")
    drag(lab, 6, 4)
    eventually(lambda: found(4, 7), "drawn from right to left")
    lab.page.keyboard.press("ArrowRight")
    for _ in range(2):
        lab.page.keyboard.press("Shift+ArrowRight")
    eventually(lambda: found(7, 10), "marked by keys, from the token where the last drawing began")
    on, elsewhere = expected_places(a, 7, 10)
    assert on
    assert elsewhere
    lab.page.locator(".rl-unitplaces-place").last.click()
    went = lab.page.locator(".rl-unitmap-token.rl-shown")
    expect(went.first).to_have_attribute("data-token", str(elsewhere[-1][0]))
    expect(went.first).to_be_in_viewport()
    assert "".join(went.all_text_contents()) == elsewhere[-1][1]
    mounts = lab.page.eval_on_selector_all(".rl-unitmap, .rl-unitplaces", "nodes => nodes.map(n => n.dataset.mounts)")
    assert mounts == ["1", "1"]


def test_a_unit_that_is_chosen_colours_the_text_and_the_epoch_changes_all(opened, trained):
    lab, a = opened("zh", color_scheme="dark", viewport={"width": 390, "height": 844}), seen(trained)
    assert lab.wider_than_the_window() == []
    choose(lab, "括号里")
    eventually(lambda: bars(lab) == expected_bars(a, "inside"), "the bars of the property")
    order = [unit for unit, _ in bars(lab)]
    eventually(lambda: shows(lab, a.values[:, order[0]]), "the text shows the first of them")
    lab.page.locator(f".rl-unitlist-unit[data-unit='{order[3]}']").click()
    eventually(lambda: shows(lab, a.values[:, order[3]]), "the text shows the unit that was clicked")
    lab.page.locator(".rl-unitlist-units").focus()
    lab.page.keyboard.press("ArrowDown")
    eventually(lambda: shows(lab, a.values[:, order[4]]), "the text shows the next unit")
    lab.scrub("Home")
    expect(lab.page.locator(".rl-unitmap[data-epoch='0']")).to_be_visible()
    before = seen(trained, 0)
    eventually(lambda: bars(lab) == expected_bars(before, "inside"), "the bars of epoch 0")
    eventually(lambda: shows(lab, before.values[:, order[4]]), "the same unit at epoch 0")
    assert expected_bars(before, "inside") != expected_bars(a, "inside"), "nothing was tested"
