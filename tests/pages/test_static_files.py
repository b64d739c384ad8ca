"""Files as they leave the server: the same bytes for everybody, compressed once. With the real server and a browser:
tests/browser/test_assets.py."""

import asyncio
import gzip

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from pages.shell.readers.cookie import COOKIE
from pages.shell.server import entry_page
from pages.shell.server.static_files import StaticFiles
from tests.support.run_async import run_async

SCRIPT = "const 名 = '隐藏状态';\n".encode() * 500
FONT = b"wOF2" + bytes(range(256)) * 20


@pytest.fixture
def reads() -> list[str]:
    return []


@pytest.fixture
def lab(reads):
    async def streamlit(scope, receive, send):
        await PlainTextResponse("Streamlit's")(scope, receive, send)

    def reader(name: str, content: bytes):
        return lambda: reads.append(name) or content

    files = {"static/a.js": SCRIPT, "static/media/a.woff2": FONT, "static/secret.py": b"PASSWORD = 1"}
    return StaticFiles(streamlit, "/lab", {name: reader(name, content) for name, content in files.items()})


async def ask(app, path: str, method: str = "GET", **headers: str) -> tuple[int, Headers, bytes]:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": given}
    messages = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        messages.append(message)

    await app(scope, receive, send)
    start, body = messages
    return start["status"], Headers(raw=start["headers"]), body["body"]


def test_thirty_who_ask_at_once_get_the_same_bytes_and_the_file_is_read_once(lab, reads):
    async def crowd():
        asked = [ask(lab, "/lab/static/a.js", accept_encoding="gzip, deflate") for _ in range(30)]
        return await asyncio.gather(*asked)

    answers = run_async(crowd())
    assert reads == ["static/a.js"]
    for status, headers, body in answers:
        assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
        assert headers["content-type"] == "text/javascript; charset=utf-8"
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert int(headers["content-length"]) == len(body) < len(SCRIPT) / 10
        assert gzip.decompress(body) == SCRIPT


def test_who_takes_no_compression_gets_none_and_a_font_is_left_as_it_is(lab):
    _, headers, body = run_async(ask(lab, "/lab/static/a.js", accept_encoding="br"))
    assert "content-encoding" not in headers
    assert body == SCRIPT
    _, headers, body = run_async(ask(lab, "/lab/static/media/a.woff2", accept_encoding="gzip"))
    assert "content-encoding" not in headers
    assert (headers["content-type"], body) == ("font/woff2", FONT)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/lab/static/secret.py", "GET"),  # no kind of file that a browser is given
        ("/lab/static/b.js", "GET"),
        ("/lab/static/../app.py", "GET"),
        ("/static/a.js", "GET"),  # not below the base
        ("/lab/static/a.js", "POST"),
    ],
)
def test_nothing_else_is_answered_here(lab, reads, path, method):
    assert run_async(ask(lab, path, method))[2] == b"Streamlit's"
    assert reads == []


def test_the_entry_page_is_sent_again_only_when_it_has_changed():
    async def app(scope, receive, send):
        await (await entry_page.serve(Request(scope), "/lab"))(scope, receive, send)

    def page(lang: str, **headers: str):
        return run_async(ask(app, "/", accept_language=lang, cookie=f"{COOKIE}=known", **headers))

    seen = set()
    for lang in ("zh-CN", "en"):
        for encoding in ("gzip", "identity"):
            status, headers, body = page(lang, accept_encoding=encoding)
            plain = gzip.decompress(body) if encoding == "gzip" else body
            assert (status, headers["cache-control"]) == (200, "no-cache")
            assert f'<html lang="{lang}">' in plain.decode()
            status, again, nothing = page(lang, accept_encoding=encoding, if_none_match=f'"old", {headers["etag"]}')
            assert (status, nothing, again["etag"]) == (304, b"", headers["etag"])
            assert page(lang, accept_encoding=encoding, if_none_match='"old"')[0] == 200
            seen.add(headers["etag"])
    assert len(seen) == 4  # a browser that asks in another language does not keep what it has
