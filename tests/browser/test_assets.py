"""Scripts and style sheets as they are served: once, from an address that names their contents, and nothing else."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from pages.components.assets import FILES, FOLDER


@pytest.fixture
def ask(url):
    """The server's answer to a path exactly as written: a client that tidies it up would hide what a server does."""

    def ask(path: str):
        connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.text = answer.read()
        connection.close()
        return answer

    return ask


@pytest.mark.parametrize(
    ("name", "kind"), [("components/shared/arrays.js", "text/javascript"), ("views/cell/unrolled.css", "text/css")]
)
def test_scripts_and_sheets_are_kept_by_the_browser_for_good(ask, name, kind):
    answer = ask(f"/{FOLDER}/{name}")
    assert answer.status == 200
    assert answer.getheader("Cache-Control") == "public, max-age=31536000, immutable"
    assert answer.getheader("Content-Type") == f"{kind}; charset=utf-8"
    assert answer.text == FILES[name]


@pytest.mark.parametrize(
    "path",
    [
        f"/{FOLDER}/main.py",
        f"/{FOLDER}/components/component.py",
        f"/{FOLDER}/../app.py",
        f"/{FOLDER}/components/../components/component.py",
        f"/{FOLDER}/%2e%2e/pages/main.py",
        f"/{FOLDER}/..%2fapp.py",
        f"/{FOLDER}//etc/passwd",
        f"/{FOLDER}/components",
        "/vendor/plotly.min.js",
        "/assets/0123456789abcdef/components/shared/arrays.js",
    ],
)
def test_nothing_else_is_served_there(ask, path):
    answer = ask(path)
    assert answer.status in (400, 404) or b"<title>Streamlit</title>" in answer.text  # its page, for any other address
    assert b'"""' not in answer.text  # no program
    assert "immutable" not in (answer.getheader("Cache-Control") or "")


def test_a_module_is_fetched_once_whoever_imports_it(visit):
    lab = visit("run=1").trained()  # whose own requests are over
    asked = []
    lab.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    lab.page.reload()
    lab.trained()
    ours = [path for path in asked if path.startswith(f"/{FOLDER}/")]
    assert f"/{FOLDER}/components/heatmap/heatmap.js" in ours
    assert len(ours) == len(set(ours))
    linked = lab.page.eval_on_selector_all("link[rel=stylesheet]", "nodes => nodes.map(node => node.href)")
    assert len(linked) == len(set(linked))
