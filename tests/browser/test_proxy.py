"""What deploy/nginx.conf makes of two processes of the lab: one address, with TLS."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import BrowserContext, expect

from benchmarks.replicas.nginx import NGINX, nginx_command
from benchmarks.server import free_port
from tests.support.eventually import eventually
from tests.support.lab import Lab, serving

pytestmark = [pytest.mark.thorough, pytest.mark.skipif(not NGINX, reason="no nginx here")]


def write_certificate(folder: Path) -> None:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "lab")]),
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    folder.mkdir()
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@contextmanager
def proxied(folder: Path, webs: tuple[str, str]) -> Iterator[tuple[int, int]]:
    """nginx with deploy/nginx.conf: its ports for http and https."""
    plain, secure = free_port(), free_port()
    command = nginx_command(folder, webs, f"127.0.0.1:{plain}", f"127.0.0.1:{secure}", tls=True)
    write_certificate(folder / "tls")
    subprocess.run([*command, "-t"], check=True)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log)

    def answers() -> bool:
        assert process.poll() is None
        with suppress(OSError):
            return ask(HTTPConnection("127.0.0.1", plain), "/").status == 308
        return False

    try:
        eventually(answers, "nginx answers")
        yield plain, secure
    finally:
        process.terminate()
        process.wait(10)


def ask(connection: HTTPConnection, path: str):
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    return answer


def sessions(web: str) -> int:
    [line] = [
        line for line in ask(HTTPConnection(web), "/metrics").text.splitlines() if line.startswith("rnnlab_sessions ")
    ]
    return int(line.split()[1])


def meet_in_a_room(people: list[BrowserContext], address: str, webs: list[str]) -> str:
    """A teacher, and two pupils whose cookies say the process in which his room is not: the one comes by hand, with a
    text of his own, the other by the link. The room's code; each has one page."""
    teacher, *pupils = people
    page = teacher.new_page()
    page.goto(f"{address}/room?lang=en")
    board = Lab(page)
    board.press("room_open")
    code = board.at("room_way_in").get_by_role("heading").inner_text()
    page.keyboard.press("Escape")
    here = webs["AB".index(code[0])]
    assert [sessions(web) for web in webs] == [web == here for web in webs]
    other = "AB".replace(code[0], "")
    page, second = (pupil.new_page() for pupil in pupils)
    for one in (page, second):
        one.goto(f"{address}/data?lang=en&room={other}22222")  # of a lesson that is over
        expect(one.get_by_text("There is no room")).to_be_visible()
    second.close()
    first = Lab(page)
    first.rests()
    eventually(lambda: [sessions(web) for web in webs] == [1, 1], "teacher and pupil are apart", 30)
    first.write("my own words here")
    page.get_by_role("link", name="Class").first.click()
    first.at("room_code").locator("input").fill(code.lower())
    first.press("room_enter")
    expect(first.at("room")).to_contain_text(f"Room {code} · you are the red owl")
    page.get_by_role("link", name="Data", exact=True).first.click()
    expect(first.at("text").locator("textarea")).to_have_value("my own words here")
    first.press("train").finished()  # watched over a WebSocket of its own
    files = [{"name": "mine.csv", "mimeType": "text/csv", "buffer": b"rain fell\nsun shone\n"}]
    first.at("data_upload").locator("input[type=file]").set_input_files(files)
    expect(first.at("data-preview").locator("tbody tr")).to_have_count(2)
    page = pupils[1].new_page()
    page.goto(f"{address}/?lang=en&room={code}")
    second = Lab(page)
    expect(second.at("room")).to_contain_text("you are the orange fox")
    eventually(lambda: page.evaluate("sessionStorage.getItem('rnnlab-pupil')"), "his tab has kept who he is")
    page.reload()
    expect(second.at("room")).to_contain_text("you are the orange fox")
    expect(board.at("room_pupils").locator("tbody tr")).to_have_count(2)
    eventually(lambda: [sessions(web) for web in webs] == [3 * (web == here) for web in webs], "all are in one place")
    return code


def test_a_reader_stays_with_one_process_a_class_meets_in_one_and_when_it_is_lost_texts_are_not(browsers, tmp_path):
    folders = [tmp_path / name for name in ("web1", "web2", "nginx")]
    for folder in folders:
        folder.mkdir()
    options = {"locale": "en-US", "ignore_https_errors": True}
    people, statuses = [browsers.take(options) for _ in range(3)], []
    with (
        serving(folders[0], RNNLAB_METRICS="1", RNNLAB_ROOMS="A") as one,
        serving(folders[1], RNNLAB_METRICS="1", RNNLAB_ROOMS="B") as other,
    ):
        webs = {url.removeprefix("http://"): process for url, process in (one, other)}
        with proxied(folders[2], tuple(webs)) as (plain, secure):
            tls = ssl._create_unverified_context()
            moved = ask(HTTPConnection("127.0.0.1", plain), "/data?lang=en")
            assert (moved.status, moved.getheader("Location")) == (308, "https://127.0.0.1/data?lang=en")
            secured = HTTPSConnection("127.0.0.1", secure, context=tls)
            assert ask(secured, "/metrics").status == 404
            first = ask(secured, "/")
            assert "lab=" in first.headers.get_all("Set-Cookie")[-1]
            assert first.getheader("Server") == "nginx"
            assert first.getheader("X-Content-Type-Options") == "nosniff"
            code = meet_in_a_room(people, f"https://127.0.0.1:{secure}", list(webs))
            page, first, second = (one.pages[-1] for one in people)
            page.on("response", lambda response: statuses.append((response.url, response.status)))
            page.goto(f"https://127.0.0.1:{secure}/data?epochs=50&lang=en&run=1")
            lab = Lab(page).finished()
            eventually(lambda: sorted(map(sessions, webs)) == [0, 3], "the teacher stays where he was")
            [his] = [web for web in webs if sessions(web)]
            files = [{"name": "mine.csv", "mimeType": "text/csv", "buffer": b"rain fell\nsun shone\n"}]
            lab.at("data_upload").locator("input[type=file]").set_input_files(files)
            expect(lab.at("data-preview").locator("tbody tr")).to_have_count(2)
            assert {status for url, status in statuses if "upload_file" in url} == {204}
            lab.write("rain fell again")
            webs[his].kill()
            [left] = [web for web in webs if web != his]
            eventually(lambda: sessions(left) == 3, "all are with the other", 60)
            lab.rests()
            expect(lab.at("text").locator("textarea")).to_have_value("rain fell again")
            lab.press("train").finished()
            expect(Lab(first).at("text").locator("textarea")).to_have_value("my own words here")
            assert (
                second.goto(f"https://127.0.0.1:{secure}/?lang=en&room={code}").status == 200
            )  # he tries the link again
            for one in (first, second):
                expect(one.get_by_text(f"There is no room {code}, or it has ended")).to_be_visible()
            assert "my own words here" not in unquote((folders[2] / "log").read_text())
            for one in people:
                one.pages[-1].close()
    for one in people:
        browsers.leave(options, one)
