"""What the server answers besides pages, and what a reader sees whom it can't reach."""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import expect
from websockets.asyncio.client import connect

from benchmarks.users import visit as visit_by_program
from pages.components.assets import PLOTLY
from pages.shell.server.http_policy import content_security_policy
from rnnlab.i18n import translator
from tests.support.eventually import ROOT, eventually
from tests.support.lab import Lab, serving
from tests.support.run_async import run_async


def ask(url: str, path: str, method: str = "GET", **headers: str):
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer


@pytest.mark.parametrize("path", ["/", "/data", "/nosuch", f"/{PLOTLY}", "/_stcore/health", "/healthz"])
def test_all_that_is_served_has_the_policy(url, path):
    answer = ask(url, path)
    assert answer.status == 200
    assert answer.getheader("Content-Security-Policy") == content_security_policy("'self'")
    assert answer.getheader("X-Content-Type-Options") == "nosniff"


def test_what_nobody_needs_is_not_served(url):
    assert ask(url, "/_stcore/metrics").status == 404
    assert "rnnlab_" not in ask(url, "/metrics").text  # unless who runs it wants that: Streamlit answers with its page
    assert ask(url, "/_stcore/agent/openapi.json").status == 404
    assert ask(url, "/_stcore/agent/mcp", "POST").status == 404
    assert ask(url, "/", Host="evil.example").status == 400
    assert json.loads(ask(url, "/_stcore/host-config").text)["allowedOrigins"] == []
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Host": "evil.example"}
    upgrade["Sec-WebSocket-Key"] = "MDEyMzQ1Njc4OWFiY2RlZg=="
    assert ask(url, "/_stcore/stream", **upgrade).status == 403
    assert ask(url, "/_stcore/stream", **(upgrade | {"Host": "localhost"})).status == 101


@pytest.mark.parametrize("path", ["/", "/healthz", "/_stcore/upload_file/nobody/1", "/nosuch"])
@pytest.mark.parametrize("says", ["Content-Length: 100000000", "Transfer-Encoding: chunked"])
def test_a_body_that_nobody_reads_is_not_taken_in(url, path, says):
    megabyte = bytes(1_000_000)
    piece = b"%x\r\n%s\r\n" % (len(megabyte), megabyte) if "chunked" in says else megabyte
    sent = 0
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), 10.0) as sender, suppress(OSError):
        sender.sendall(f"PUT {path} HTTP/1.1\r\nHost: localhost\r\n{says}\r\n\r\n".encode())
        for _ in range(100):
            sender.sendall(piece)
            sent += 1
    assert sent < 50, "what lies between the two, and no more"


@pytest.mark.parametrize("path", ["_stcore/stream", "live"])
def test_a_message_that_no_page_sends_is_not_taken_in(url, path):
    async def send() -> int:
        address = f"{url.replace('http', 'ws')}/{path}"
        async with connect(address, subprotocols=["streamlit"], max_size=None, proxy=None) as socket:
            await socket.send(bytes(20_000_000))
            await socket.wait_closed()
            return socket.close_code

    assert run_async(send()) == 1009  # too big


def test_nothing_that_is_said_tells_where_it_lies_or_what_it_runs_on(url):
    async def hear() -> list[bytes]:
        heard: list[bytes] = []
        async with AsyncExitStack() as stack:
            tab = await visit_by_program(stack, urlsplit(url).netloc)
            hear = tab.hear
            tab.hear = lambda message: (heard.append(message.SerializeToString()), hear(message))
            await tab.open()
        return heard

    answers = [
        ask(url, path) for path in ("/", "/nosuch", "/%00", "/../../etc/passwd", "/_stcore/host-config", "/media/x")
    ]
    assert [answer.getheader("Server") for answer in answers] == [None] * len(answers)
    said = b"".join(run_async(hear())) + "".join(answer.text + str(answer.headers) for answer in answers).encode()
    assert len(said) > 10_000
    particulars = [str(ROOT), sys.prefix, platform.python_version(), sys.platform, "uvicorn", "site-packages", '.py"']
    assert [one for one in particulars if one.encode() in said] == []


