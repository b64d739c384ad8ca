"""The Gradients page in a browser: one choice of t moves words and figures; other cells train without holding it up."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from rnnlab.inspection import gradients
from tests.support import modules
from tests.support.eventually import eventually

LONG = "long-range"


@pytest.fixture(scope="module")
def history():
    return run(Experiment(preset=LONG))


@pytest.fixture
def opened(visit):
    """The page, once its run has ended and its gradients are there."""

    def open_page(query: str = f"preset={LONG}&run=1", **options):
        lab = visit(query, path="/gradients", **options)
        expect(lab.at("status")).to_contain_text(re.compile("trained|训练完成"), timeout=60_000)
        expect(lab.page.locator(".rl-shaded-token").first).to_be_visible()
        eventually(lambda: lab.draws("gradients-epochs"), "the heatmap is drawn")
        return lab

    return open_page


def curve(lab, key: str, index: int = 0) -> list[float]:
    return [y for y in lab.plotted(key, f"_fullData[{index}].y") if y is not None]


def words(lab) -> list[str]:
    return lab.page.locator(".rl-shaded-token small").all_inner_texts()


def target(lab) -> int:
    return int(lab.page.locator(".rl-shaded").get_attribute("data-row"))


@pytest.mark.thorough
def test_choosing_a_step_moves_words_curve_and_heatmap(opened, history):
    lab = opened()
    matrix = gradients.through_time(history.experiment, history.checkpoints[-1].weights, 0, 0).norms["h"]
    assert target(lab) == 21
    eventually(lambda: lab.draws("gradients-others") and lab.button("stop_others").is_disabled(), "all are done", 90)
    sent = len([one for one in lab.sent if isinstance(one, bytes)])
    lab.page.locator(".rl-shaded-token").nth(4).hover()
    eventually(lambda: target(lab) == 4, "the words are shaded for another step")
    assert words(lab)[5:] == [""] * 17
    lab.page.mouse.move(0, 0)
    eventually(lambda: target(lab) == 21, "and back")
    assert len([one for one in lab.sent if isinstance(one, bytes)]) == sent, "the server was asked"
    assert curve(lab, "gradients-curve") == pytest.approx(matrix[21].tolist(), rel=1e-3)
    strip = lab.page.locator(".st-key-gradients-predictions .rl-column")
    strip.nth(9).click()
    eventually(lambda: target(lab) == 9, "the words follow")
    eventually(lambda: len(curve(lab, "gradients-curve")) == 10, "the curve follows")
    assert curve(lab, "gradients-curve") == pytest.approx(matrix[9][:10].tolist(), rel=1e-3)
    lab.page.keyboard.press("ArrowRight")
    eventually(lambda: len(curve(lab, "gradients-curve")) == 11, "so it does by keyboard")
    expected = gradients.over_epochs(history.experiment, history.checkpoints, 0, 0, 10).norms["h"][:, :11]

    def heat() -> np.ndarray:
        rows = lab.plotted("gradients-epochs", "_fullData[0].z")
        return np.array([[np.nan if z is None else z for z in row] for row in rows])[:, :11]

    eventually(lambda: np.allclose(heat(), np.log10(expected), atol=0.01), "and the heatmap")
    assert words(lab)[11:] == [""] * 11  # later steps have nothing to do with it
    assert re.fullmatch(r"\d\.\d·10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+", words(lab)[0])
    another_epoch_is_another_gradient_and_a_weight_is_checked(lab, history, 10)


def another_epoch_is_another_gradient_and_a_weight_is_checked(lab, history, step: int) -> None:
    lab.press("check_go")
    table = lab.at("check_result")
    expect(table).to_contain_text("central difference")
    labels, values = (table.locator(f"td:nth-child({column})").all_inner_texts() for column in (1, 2))
    numbers = dict(zip(labels, values, strict=True))
    assert float(numbers["autograd"]) == pytest.approx(float(numbers["central difference"]), rel=1e-6)
    lab.scrub("Home")
    norms = gradients.through_time(history.experiment, history.checkpoints[0].weights, 0, 0).norms["h"][step]
    eventually(
        lambda: curve(lab, "gradients-curve") == pytest.approx(norms[: step + 1].tolist(), rel=1e-3),
        "the untrained one's",
    )


@pytest.mark.thorough
def test_the_other_cells_are_trained_beside_and_laid_over(opened):
    e = Experiment(text=" ".join("abcdefghijklmno"), epochs=60)
    lab = opened(to_link(e, "en", run=True))
    eventually(lambda: lab.draws("gradients-others") and lab.button("stop_others").is_disabled(), "all are done", 90)
    for i, cell in enumerate(modules.NAMES):
        other = run(Experiment(**e.model_dump() | {"cell": cell}))
        norms = gradients.through_time(other.experiment, other.checkpoints[-1].weights, 0, 0).norms["h"][13]
        eventually(
            lambda i=i, norms=norms: curve(lab, "gradients-others", i) == pytest.approx(norms.tolist(), rel=1e-2), cell
        )
        drawn = list(lab.lines("gradients-losses").values())[i]
        assert list(drawn.values()) == pytest.approx(other.losses)
    assert lab.at("gradients-others").locator(".rl-chart").get_attribute("data-mounts") == "1", "it kept its place"
    asked = [one for one in lab.sent if isinstance(one, bytes)]  # of Streamlit; the stream is asked in words
    steps = (6, 9, 4, 12, 7, 3)
    for step in steps:
        lab.page.locator(".st-key-gradients-predictions .rl-column").nth(step).click()
        eventually(lambda step=step: len(curve(lab, "gradients-others")) == step + 1, "the overlay follows the step")
    now = [one for one in lab.sent if isinstance(one, bytes)]
    assert len(now) == len(asked) + len(steps), "each choice sends one message, and the timer, which has ended, none"


@pytest.mark.thorough
def test_a_limit_from_the_page_goes_into_the_form(opened):
    lab = opened("preset=clipping&run=1", locale="zh-CN")
    box = lab.at("clip_level").locator("input")
    box.fill("5")
    box.press("Enter")
    expect(lab.at("norms")).to_contain_text("5")
    eventually(lambda: lab.plotted("gradients-norms", "_fullData.length") == 3, "the line for it is drawn")
    lab.press("clip_use")
    lab.open("more")
    expect(lab.at("clip").locator("input")).to_have_value("5")


@pytest.mark.thorough
def test_what_is_typed_while_a_run_goes_on_stays(visit):
    lab = visit("preset=clipping&epochs=5000&cell=lstm&hidden=256&layers=3&run=1", path="/gradients").runs()
    box, caption = lab.at("clip_level").locator("input"), lab.at("norms").get_by_test_id("stCaptionContainer").nth(1)
    expect(box).to_have_value("1")
    box.fill("5")  # and not entered yet
    for _ in range(3):
        said = caption.inner_text()
        eventually(lambda said=said: caption.inner_text() != said, "the page has drawn more epochs", 30)
        expect(box).to_have_value("5")
