"""The cookie by which the tabs of one browser are known to be one reader's: a random number, for as long as the browser
is open, which no script reads and no other site is sent."""

import secrets

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from rnnlab.hosting.readers import address_of

COOKIE = "rnnlab_reader"
BYTES = 16
FRAMES = ("iframe", "frame", "embed", "object")
FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")  # what a proxy adds to a request that it hands on


def cookie_of(scope: Scope) -> str:
    """What the browser says, "" where it has none."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")


def new_cookie(scope: Scope, base: str) -> str:
    """A Set-Cookie for a browser that has none. `base`: the path that the lab lies below.

    In another site's frame a browser keeps only what is `Partitioned`, for the lab in the frames of that site. What it
    shows the page in it tells over https, or on its own machine; only over https is a `Secure` one sure to be kept.
    """
    shown = Headers(scope=scope).get("sec-fetch-dest", "")
    secure = scope["scheme"] == "https" or (bool(shown) and address_of(scope["client"][0], False) != "")
    how = "SameSite=None; Secure; Partitioned" if shown in FRAMES else f"SameSite=Lax{'; Secure' if secure else ''}"
    return f"{COOKIE}={secrets.token_urlsafe(BYTES)}; Path={base or '/'}; HttpOnly; {how}"
