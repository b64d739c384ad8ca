"""What the server answers besides pages, and what a reader sees whom it can't reach."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from pages.shell.server.http_policy import content_security_policy
from rnnlab.i18n import translator


def ask(url: str, path: str, method: str = "GET", **headers: str):
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer


@pytest.mark.parametrize("path", ["/", "/data", "/nosuch", "/vendor/plotly.min.js", "/_stcore/health", "/healthz"])
def test_all_that_is_served_has_the_policy(url, path):
    answer = ask(url, path)
    assert answer.status == 200
    assert answer.getheader("Content-Security-Policy") == content_security_policy("'self'")
    assert answer.getheader("X-Content-Type-Options") == "nosniff"


def test_what_nobody_needs_is_not_served(url):
    assert ask(url, "/_stcore/metrics").status == 404
    assert ask(url, "/_stcore/agent/openapi.json").status == 404
    assert ask(url, "/_stcore/agent/mcp", "POST").status == 404
    assert ask(url, "/", Host="evil.example").status == 400
    assert json.loads(ask(url, "/_stcore/host-config").text)["allowedOrigins"] == []
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Host": "evil.example"}
    upgrade["Sec-WebSocket-Key"] = "MDEyMzQ1Njc4OWFiY2RlZg=="
    assert ask(url, "/_stcore/stream", **upgrade).status == 403
    assert ask(url, "/_stcore/stream", **(upgrade | {"Host": "localhost"})).status == 101


def test_where_no_websocket_gets_through_the_reader_is_told_until_one_does(browsers, url):
    options = {"locale": "zh-CN"}
    browser = browsers.take(options)
    page = browser.new_page()
    page.clock.install()
    open_to_all = []

    def meet(socket) -> None:
        socket.connect_to_server() if open_to_all else socket.close()

    page.route_web_socket("**/_stcore/stream", meet)
    page.goto(url)
    notice = page.get_by_role("alert").filter(has_text="WebSocket")
    page.locator("[data-test-connection-state]").wait_for(state="attached")
    expect(notice).to_be_hidden()
    page.clock.run_for(10_000)
    expect(notice).to_have_text(translator("zh")("server.no_connection"))
    open_to_all.append(True)
    page.clock.run_for(60_000)  # Streamlit tries again ever more rarely
    page.clock.resume()
    expect(page.locator(".st-key-train")).to_be_visible()
    expect(notice).to_be_hidden()
    browsers.leave(options, browser)
