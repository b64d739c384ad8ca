"""The one HTML page that the server has, Streamlit's, with what it leaves out: the reader's language, where the server
is, what a browser is not to translate, and a sentence for a reader whose browser runs no scripts or whose page has no
connection."""

import base64
import hashlib
import re
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope
from streamlit import file_util

from pages.components.assets import FOLDER
from pages.shell.readers.cookie import cookie_of, new_cookie
from pages.shell.server.revalidated import revalidated, takes_gzip, unless_known
from rnnlab.hosting.limits import host_limits
from rnnlab.i18n import LANGUAGE_TAGS, LANGUAGES, first_language, numeral, translator

STREAMLITS = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
OURS = f"./{FOLDER}/shell/server/browser"
STYLES = (  # of Streamlit's own widgets; what is a part of ours links its own
    *(
        "shell/server/browser/connection_notices",
        "shell/form/form",
        "shell/run/run_head",
        "shell/run/panels",
        "shell/guide/guide",
        "shell/classroom/room",
        "shell/file_upload",
    ),
    *("views/playground/playground", "views/generate/settings", "views/training/training"),
)


def inline_scripts() -> list[str]:
    """The page's scripts that stand in it, as Content-Security-Policy names them."""
    digests = [
        hashlib.sha256(text.encode()).digest() for text in re.findall(r"<script>(.*?)</script>", STREAMLITS, re.S)
    ]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def language(scope: Scope) -> str:
    """The language of an answer: what the link says, else what the browser asks for."""
    named = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    return named if named in LANGUAGES else first_language(Headers(scope=scope).get("accept-language"))


def replaced(pattern: str, replacement: str, page: str) -> str:
    page, count = re.subn(pattern, lambda _: replacement, page, flags=re.S)
    if count != 1:
        raise RuntimeError(f"Streamlit's index.html has changed: {pattern} is there {count} times.")
    return page


@cache
def entry_page(lang: str) -> str:
    t = translator(lang)
    added = (
        f'<script src="{OURS}/base_url.js"></script>'  # no module, so it runs before Streamlit's, which is one
        f'<script src="{OURS}/back.js"></script>'  # likewise
        f'<script src="{OURS}/connections.js"></script>'  # likewise
        f'<script type="module" src="{OURS}/connection_notices.js"></script>'
        f'<script type="module" src="{OURS}/untranslated.js"></script>'
    )
    added += "".join(f'<link rel="stylesheet" href="./{FOLDER}/{name}.css">' for name in STYLES)
    page = replaced(r'<html lang="en">', f'<html lang="{LANGUAGE_TAGS[lang]}">', STREAMLITS)
    page = replaced(r"<title>.*?</title>", "<title>RNN Lab</title>", page)
    page = replaced(r'<link rel="service-desc"[^>]*>', "", page)  # which is off
    page = replaced(r"<noscript>.*?</noscript>", f"<noscript><p>{escape(t('server.no_scripts'))}</p></noscript>", page)
    return replaced(r"</body>", f"{added}{connection_notices()}</body>", page)


def connection_notices() -> str:
    """All that may be said of the connection, hidden: in every language, for the reader may choose another later."""
    notices, limits = [], host_limits()
    full = {"all": limits.sessions, "reader": limits.reader_sessions, "address": max(limits.sessions // 2, 1)}
    for lang, tag in LANGUAGE_TAGS.items():
        t = translator(lang)
        sentences = {kind: t(f"server.connection_{kind}") for kind in ("never", "lost", "stopped", "ended")}
        sentences |= {kind: t(f"server.full_{kind}", limit=numeral(limit)) for kind, limit in full.items()}
        for kind, sentence in sentences.items():
            notices.append(
                f'<p class="rl-connection" lang="{tag}" data-kind="{kind}" role="alert" hidden>{escape(sentence)}</p>'
            )
    return "".join(notices)


@cache
def answer(lang: str, compressed: bool) -> Response:
    """The page in one language, asked for anew each time: a browser that has this very one is told so."""
    return revalidated(entry_page(lang).encode(), "text/html", compressed, "Accept-Language, Accept-Encoding")


async def serve(request: Request, base: str) -> Response:
    """`base`: the path that the lab lies below."""
    page = unless_known(request, answer(language(request.scope), takes_gzip(request)))
    if cookie_of(request.scope):
        return page
    headers = [("set-cookie", new_cookie(request.scope, base)), ("cache-control", "private, no-cache")]
    mine = Response(page.body, page.status_code)  # that one is everybody's
    mine.raw_headers = [pair for pair in page.raw_headers if pair[0] != b"cache-control"]
    mine.raw_headers += [(name.encode(), value.encode()) for name, value in headers]
    return mine
