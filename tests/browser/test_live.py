"""Type, train, watch, pause, look back: what a reader sees is what a plain program computes."""

import re

import numpy as np
import psutil
import pytest
from playwright.sync_api import expect

from rnnlab import Experiment, run
from rnnlab.experiment.links import to_link
from tests.support import plain
from tests.support.eventually import eventually

SENTENCE = "深度 学习 让 机器 学习 语言 的 规律"
FIRST = "我 喜欢 学习 深度 学习"
LONG = "epochs=5000&cell=lstm&hidden=256&layers=3"  # half a minute and more: nothing here waits for its end


def test_the_first_screen_is_alive_in_the_readers_language(visit):
    lab = visit("run=1", locale="zh-CN").trained()
    assert "训练完成" in lab.status
    assert "训练" in lab.button("train").inner_text()
    losses, predicted, hidden = plain.next_words(FIRST)
    assert lab.chips == FIRST.split()
    assert lab.predicted == predicted[-1]
    assert lab.curve() == pytest.approx(losses, rel=1e-5, abs=1e-4)
    np.testing.assert_allclose(lab.cells(), hidden[-1].T, atol=1e-3)
    for key in ("loss", "hidden"):
        assert lab.at(key).locator("canvas").bounding_box()["width"] > 200
    assert lab.at("shapes").locator("code").all_inner_texts()[0] == "[1, 4]"


def test_a_typed_sentence_is_trained_paused_looked_through_and_played(visit):
    """The whole path, with every number held against a plain program."""
    lab = visit("epochs=2500", locale="zh-CN")
    lab.reaches("尚未训练").write(SENTENCE).press("train").runs()
    expect(lab.page.locator(".rl-chip bdi")).to_have_text(SENTENCE.split())
    seen = lab.points
    eventually(lambda: lab.points > seen, "the curve grows while it trains")
    eventually(lambda: lab.points >= 100, "there is enough to look through", 60)
    lab.press("pause").paused()
    stopped_at = lab.epoch
    losses, predicted, hidden = plain.next_words(SENTENCE, epochs=stopped_at)
    curve = lab.curve()
    assert len(curve) == stopped_at
    assert curve[:20] == pytest.approx(losses[:20], rel=1e-6, abs=1e-6)
    assert curve == pytest.approx(losses, rel=1e-5, abs=1e-4)

    def shows(epoch: int) -> None:
        lab.shows(epoch)
        assert lab.predicted == predicted[epoch]
        np.testing.assert_allclose(lab.cells(), hidden[epoch].T, atol=1e-3)

    shows(stopped_at)
    slider = lab.page.locator(".rl-scrubber input[type=range]")
    sent = len(lab.sent)
    lab.scrub("Home")
    shows(0)
    lab.scrub(*["ArrowRight"] * 3)
    expect(slider).to_have_value("3")  # the third of the recorded epochs, of which every so many-th was recorded
    step = eventually(lambda: (at := lab.together_at) and at % 3 == 0 and at, "three keys later all four have moved")
    shows(step)
    box = slider.bounding_box()
    lab.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle = eventually(lambda: (at := lab.together_at) not in (None, step) and at, "the click moved all four")
    assert abs(middle - stopped_at / 2) < stopped_at / 8
    shows(middle)
    # Clicked through the page, for the cursor's own handle may be what lies there: it must take a click as well.
    plot = lab.box("loss", ".rl-curves")
    lab.page.mouse.click(plot["x"] + plot["width"] - 2, plot["y"] + 20)
    shows(stopped_at)  # right of all epochs: the last one
    lab.page.mouse.click(plot["x"], plot["y"] + 20)
    shows(0)
    lab.page.mouse.click(plot["x"] + 1 + plot["width"] * 0.6 * stopped_at / 2500, plot["y"] + 20)
    later = eventually(lambda: (at := lab.together_at) not in (None, 0) and at, "a click moves the cursor there")
    shows(later)
    lab.page.locator(".rl-speed [data-speed='2']").click()
    lab.page.locator(".rl-play").click()
    shows(stopped_at)  # played to the end
    assert len(lab.sent) == sent  # and the server was never asked


