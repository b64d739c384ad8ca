"""The Cell page in a browser: a step opens by mouse and by keyboard, its numbers are those of a plain program, and a
change and its undoing are what the same change is there."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from rnnlab import Experiment, run
from tests.support import modules, plain
from tests.support.eventually import eventually
from tests.support.unrolled import column, equation, lines, numbers, opened, point_at, predictions, root, shown

FIRST = "我 喜欢 学习 深度 学习"
TYPES = ["我", "喜欢", "学习", "深度"]


class Words:
    """`words-next` with the weights of the run, as a plain program writes it."""

    def __init__(self, experiment: Experiment, epoch: int = -1):
        history = run(experiment)
        values = torch.frombuffer(bytearray(history.checkpoints[epoch].weights), dtype=torch.float32)
        self.embedding, self.linear = nn.Embedding(4, 16), nn.Linear(32, 4)
        self.layer = modules.LAYERS[experiment.cell](16, 32, batch_first=True)
        learnt = nn.ModuleList([self.embedding, self.layer, self.linear])
        nn.utils.vector_to_parameters(values, learnt.parameters())
        for parameter in learnt.parameters():
            parameter.requires_grad_(False)

    def expects(self, ids: list[int]) -> list[tuple[str, object]]:
        """The likeliest token after each, and its chance in percent, which rounding may take either way."""
        output, _ = self.layer(self.embedding(torch.tensor([ids])))
        chances, best = self.linear(output)[0].softmax(-1).max(-1)
        percents = [pytest.approx(100 * float(chance), abs=0.6) for chance in chances]
        return [(TYPES[id], percent) for id, percent in zip(best, percents, strict=True)]


@pytest.fixture(scope="module")
def lab(lasting_visit):
    """`words-next`, trained: the tests that take it, which come first, leave no change behind."""
    return opened(lasting_visit)


def test_the_numbers_of_a_step_are_those_of_a_plain_program(lab):
    _, predicted, hidden = plain.next_words(FIRST)
    words = Words(Experiment())
    torch.testing.assert_close(words.layer(words.embedding(torch.tensor([[0, 1, 2, 3]])))[0][0], hidden[-1])
    assert tuple(token for token, _ in predictions(lab)) == predicted[-1]
    column(lab, 2).locator(".ru-chip").click()
    expect(column(lab, 2)).to_have_attribute("aria-selected", "true")
    for unit in (0, 13, 31):
        point_at(lab, "h", unit, 32)
        told = equation(lab)
        assert float(told["result"]) == pytest.approx(hidden[-1][2, unit].item(), rel=1e-6, abs=1e-6)
        assert float(told["shown"]) == pytest.approx(hidden[-1][2, unit].item(), rel=1e-5, abs=1e-5)
        w_ih, w_hh, b_ih, b_hh = words.layer.parameters()
        x, h = words.embedding.weight[2], hidden[-1][1]
        parts = [w_ih[unit] @ x, b_ih[unit], w_hh[unit] @ h, b_hh[unit]]
        written = lines(lab)
        assert numbers(written[1]) == pytest.approx([float(part) for part in parts], rel=1e-5, abs=6e-5)
        assert numbers(written[2]) == pytest.approx([float(sum(parts)), hidden[-1][2, unit].item()], rel=1e-5, abs=6e-5)
        sums = root(lab).locator(".ru-sum")
        for place, (row, vector) in enumerate([(w_ih[unit], x), (w_hh[unit], h)]):
            products = row * vector
            largest = products.abs().sort(descending=True).indices[:6].tolist()
            terms = sums.nth(place).locator(".ru-term")
            assert [int(term.locator(".ru-index").inner_text()[1:-1]) for term in terms.all()] == largest
            seen = [numbers(term.inner_text().replace("−", "-"))[-1] for term in terms.all()]
            assert seen == pytest.approx([products[index].item() for index in largest], rel=1e-5, abs=6e-5)
            rest = products.sum() - products[largest].sum()
            said = sums.nth(place).locator(".ru-rest").inner_text().replace("−", "-")
            assert f"{len(products) - 6} products" in said
            assert numbers(said)[0] == pytest.approx(rest.item(), rel=1e-5, abs=6e-5)


@pytest.mark.thorough
def test_the_keyboard_alone_walks_opens_plays_and_closes(lab):
    column(lab, 1).locator(".ru-chip").click()
    keys = lab.page.keyboard
    assert root(lab).locator(".ru-column[tabindex='0']").count() == 1
    root(lab).locator(".ru-next[type=button], button.ru-next").first.focus()
    for _ in range(6):
        keys.press("Tab")
        if root(lab).locator(".ru-column:focus").count():
            break
    expect(root(lab).locator(".ru-column:focus")).to_have_attribute("data-step", "1")
    said = root(lab).get_by_role("status")
    for key, step in [("ArrowRight", 2), ("End", 3), ("ArrowLeft", 2), ("Home", 0)]:
        keys.press(key)
        expect(root(lab).locator(".ru-column:focus")).to_have_attribute("data-step", str(step))
        expect(root(lab)).to_have_attribute("data-step", str(step))
        expect(said).to_contain_text(f"Step {step + 1}, {FIRST.split()[step]}: predicts {FIRST.split()[step + 1]} with")
    assert said.get_attribute("aria-live") == "polite"
    keys.press("ArrowDown")
    node = root(lab).locator(".ru-node:focus")
    expect(node).to_have_attribute("data-name", "h")
    keys.press("ArrowRight")
    assert (equation(lab)["name"], equation(lab)["unit"]) == ("h", "1")
    assert re.match(r"\[1\] = −?\d\.\d{4}", node.get_attribute("aria-valuetext"))
    keys.press("ArrowUp")
    assert equation(lab)["name"] == "k"
    keys.press("End")
    assert equation(lab)["unit"] == "31"
    keys.press("Escape")
    expect(root(lab).locator(".ru-column:focus")).to_have_attribute("data-step", "0")
    keys.press("Space")
    eventually(lambda: shown(lab, "step") == "3", "played to the end")
    expect(root(lab)).not_to_have_attribute("data-playing", "")
    keys.press("Escape")
    expect(root(lab).locator(".ru-cell")).to_be_hidden()
    expect(root(lab).locator(".ru-equation")).to_be_hidden()
    keys.press("Enter")
    expect(root(lab).locator(".ru-cell")).to_be_visible()


@pytest.mark.thorough
def test_a_weight_is_changed_in_the_equation_itself(lab):
    words = Words(Experiment())
    column(lab, 1).locator(".ru-chip").click()
    root(lab).locator(".ru-node.ru-h .ru-strip").click(position={"x": 2, "y": 5})
    weight = root(lab).locator(".ru-sum").first.locator(".ru-term").first
    entry = int(weight.locator(".ru-index").inner_text()[1:-1])
    weight.locator("button.ru-weight").click()
    field = root(lab).locator(".ru-ask input")
    field.fill("nan")
    field.press("Enter")
    alert = lab.page.get_by_role("alert")
    expect(alert).to_contain_text("nan")
    expect(alert).to_contain_text("1,000,000")
    weight.locator("button.ru-weight").click()
    field.fill("4")
    field.press("Enter")
    expect(root(lab).locator(".ru-guess:visible")).to_have_count(8)
    expect(alert).to_have_count(0)
    words.layer.weight_ih_l0[0, entry] = 4.0
    assert predictions(lab, 1) == words.expects([0, 1, 2, 3])
    output, _ = words.layer(words.embedding(torch.tensor([[0, 1, 2, 3]])))
    assert float(equation(lab)["result"]) == pytest.approx(output[0, 1, 0].item(), rel=1e-5, abs=1e-5)
    root(lab).locator("[data-view=original]").click()
    assert float(equation(lab)["result"]) == pytest.approx(
        Words(Experiment()).layer(words.embedding(torch.tensor([[0, 1, 2, 3]])))[0][0, 1, 0].item(), abs=1e-5
    )
    lab.press("whatif_clear")
    expect(root(lab).locator(".ru-guess:visible")).to_have_count(4)


@pytest.mark.thorough
def test_the_chosen_step_is_chosen_on_every_page_and_another_epoch_has_other_numbers(lab):
    column(lab, 3).locator(".ru-chip").click()
    expect(column(lab, 3)).to_have_attribute("aria-selected", "true")
    lab.page.get_by_role("link", name="Playground").first.click()
    expect(lab.page.locator(".rl-column[data-step='3']")).to_have_attribute("aria-selected", "true")
    lab.page.locator(".rl-column[data-step='1'] .rl-chip").click()
    lab.page.get_by_role("link", name="Cell").first.click()
    expect(column(lab, 1)).to_have_attribute("aria-selected", "true")
    newest = equation(lab)
    lab.scrub("Home")
    eventually(lambda: shown(lab, "epoch") == "0", "the picture follows")
    untrained = Words(Experiment(), 0)
    output, _ = untrained.layer(untrained.embedding(torch.tensor([[0, 1, 2, 3]])))
    assert equation(lab)["name"] == newest["name"]
    assert float(equation(lab)["shown"]) == pytest.approx(output[0, 1, int(newest["unit"])].item(), rel=1e-5, abs=1e-5)
    assert equation(lab)["shown"] != newest["shown"]
    assert predictions(lab) == untrained.expects([0, 1, 2, 3])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("cell", "nonlinearity", "places"), [("rnn", "relu", [0]), ("lstm", "tanh", [0, -1]), ("mgu", "tanh", [-1])]
)
def test_every_equation_gives_the_value_that_is_shown(visit, cell, nonlinearity, places):
    """Of every value of a step, in the first layer forward and the last one backward."""
    e = Experiment(cell=cell, nonlinearity=nonlinearity, hidden=40, embed=7, layers=2, bidirectional=True, epochs=20)
    lab = opened(visit, e)
    names = root(lab).locator(".ru-node").evaluate_all("nodes => nodes.map(node => node.dataset.name)")
    values = {"rnn": "h", "lstm": "ifgoch", "mgu": "fnh"}[cell]
    assert set(names) > {"x", "h0", *values}  # and what else has a strip
    rows = root(lab).locator("button.ru-row").all()  # a layer and a direction each
    for row in [rows[place] for place in places]:
        row.click()
        expect(row).to_have_attribute("aria-pressed", "true")
        column(lab, 1).locator(".ru-chip").click()
        for name in names:
            count = int(root(lab).locator(f".ru-node.ru-{name}").get_attribute("aria-valuemax")) + 1
            for unit in {0, count - 1}:
                point_at(lab, name, unit, count)
                told = equation(lab)
                assert float(told["result"]) == pytest.approx(float(told["shown"]), rel=1e-5, abs=1e-5)
                last = numbers(lines(lab)[-1])[-1]
                assert last == pytest.approx(float(told["shown"]), abs=6e-5, rel=6e-3)


@pytest.mark.thorough
def test_a_change_shows_what_a_plain_program_says_and_its_removal_everything_as_before(visit):
    e = Experiment(cell="lstm", epochs=60)
    lab = opened(visit, e, color_scheme="dark")
    words = Words(e)
    before = predictions(lab)
    assert before == words.expects([0, 1, 2, 3])
    assert origin_of(lab, "x") == "An entry of the embedding row of 喜欢, which training changes."
    told = equation(lab)
    lab.press("whatif_add")  # the first word of the vocabulary is proposed, in the place of the open step's
    expect(root(lab).locator(".ru-guess:visible")).to_have_count(8)
    assert predictions(lab) == before
    assert predictions(lab, 1) == words.expects([0, 0, 2, 3])
    expect(root(lab).get_by_role("status")).to_contain_text("with the changes")
    assert (
        origin_of(lab, "x") == "An entry of the embedding row of 我, which training changes."
    )  # what is read there now
    assert root(lab).locator(".ru-chip bdi").all_inner_texts() == ["我", "我", "学习", "深度"]
    root(lab).locator("[data-view=original]").click()
    assert origin_of(lab, "x") == "An entry of the embedding row of 喜欢, which training changes."
    assert root(lab).locator(".ru-chip bdi").all_inner_texts() == FIRST.split()[:-1]
    root(lab).locator("[data-view=beside]").click()
    lab.press("whatif_remove_0")
    expect(root(lab).locator(".ru-guess:visible")).to_have_count(4)
    assert predictions(lab) == before
    assert equation(lab) == told
    # What the reader has set is said to be his, and no more than that.
    column(lab, 0).locator(".ru-chip").click()
    assert origin_of(lab, "h0") == "The state before the sequence begins: zeros."
    for changes, name in enumerate(["h0", "x"], start=1):
        set_other_value(lab, name, "0.5", changes)
        expect(root(lab).locator(".ru-lines p").first).to_contain_text("Set by you")
    point_at(lab, "h0", 1, 32)
    expect(root(lab).locator(".ru-lines p").first).to_have_text("The state before the sequence begins: zeros.")
    a_clamped_gate_is_said_to_be_held(lab)


def a_clamped_gate_is_said_to_be_held(lab) -> None:
    root(lab).locator(".ru-node.ru-f .ru-strip").click(position={"x": 3, "y": 5})
    root(lab).locator(".ru-edit button").first.click()
    expect(root(lab).locator(".ru-forced")).to_be_visible()
    assert float(equation(lab)["shown"]) == 0.0
    assert float(equation(lab)["result"]) > 0
    expect(root(lab).locator(".ru-was")).to_be_visible()
    assert lab.barriers(".rl-unrolled") == []


@pytest.mark.thorough
def test_the_keyboard_keeps_its_place_through_a_change_and_sees_what_it_chose(visit):
    lab = opened(visit, viewport={"width": 1280, "height": 720})
    keys = lab.page.keyboard
    column(lab, 2).focus()
    keys.press("Enter")
    keys.press("ArrowDown")
    in_sight = "node => node.getBoundingClientRect().bottom <= innerHeight && node.getBoundingClientRect().top > 56"
    eventually(lambda: root(lab).locator(".ru-equation").evaluate(in_sight), "the equation is in sight")
    weight = root(lab).locator("button.ru-weight").first
    purpose = weight.get_attribute("data-purpose")
    weight.focus()
    keys.press("Enter")
    field = root(lab).locator(".ru-ask input")
    field.fill("7")
    point = root(lab).locator(".ru-node.ru-x .ru-strip").bounding_box()
    lab.page.mouse.move(point["x"] + 5, point["y"] + 5)
    expect(field).to_have_value("7")  # what is being typed stays, whatever else moves
    keys.press("Enter")
    expect(root(lab).locator(".ru-guess:visible")).to_have_count(8)
    focused = "document.activeElement.dataset.purpose"
    eventually(lambda: lab.page.evaluate(focused) == purpose, "the focus is where the change was made")
    keys.press("Enter")
    expect(field).to_have_value("7")
    keys.press("Escape")
    expect(field).to_have_count(0)
    assert lab.page.evaluate(focused) == purpose


def origin_of(lab, name: str) -> str:
    """What is said of the first number of a given value of the open step."""
    root(lab).locator(f".ru-node.ru-{name} .ru-strip").click(position={"x": 3, "y": 5})
    return root(lab).locator(".ru-lines p").first.inner_text()


def set_other_value(lab, name: str, value: str, changes: int) -> None:
    root(lab).locator(f".ru-node.ru-{name} .ru-strip").click(position={"x": 3, "y": 5})
    root(lab).locator(".ru-edit button", has_text="set another value").click()
    root(lab).locator(".ru-ask input").fill(value)
    lab.page.keyboard.press("Enter")
    expect(lab.at(f"whatif_remove_{changes - 1}")).to_be_visible()


@pytest.mark.thorough
def test_it_reads_on_a_phone_and_tokens_are_shown_as_they_were_typed(visit):
    odd = "<b>x</b> $x$ **x** &lt; 👩‍👩‍👧 مرحبا <img/src=x>"
    text = " ".join([odd, *(f"w{i % 30}" for i in range(58))])
    e = Experiment(text=text, cell="lstm", hidden=20, epochs=100)
    lab = opened(visit, e, viewport={"width": 390, "height": 844})
    assert root(lab).locator(".ru-chip bdi").all_inner_texts() == text.split()[:-1]
    assert [token for token, _ in predictions(lab)][:6] == odd.split()[1:]
    assert lab.wider_than_the_window() == []
    scroller = root(lab).locator(".ru-scroller")
    assert scroller.evaluate("node => node.scrollWidth > 2 * node.clientWidth")
    column(lab, 50).locator(".ru-chip").click()
    strips = [node.bounding_box() for node in root(lab).locator(".ru-node .ru-strip").all()]
    assert len(strips) == 10
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in strips)
    assert [box["y"] for box in strips] == sorted(box["y"] for box in strips)
    assert strips[0]["y"] > scroller.bounding_box()["y"] + scroller.bounding_box()["height"] - 1
    place = column(lab, 50).bounding_box()
    assert 0 <= place["x"] <= 390 - place["width"]  # what was chosen is in sight
    column(lab, 0).locator(".ru-chip").click()
    root(lab).locator(".ru-node.ru-x .ru-strip").click(position={"x": 3, "y": 5})
    expect(root(lab).locator(".ru-lines")).to_contain_text("<b>x</b>")
    assert root(lab).locator("b, strong, em, a, img, .katex").count() == 0
