"""The one HTML page that the server has, Streamlit's, with what it leaves out: the reader's language, what a
browser is not to translate, and a sentence for one that runs no scripts or gets no WebSocket."""

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope
from streamlit import file_util

from pages.components.assets import FOLDER
from rnnlab.i18n import LANGUAGE_TAGS, LANGUAGES, first_language, translator

STREAMLITS = (Path(file_util.get_static_dir()) / "index.html").read_text("utf-8")
OURS = f"./{FOLDER}/shell/server"


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


def entry_page(lang: str) -> str:
    t = translator(lang)
    added = (
        f'<link rel="stylesheet" href="{OURS}/connection_notice.css">'
        f'<script type="module" src="{OURS}/connection_notice.js"></script>'
        f'<script type="module" src="{OURS}/untranslated.js"></script>'
        f'<p class="rl-no-connection" role="alert" hidden>{escape(t("server.no_connection"))}</p>'
    )
    page = replaced(r'<html lang="en">', f'<html lang="{LANGUAGE_TAGS[lang]}">', STREAMLITS)
    page = replaced(r"<title>.*?</title>", "<title>RNN Lab</title>", page)
    page = replaced(r'<link rel="service-desc"[^>]*>', "", page)  # which is off
    page = replaced(r"<noscript>.*?</noscript>", f"<noscript><p>{escape(t('server.no_scripts'))}</p></noscript>", page)
    return replaced(r"</body>", f"{added}</body>", page)


async def serve(request: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return HTMLResponse(entry_page(language(request.scope)), headers=headers)