# A program with all that it sees mounted read-only.
READ_ONLY = """
for place in $(cut -d" " -f2 /proc/self/mounts | sort -u); do
    case $place in /proc*|/sys*) ;; *) mount -o remount,ro,bind "$place" 2>/dev/null ;; esac
done
for place in /tmp /var/tmp /dev/shm "$HOME" .; do
    touch "$place/written" 2>/dev/null && { echo "$place is not read-only"; exit 1; }
done
exec "$@"
"""
ALONE = ("unshare", "--user", "--map-root-user", "--mount")


@pytest.mark.thorough
@pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run([*ALONE, "true"], check=False).returncode != 0,
    reason="a file system can't be made read-only for one program here",
)
def test_it_works_where_nothing_can_be_written(browsers, tmp_path):
    options = {"locale": "en-US"}
    browser = browsers.take(options)
    with serving(tmp_path, within=(*ALONE, "sh", "-c", READ_ONLY, "sh")) as (url, _):
        page = browser.new_page()
        page.goto(f"{url}/data?epochs=50&lang=en&run=1")
        lab = Lab(page).finished()
        large = b"rain fell\nsun shone\n" * 150_000
        files = [{"name": "large.csv", "mimeType": "text/csv", "buffer": large}]
        lab.at("data_upload").locator("input[type=file]").set_input_files(files)
        expect(lab.at("data_source")).to_contain_text("large.csv")
        page.close()
    browsers.leave(options, browser)


FAILS = """
from rnnlab.explain import equations

def equation(*_):
    raise FileNotFoundError("/secret/path of what was typed")

equations.equation = equation
"""


@pytest.mark.thorough
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_reader_whose_page_fails_is_told_a_number_and_the_log_the_rest(browsers, tmp_path, lang):
    options = {"locale": lang}
    browser = browsers.take(options)
    (tmp_path / "sitecustomize.py").write_text(FAILS)
    with serving(tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}") as (url, _):
        page = browser.new_page()
        page.goto(f"{url}/?lang={lang}")
        first, _, _ = translator(lang)("server.error").partition("{number}")
        alert = page.get_by_role("alert").filter(has_text=first.strip()).first
        expect(alert).to_be_visible()
        [number] = re.findall(r"\b[0-9a-f]{8}\b", alert.inner_text())
        assert "secret" not in page.content()
        log = (tmp_path / "server.log").read_text()
        assert "secret" not in log
        told = [json.loads(line) for line in log.splitlines() if number in line]
        assert [[one["kind"] for one in event["errors"]] for event in told] == [["FileNotFoundError"]]
        assert any("pages/shell/" in line for line in told[0]["errors"][0]["lines"])
        page.close()
    browsers.leave(options, browser)


@pytest.mark.thorough
def test_a_reader_is_told_in_his_language_that_there_is_no_connection_until_there_is_one(browsers, url):
    options = {"locale": "zh-CN"}
    browser = browsers.take(options)
    page = browser.new_page()
    page.clock.install()
    open_to_all, sockets = [], []

    def meet(socket) -> None:
        sockets.append(socket)
        socket.connect_to_server() if open_to_all else socket.close()

    page.route_web_socket("**/_stcore/stream", meet)
    page.goto(url)
    notice = page.locator(".rl-connection:visible")
    page.locator("[data-test-connection-state]").wait_for(state="attached")
    expect(notice).to_have_count(0)
    page.clock.run_for(10_000)
    expect(notice).to_have_text(translator("zh")("server.connection_never"))
    open_to_all.append(True)
    page.clock.run_for(60_000)  # Streamlit tries again ever more rarely
    page.clock.resume()
    expect(page.locator(".st-key-train")).to_be_visible()
    expect(notice).to_have_count(0)

    page.locator(".st-key-lang").get_by_text("English").click()
    page.locator(".st-key-train").get_by_text("Train").wait_for()
    page.route("**/_stcore/health", lambda route: route.abort())
    page.evaluate("""window.dialogs = 0; new MutationObserver(() => {
        window.dialogs += document.querySelectorAll(".stDialog").length;
    }).observe(document.body, {childList: true})""")
    sockets[-1].close()
    expect(notice).to_have_text(translator("en")("server.connection_lost"))
    eventually(lambda: page.evaluate("dialogs"), "Streamlit opens a dialog of its own")
    expect(page.locator(".stDialog")).to_have_count(0)
    page.unroute("**/_stcore/health")
    expect(notice).to_have_count(0)
    browsers.leave(options, browser)


