"""Whom the lab answers, and with what. With the real server and a browser: tests/browser/test_server.py."""

import re
from contextlib import suppress
from dataclasses import dataclass

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from streamlit import config, net_util
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.shell.server import entry_page, http_policy
from pages.shell.server.http_policy import HttpPolicy, is_known_host
from rnnlab.i18n import translator


@dataclass
class Answer:
    status: int
    headers: Headers
    text: str


async def lab(scope, receive, send):
    """Answers whatever it is asked."""
    accepted = {"type": "websocket.accept"}
    await (send(accepted) if scope["type"] == "websocket" else PlainTextResponse("served")(scope, receive, send))


def said(scope: dict[str, object], base: str, frame_ancestors: str) -> list[dict]:
    """The messages of ASGI with which a request is answered."""
    messages = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        messages.append(message)

    with suppress(StopIteration):  # nothing here waits, so it needs no loop, where Playwright may have one
        HttpPolicy(lab, base, frame_ancestors)(scope, receive, send).send(None)
    return messages


def ask(address: str, headers=None, method: str = "GET", base: str = "", frame_ancestors: str = "'self'") -> Answer:
    path, _, query = address.partition("?")
    given = [
        (name.lower().encode(), value.encode()) for name, value in ({"Host": "localhost"} | (headers or {})).items()
    ]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": given}
    start, body = said(scope, base, frame_ancestors)
    return Answer(start["status"], Headers(raw=start["headers"]), body["body"].decode())


@pytest.fixture
def option(monkeypatch):
    def set_option(name: str, value: object) -> None:
        real = config.get_option
        monkeypatch.setattr("streamlit.config.get_option", lambda asked: value if asked == name else real(asked))
        monkeypatch.setattr("streamlit.get_option", config.get_option)

    return set_option


NEAR = ["localhost:8501", "127.0.0.1", "192.168.1.20:8501", "[::1]:8501", "[fe80::1]", "teacher-pc", "Teacher-PC:80"]
NEAR += ["lab.local", "lab.fritz.home.arpa:8501", "LAB.LAN.", "lab.internal"]
FAR = ["lab.example.org", "evil.example:8501", "127.0.0.1.evil.example", "localhost.evil.example", "local.example"]
FAR += ["notlocal.example", "a..b", ".", "[::1", "evil.example:x"]


@pytest.mark.parametrize(("hosts", "known"), [(NEAR, True), (FAR, False)], ids=["near", "far"])
def test_names_that_a_stranger_could_register_are_not_answered(hosts, known):
    assert [host for host in hosts if is_known_host(host) != known] == []


def test_who_runs_the_lab_names_its_hosts(option, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Lab.Example.org")
    assert is_known_host("lab.example.org:8501")
    option("server.allowedHosts", ["*.example.org"])
    assert [
        host for host in ("a.example.org:443", "example.org", "evil.example", "localhost") if is_known_host(host)
    ] == ["a.example.org:443"]
    option("server.allowedHosts", ["*"])
    assert is_known_host("evil.example")


@pytest.mark.parametrize(("lang", "locale"), [("zh", "zh-TW,zh;q=0.9"), ("en", "de")])
def test_a_stranger_is_told_what_to_set(lang, locale):
    answer = ask("/data", {"Host": "evil.example", "Accept-Language": locale})
    assert (answer.status, answer.text) == (400, translator(lang)("server.unknown_host"))
    assert "STREAMLIT_SERVER_ALLOWED_HOSTS" in answer.text
    assert ask("/healthz", {"Host": "evil.example"}).text == "served"  # a probe, by whatever name


def test_a_stranger_gets_no_websocket():
    for host, answer in ((b"evil.example", "websocket.close"), (b"localhost", "websocket.accept")):
        scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"host", host)]}
        assert [message["type"] for message in said(scope, "", "'self'")] == [answer]