@pytest.mark.thorough
def test_a_click_is_seen_before_the_page_is_drawn_for_it(visit):
    """All that the page would be told after the click is kept back here, and delivered later."""
    kept, keep = [], []

    def meet(browser) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: kept.append((browser, message)) if keep else browser.send(message))

    def deliver() -> None:
        keep.clear()
        for browser, message in kept:
            browser.send(message)
        kept.clear()

    def moves_on(before: int) -> int:
        eventually(lambda: lab.epoch > before and lab.together_at, "the picture moves")
        return lab.epoch

    lab = visit(LONG, prepare=lambda page: page.route_web_socket("**/_stcore/stream", meet))
    lab.reaches("not trained yet").shows(0)
    page_says = "() => document.querySelector('.rl-heatmap').component.pageData.live"
    for _ in range(2):  # from the untrained network, then from where it paused
        before = lab.epoch
        keep.append(True)
        lab.press("train")
        moves_on(moves_on(before))
        assert not lab.page.evaluate(page_says)
        assert len(lab.curve()) > before
        deliver()
        eventually(lambda: lab.page.evaluate(page_says), "the page is drawn, later")
        lab.press("pause").paused()


def test_another_start_gives_other_numbers_and_the_same_start_the_same(visit):
    """And nothing is built anew from one run to the next."""
    lab = visit("run=1").trained()
    parts = ".rl-curves, .rl-heatmap, .rl-strip, .rl-scrubber"
    lab.page.eval_on_selector_all(parts, "nodes => nodes.forEach(node => { node.mine = true; })")
    first = lab.loss, lab.predicted, lab.curve()
    lab.press("reseed").reaches("not trained yet")
    lab.open("more")
    assert lab.at("seed").locator("input").input_value() == "1"
    lab.train()
    assert lab.curve() == pytest.approx(plain.next_words(FIRST, seed=1)[0], rel=1e-5, abs=1e-4)
    assert lab.loss != first[0]
    lab.open("more")
    lab.at("seed").locator("input").fill("0")
    lab.at("seed").locator("input").press("Enter")
    lab.press("reset").reaches("not trained yet").train()
    assert (lab.loss, lab.predicted, lab.curve()) == first
    assert lab.page.eval_on_selector_all(parts, "nodes => nodes.map(node => node.mine === true)") == [True] * 4


def test_live_charts_are_updated_not_rebuilt_and_keep_their_zoom(visit):
    lab = visit(f"{LONG}&run=1").runs()
    parts = ".rl-curves, .rl-heatmap, .rl-strip, .rl-scrubber"
    expect(lab.page.locator(parts)).to_have_count(4)  # on a busy machine some come later than the first epoch
    lab.page.eval_on_selector_all(parts, "nodes => nodes.forEach(node => { node.mine = true; })")
    plot = lab.box("loss", ".rl-curves")
    across, down = plot["x"] + plot["width"] * 0.2, plot["y"] + plot["height"] * 0.2
    lab.page.mouse.move(across, down)
    lab.page.mouse.down()
    lab.page.mouse.move(across + plot["width"] * 0.4, down, steps=5)
    lab.page.mouse.up()
    zoomed = lab.across()
    assert zoomed == pytest.approx([1000, 3000], abs=30)
    before = lab.points
    eventually(lambda: lab.points > before, "the run goes on")
    assert lab.across() == zoomed
    lab.press("pause").paused()
    assert lab.across() == zoomed
    lab.at("loss").get_by_role("button", name="Reset").click()
    assert lab.across() == [0, 5000]
    assert lab.page.eval_on_selector_all(parts, "nodes => nodes.map(node => node.mine === true)") == [True] * 4
    assert lab.page.eval_on_selector_all(parts, "nodes => nodes.map(node => node.dataset.mounts)") == ["1"] * 4


