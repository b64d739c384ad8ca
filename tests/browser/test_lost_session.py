"""The server is restarted while a page is open: it goes on with what it shows."""

import re

import pytest
from playwright.sync_api import expect

from rnnlab.i18n import translator
from tests.support.eventually import eventually
from tests.support.lab import Lab, serving


@pytest.mark.thorough
def test_a_page_survives_its_server(browsers, tmp_path):
    """Opened by a link that says less than the page does by now; the click is one in a part of the page. Another page,
    in mid-run, is left alone: it finds out by itself."""
    browser = browsers.take({"locale": "en-US"})
    lab, other = Lab(browser.new_page()), Lab(browser.new_page())
    notice, typed = lab.page.locator(".rl-connection:visible"), lab.at("text").locator("textarea")
    with serving(tmp_path) as (url, server):
        lab.page.goto(f"{url}?preset=gru&hidden=12&run=1")
        lab.write("the cat sat on the mat").train()
        eventually(lambda: "cat" in lab.address and "run=1" in lab.address, "the address says it")
        before = lab.address
        other.page.goto(f"{url}?epochs=5000&cell=lstm&hidden=256&layers=3&lang=en&run=1")
        other.runs().write("深度 学习 让 机器 学习")
        eventually(lambda: "%E6%9C%BA%E5%99%A8" in other.address, "the other's address says what was written")
        there = other.address
        server.kill()
        expect(notice).to_have_text(translator("en")("server.connection_lost"))
        expect(lab.page.locator(".stDialog")).to_have_count(0)
        expect(typed).to_have_value("the cat sat on the mat")
    with serving(tmp_path, port=int(url.rsplit(":", 1)[1])):
        expect(notice).to_have_count(0)
        expect(other.at("notes")).to_contain_text("The server no longer has this page's run", timeout=30_000)
        expect(other.at("text").locator("textarea")).to_have_value("深度 学习 让 机器 学习")
        assert other.address == there
        other.reaches("not trained yet").press("train").runs().press("stop")
        lab.at("loss_log").locator("label").first.click()
        lab.reaches("not trained yet")
        expect(lab.at("notes")).to_contain_text("The server no longer has this page's run")
        expect(typed).to_have_value("the cat sat on the mat")
        assert lab.address == before
        lab.press("notes_seen").train()
        expect(lab.at("notes")).to_have_count(0)
        assert lab.address == before
        own = [text for text in lab.errors if not re.search("net::ERR_CONNECTION_|/_stcore/|/live' failed", text)]
        assert own == []  # but of what was asked while nobody answered
    browsers.leave({"locale": "en-US"}, browser)


@pytest.mark.thorough
def test_a_server_that_is_stopped_lets_runs_pause_and_says_so(browsers, tmp_path):
    browser = browsers.take({"locale": "zh-CN"})
    lab = Lab(browser.new_page())
    with serving(tmp_path) as (url, server):
        lab.page.goto(f"{url}?epochs=5000&cell=lstm&hidden=64&run=1")
        lab.runs()
        server.terminate()
        lab.paused()  # all that was trained is there
        notice = lab.page.locator(".rl-connection:visible")
        expect(notice).to_have_text(translator("zh")("server.connection_stopped"))
        server.wait(10)
        lab.page.locator(".rl-scrubber input[type=range]").fill("0")
        lab.shows(0)
    browsers.leave({"locale": "zh-CN"}, browser)


@pytest.mark.thorough
def test_a_tab_at_which_nothing_is_done_for_long_is_let_go_of_and_keeps_what_was_typed(browsers, tmp_path):
    browser = browsers.take({"locale": "en-US"})
    lab = Lab(browser.new_page())
    with serving(tmp_path, RNNLAB_IDLE_SECONDS="12") as (url, _):
        lab.page.goto(f"{url}?epochs=30&lang=en&run=1")
        lab.trained().write("the cat sat on the mat")  # the whole page is drawn: Streamlit asks for nothing afterwards
        expect(lab.at("notes")).to_contain_text("The server no longer has this page's run", timeout=40_000)
        lab.reaches("not trained yet")
        expect(lab.at("text").locator("textarea")).to_have_value("the cat sat on the mat")
        lab.press("train")
        lab.finished()
    browsers.leave({"locale": "en-US"}, browser)