SAMPLE = re.compile(r'^(rnnlab_[a-z_]+)(?:\{process="([a-z_]+)"\})? ([0-9.e+-]+)$', re.M)


def figures(url: str) -> dict[tuple[str, str], float]:
    answer = ask(url, "/metrics")
    assert answer.getheader("Content-Type").startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith(("# HELP rnnlab_", "# TYPE rnnlab_"))]
    found = {
        (name.removeprefix("rnnlab_"), process): float(value) for name, process, value in SAMPLE.findall(answer.text)
    }
    assert len(found) == len(lines)
    return found


@pytest.mark.thorough
def test_who_runs_the_lab_reads_what_it_does_where_he_wants_to(browsers, tmp_path):
    options = {"locale": "en-US"}
    browser = browsers.take(options)
    with serving(tmp_path, RNNLAB_METRICS="1") as (url, process):
        eventually(lambda: ask(url, "/healthz").status == 200, "a worker answers", 60)
        before = figures(url)
        assert before["sessions", ""] == before["runs_going", ""] == before["slices_total", ""] == 0
        assert before["workers", ""] == 1
        page = browser.new_page()
        page.goto(f"{url}/?preset=paragraph-next&epochs=5000&hidden=128&lang=en&run=1")
        eventually(lambda: figures(url)["slices_total", ""] > 5, "it trains", 60)
        now = figures(url)
        assert (now["sessions", ""], now["runs_going", ""]) == (1, 1)
        assert (
            0
            < now["computing_seconds_total", ""]
            < sum(sum(p.cpu_times()[:2]) for p in process.children(recursive=True))
        )
        assert now["jobs_total", ""] > now["slices_total", ""]
        assert 0.0 < now["drawing_seconds_total", ""] < sum(process.cpu_times()[:2])
        assert now["draws_waiting", ""] == 0
        memory = {"web": [process], "fork_server": process.children()}
        memory["workers"] = [worker for server in memory["fork_server"] for worker in server.children()]
        for name, processes in memory.items():
            seen = sum(one.memory_info().rss for one in processes)
            assert now["resident_memory_bytes", name] == pytest.approx(seen, rel=0.2)
        page.close()
        eventually(lambda: figures(url)["sessions", ""] == 0, "the tab is gone")
    browsers.leave(options, browser)


@pytest.mark.thorough
def test_a_reader_whose_run_stands_still_for_lost_workers_is_told_until_it_goes_on(visit, server):
    _, process = server
    sentence = translator("zh")("workers.starting")
    lab = visit("preset=paragraph-next&epochs=5000&hidden=128&lang=zh&run=1")
    eventually(lambda: lab.epoch > 0, "the first epochs are there", 60)
    helpers = process.children(recursive=True)
    for helper in helpers:
        helper.kill()
    psutil.wait_procs(helpers, 10)
    expect(lab.at("status")).to_contain_text(sentence)
    before = lab.epoch
    expect(lab.at("status")).not_to_contain_text(sentence, timeout=60_000)
    eventually(lambda: lab.epoch > before, "it goes on")
    lab.press("stop").reaches("已停止")