@pytest.mark.thorough
def test_a_language_switch_in_mid_run_loses_nothing(visit):
    """The live part of the page asks again just then, with the labels of the language before."""
    lab = visit(f"{LONG}&lang=en&lr=0.003").write(SENTENCE).press("train").runs()
    for label, pause in [("中文", "暂停"), ("English", "Pause")]:
        before = lab.epoch
        lab.at("lang").get_by_text(label).click()
        expect(lab.button("pause")).to_contain_text(pause)
        expect(lab.page.locator("html")).to_have_attribute("lang", {"中文": "zh-CN", "English": "en"}[label])
        eventually(lambda before=before: lab.epoch > before, "the run goes on")
        expect(lab.at("status")).to_contain_text({"中文": "训练中", "English": "training"}[label])
    lab.press("pause").paused()
    assert lab.at("text").locator("textarea").input_value() == SENTENCE
    assert lab.at("hidden_size").locator("input").input_value() == "256"
    assert lab.chips == SENTENCE.split()
    for part in ("lang=en", "lr=0.003", "layers=3", "epochs=5000"):
        assert part in lab.link
    lab.press("stop").reaches("stopped", 5)  # and what there is can be looked at
    lab.scrub("Home")
    lab.shows(0)


# What happens behind the page


@pytest.mark.thorough
def test_every_cell_of_the_heatmap_names_its_value_and_the_loss_axis_can_be_linear(visit):
    lab = visit("seed=0&run=1", locale="en-US").trained()
    plot = lab.box("hidden", ".rl-heatmap")
    step, unit = 2, 30  # of 4 and 32, counted from 0
    x, y = plot["x"] + plot["width"] * (step + 0.5) / 4, plot["y"] + plot["height"] * (unit + 0.5) / 32
    lab.page.mouse.move(x, y - 60)
    lab.page.mouse.move(x, y, steps=5)
    value = plain.next_words(FIRST)[2][-1].T[unit][step]
    hint = lab.at("hidden").locator(".rl-tip")
    expect(hint).to_contain_text("step 3 · 学习, unit 30: ")
    said = hint.inner_text().split(": ")[1].replace("−", "-")
    assert float(said) == pytest.approx(float(value), abs=1e-3)
    assert lab.marked("loss")[0].startswith("10")
    lab.at("loss_log").locator("label").first.click()
    eventually(lambda: lab.marked("loss")[:1] == ["0"], "the axis is linear")


def workers(server: psutil.Process) -> list[psutil.Process]:
    """Forked by the server's fork server, hence its grandchildren."""
    return [process for process in server.children(recursive=True) if process.ppid() != server.pid]


@pytest.mark.thorough
def test_a_pause_and_a_worker_killed_in_mid_run_change_nothing(visit, server):
    e = Experiment(epochs=600, cell="lstm", hidden=256, layers=2)  # seconds, so that it goes on where it is met
    lab = visit(to_link(e, "en")).reaches("not trained yet").press("train").runs().press("pause").paused()
    assert 0 < lab.epoch < e.epochs
    expect(lab.button("train")).to_contain_text("Continue")
    lab.press("train").runs()
    victims = workers(server[1])
    assert victims
    for process in victims:
        process.kill()
    losses = list(run(e).losses)
    lab.trained()
    assert lab.curve() == losses
    for process in eventually(lambda: workers(server[1]), "a worker is there"):  # idle by now
        process.kill()
    lab.press("reset").reaches("not trained yet").press("step").reaches("paused")
    assert lab.curve() == losses[:1]
    assert not lab.page.get_by_role("alert").count()


@pytest.mark.thorough
def test_a_closed_tab_computes_no_more(visit, server):
    def computed() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in workers(server[1]))

    lab = visit(f"{LONG}&run=1").runs()
    before = computed()
    eventually(lambda: computed() > before + 0.3, "the worker is busy")
    lab.page.close()

    def still() -> bool:
        from threading import Event

        before = computed()
        Event().wait(1.0)  # the length of the measurement itself
        return computed() - before < 0.05

    eventually(still, "the worker is idle", 20)  # a page that was just drawn counts as watching for eight


@pytest.mark.thorough
def test_an_error_in_the_text_keeps_what_was_there(visit):
    lab = visit("run=1", locale="zh-CN").trained()
    before = lab.predicted
    lab.write("<b>$x$**:smile:**</b>").press("train")
    alert = lab.page.get_by_role("alert")
    expect(alert.locator("code")).to_have_text("<b>$x$**:smile:**</b>")
    assert alert.locator("b, strong, .katex").count() == 0
    lab.write("。 ！").press("train")
    expect(alert).to_contain_text(re.compile("文本.*标点"))
    assert lab.predicted == before
    lab.write("甲 乙 丙").train()
    expect(lab.page.get_by_role("alert")).to_have_count(0)
    assert lab.chips == ["甲", "乙", "丙"]
