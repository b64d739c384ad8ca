"""How a reader is known again."""

import re

import pytest
from starlette.requests import Request

from pages.shell.readers.cookie import COOKIE
from pages.shell.server import entry_page
from tests.support.run_async import run_async

VALUE = rf"{COOKIE}=([\w-]{{22}}); Path=/lab; HttpOnly; "


def answer(scheme: str = "http", client: str = "203.0.113.7", **headers: str):
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": scheme, "client": (client, 5), "query_string": b"", "headers": given}
    return run_async(entry_page.serve(Request(scope), "/lab"))


@pytest.mark.parametrize(
    ("request_", "how"),
    [
        ({}, "SameSite=Lax"),
        ({"scheme": "https"}, "SameSite=Lax; Secure"),
        ({"sec_fetch_dest": "document"}, "SameSite=Lax; Secure"),  # behind a proxy that does not say so
        ({"sec_fetch_dest": "document", "client": "::ffff:127.0.0.1"}, "SameSite=Lax"),
        ({"scheme": "https", "sec_fetch_dest": "iframe"}, "SameSite=None; Secure; Partitioned"),
        ({"client": "127.0.0.1", "sec_fetch_dest": "iframe"}, "SameSite=None; Secure; Partitioned"),
    ],
)
def test_a_browser_without_a_cookie_gets_one_that_it_keeps(request_, how):
    given = answer(**request_)
    assert re.fullmatch(VALUE + how, given.headers["set-cookie"])
    assert given.headers["cache-control"] == "private, no-cache"


def test_each_gets_another_and_who_has_one_keeps_it():
    first, second = answer(), answer()
    assert first.headers["set-cookie"] != second.headers["set-cookie"]
    assert first.body == second.body
    again = answer(cookie=f"other=1; {COOKIE}=his", if_none_match=first.headers["etag"])
    assert (again.status_code, again.headers.get("set-cookie")) == (304, None)
    unchanged = answer(if_none_match=first.headers["etag"])
    assert (unchanged.status_code, unchanged.body) == (304, b"")
    assert COOKIE in unchanged.headers["set-cookie"]