OFF = [
    "_stcore/metrics",
    "_stcore/metrics/",
    "_stcore/agent/openapi.json",
    "_stcore/agent/interact",
    "_stcore/agent/mcp",
]
OFF += ["_stcore/script-health-check", "_stcore/anything", "component/a/b", "auth/login", "oauth2callback"]
ON = ["", "data", "healthz", "_stcore/health", "_stcore/host-config", "_stcore/upload_file/session/file", "media/a.csv"]


@pytest.mark.parametrize("base", ["", "/school/lab"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "PUT"])
def test_what_the_lab_does_not_need_is_off(base, method):
    assert [path for path in OFF if ask(f"{base}/{path}", method=method, base=base).status != 404] == []
    assert [path for path in ON if ask(f"{base}/{path}", method=method, base=base).text != "served"] == []


def test_every_answer_says_what_a_browser_may_do_with_it():
    for path, host in (("/", "localhost"), ("/_stcore/metrics", "localhost"), ("/", "evil.example")):
        headers = ask(path, {"Host": host}).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == "'self'"
        assert not re.search(r"'unsafe-(?:inline|eval)'|https?:|\*", policy["script-src"])


FRAMED = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}


def test_in_another_sites_frame_the_reader_is_told_why_he_does_not_see_it():
    answer = ask("/?lang=zh&text=<b>", FRAMED)
    assert answer.status == 403
    assert translator("zh")("server.framed") in answer.text
    assert "<b>" not in answer.text
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]  # else a browser would not show it
    for headers in (FRAMED | {"Sec-Fetch-Site": "same-origin"}, FRAMED | {"Sec-Fetch-Dest": "document"}, {}):
        assert ask("/", headers).text == "served"


def test_sites_that_are_named_may_frame_it():
    answer = ask("/", FRAMED, frame_ancestors="https://courses.example.org")
    assert answer.text == "served"
    assert answer.headers["Content-Security-Policy"].endswith("; frame-ancestors https://courses.example.org")


def test_the_lab_says_where_it_is_found(option, monkeypatch):
    monkeypatch.setattr(net_util, "get_internal_ip", lambda: "192.168.1.20")
    assert http_policy.addresses() == ["http://localhost:8501", "http://192.168.1.20:8501"]
    option("server.address", "10.0.0.5")
    assert http_policy.addresses() == ["http://10.0.0.5:8501"]


def test_streamlit_asks_nobody_for_its_address(monkeypatch):
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *_, **__: pytest.fail("asked another server"))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)  # as it was, when the test is over
    http_policy.install()
    assert net_util.get_external_ip() is None


def test_over_the_websocket_nothing_is_done_for_who_develops_on_the_machine():
    done: list[str | None] = []
    handle = http_policy.unless_for_developers(lambda _, message: done.append(message.WhichOneof("type")))
    for message in (
        BackMsg(load_git_info=True),
        BackMsg(clear_cache=True),
        BackMsg(set_run_on_save=True),
        BackMsg(backend_operation_request={"install_skills": {}}),
        BackMsg(backend_operation_request={"dismiss_skills_nudge": {}}),
        BackMsg(),
    ):
        handle(None, message)
    assert done == []
    for message in (
        BackMsg(rerun_script={}),
        BackMsg(stop_script=True),
        BackMsg(file_urls_request={}),
        BackMsg(backend_operation_request={"deferred_file": {}}),
    ):
        handle(None, message)
    assert done == ["rerun_script", "stop_script", "file_urls_request", "backend_operation_request"]


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_page_is_in_the_readers_language_before_any_script_runs(lang, tag):
    page = entry_page.entry_page(lang)
    assert f'<html lang="{tag}">' in page
    assert re.search(r"<noscript>(.*?)</noscript>", page, re.S)[1].count("<p>") == 1
    assert translator(lang)("server.connection_never") in page
    assert 'rel="service-desc"' not in page
    assert "mcp" not in page
