"""The Data page in a browser: files of every kind, pasted lines, and nothing of them ever taken for markup."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from pages.shell.readers.cookie import COOKIE
from rnnlab.experiment.links import from_link
from rnnlab.i18n import translator
from rnnlab.text.tables.encodings import FILE_BYTES
from tests.support.eventually import eventually
from tests.support.lab import serving

MARKUP = "b, strong, em, a, .katex, img, script"
ODD = ['=HYPERLINK("http://example.org","go")', "<img src=x onerror=alert(1)>", "**x** $y$ :red[z]", "[a](http://b.c)"]
CLASSIFY = 1  # the place of the task among the buttons


def on_page(visit, task: int | None = None, query: str = "epochs=2&lang=en", **options):
    lab = visit(query, path="/data", shows="data-own", **options)
    expect(lab.at("data-rows").locator("tbody tr").first).to_be_visible()
    if task is not None:
        button = lab.at("data_task").locator("button").nth(task)
        button.click()
        expect(button).to_have_attribute("aria-checked", "true")
    return lab


def upload(lab, content: bytes | str, name: str = "mine.csv"):
    data = content.encode() if isinstance(content, str) else content
    files = [{"name": name, "mimeType": "text/csv", "buffer": data}]
    lab.at("data_upload").locator("input[type=file]").set_input_files(files)
    return lab


def table(lab, key: str) -> list[list[str]]:
    return [[cell.inner_text() for cell in row.locator("td").all()] for row in lab.at(key).locator("tbody tr").all()]


def weather() -> bytes:
    """Sixty rows of two classes, with cells that would be markup or formulas elsewhere, as GB18030."""
    file = io.StringIO()
    rows = [["晴" if n % 2 else "雨", f"{'阳光很好' if n % 2 else '下着小雨'}，第{n}天"] for n in range(56)]
    csv.writer(file).writerows([["标签", "文本"], *(["晴", odd] for odd in ODD), *rows])
    return file.getvalue().encode("gb18030")


def test_a_file_is_looked_at_used_and_trained_on(visit):
    lab = upload(on_page(visit, CLASSIFY), weather(), "天气.csv")
    expect(lab.at("data_source")).to_contain_text("天气.csv · 1.")
    expect(lab.at("data_encoding").locator("input")).to_have_value("Auto: GB18030")
    expect(lab.at("data-preview").locator("tbody tr")).to_have_count(8)
    assert [row[2] for row in table(lab, "data-preview")][:4] == ODD
    assert lab.at("data-preview").locator(MARKUP).count() == 0
    assert lab.at("train").get_by_role("button").inner_text() == translator("en")("own.train")
    expect(lab.at("train")).to_be_in_viewport()
    lab.press("train")
    eventually(
        lambda: lab.at("text").locator("textarea").input_value().startswith(f"晴 | {ODD[0]}"), "it is in the form"
    )
    assert len(lab.at("text").locator("textarea").input_value().split("\n")) == 60
    assert lab.at("data-rows").locator(MARKUP).count() == 0
    expect(lab.at("status")).to_contain_text("trained", timeout=60_000)
    eventually(lambda: from_link(lab.address.partition("?")[2]).experiment.task == "classify", "the address has it")


@pytest.mark.thorough
def test_what_is_wrong_with_a_file_is_said(visit):
    lab = on_page(visit, CLASSIFY)
    for content, sentence in (
        (b"", "no text"),
        ("好\n".encode() + "坏".encode("gb18030"), "Two encodings"),
        (bytes(range(256)) * 40, "binary"),
        ('pos,"good\nneg,bad', "do not pair up"),
        ("\n".join(f"c{n},t{n}" for n in range(10_000)), "10,000 different labels"),
    ):
        upload(lab, content)
        expect(lab.page.get_by_test_id("stAlert")).to_contain_text(sentence)
        expect(lab.at("data_use")).to_have_count(0)
    upload(lab, "pos,good\nneg,bad")
    expect(lab.at("data-own").get_by_test_id("stAlert")).to_have_count(0)
    expect(lab.button("data_use")).to_be_enabled()


@pytest.mark.thorough
def test_what_the_field_does_not_take_is_said_in_the_readers_language(visit):
    """A file that is too large is not even sent, and Streamlit's English is not shown: beside the file it would be."""
    lab = on_page(visit, CLASSIFY, query="epochs=2&lang=zh")
    sent = []
    lab.page.on("request", lambda request: sent.append(request.url) if "upload_file" in request.url else None)
    refused = lab.at("data_upload").get_by_text(translator("zh")("own.upload.refused", limit=5))
    expect(refused).to_be_hidden()
    upload(lab, b"x" * (FILE_BYTES + 1))
    expect(refused).to_be_visible()
    lab.page.get_by_test_id("stFileChip").hover()
    expect(lab.at("data_upload").get_by_text("MB or smaller")).to_be_hidden()
    expect(lab.page.get_by_test_id("stTooltipErrorContent")).to_be_hidden()
    lab.page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").click()
    expect(refused).to_be_hidden()
    upload(lab, "图", "figure.pdf")
    expect(refused).to_be_visible()
    assert sent == []
    expect(lab.at("data_source")).to_have_count(0)


@contextmanager
def site(answer: dict[str, str]) -> Iterator[str]:
    """Another site than 127.0.0.1, which answers with `answer["page"]`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(answer["page"].encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.mark.thorough
def test_a_file_is_opened_in_the_frame_of_another_site(browsers, tmp_path):
    """Where the browser sends no cookie of the lab's but one that is partitioned."""
    options, answer, statuses = {"locale": "en-US"}, {"page": ""}, []
    browser = browsers.take(options)
    page = browser.new_page()
    page.on("response", lambda response: statuses.append(response.status) if "upload_file" in response.url else None)
    with site(answer) as course, serving(tmp_path, RNNLAB_FRAME_ANCESTORS=course) as (url, _):
        answer["page"] = f'<iframe src="{url}/data?epochs=2&lang=en" width="1200" height="900"></iframe>'
        page.goto(course)
        lab = page.frame_locator("iframe")
        files = [{"name": "mine.csv", "mimeType": "text/csv", "buffer": b"rain fell\nsun shone\n"}]
        lab.locator(".st-key-data_upload input[type=file]").set_input_files(files)
        expect(lab.locator(".st-key-data-preview tbody tr")).to_have_count(2)
        assert statuses == [204]
        kept = {one["name"]: one for one in browser.cookies()}[
            COOKIE
        ]  # by which his tabs in such frames are one reader's
        assert (kept["sameSite"], kept["secure"], kept["httpOnly"]) == ("None", True, True)
        assert kept.get("partitionKey")
        browsers.leave(options, browser)


@pytest.mark.thorough
def test_lines_are_pasted_by_keyboard_and_the_columns_chosen(visit):
    lab = on_page(visit, CLASSIFY)
    lab.write("fine day;sun\nwet day;rain\nhot day;sun\ncold rain;rain", key="data_paste")
    expect(lab.at("data_column_label")).to_be_visible()
    eventually(
        lambda: [row[1:] for row in table(lab, "data-preview")[:1]] == [["fine day", "sun"]], "the preview is there"
    )
    lab.press("data_use")
    expect(lab.at("text").locator("textarea")).to_have_value(
        "sun | fine day\nrain | wet day\nsun | hot day\nrain | cold rain"
    )
    lab.press("data_undo")
    eventually(lambda: "我 喜欢" in lab.at("text").locator("textarea").input_value(), "the text before is back")


@pytest.mark.thorough
def test_a_removed_file_is_gone_and_a_kept_one_survives_page_and_language(visit):
    lab = upload(on_page(visit, CLASSIFY), "pos;good\nneg;bad\npos;fine", "three.txt")
    expect(lab.at("data-preview").locator("tbody tr")).to_have_count(3)
    lab.page.get_by_test_id("stTopNav").get_by_role("link", name="Text", exact=True).click()
    expect(lab.at("text_part")).to_be_visible()
    lab.page.get_by_test_id("stTopNav").get_by_role("link", name="Data", exact=True).click()
    expect(lab.at("data-preview").locator("tbody tr")).to_have_count(3)
    lab.at("lang").get_by_text("中文").click()
    expect(lab.at("data_source")).to_contain_text("three.txt")
    expect(lab.at("data-own")).to_contain_text("用你自己的数据")
    lab.press("data_discard")
    expect(lab.at("data_source")).to_have_count(0)
    upload(lab, "pos;good\nneg;bad", "two.txt")
    expect(lab.at("data-preview").locator("tbody tr")).to_have_count(2)
    lab.page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").click()
    expect(lab.at("data_source")).to_have_count(0)


@pytest.mark.thorough
def test_the_data_at_hand_is_paged_and_held_out_rows_are_apart(visit):
    lab = on_page(visit, query="preset=attention&epochs=2&lang=en")
    first = table(lab, "data-rows")
    assert [row[0] for row in first] == [str(n) for n in range(1, 9)]
    lab.at("data_from").get_by_role("button").last.click()
    eventually(lambda: [row[0] for row in table(lab, "data-rows")] == [str(n) for n in range(9, 17)], "the next ones")
    lab.at("data_part").get_by_text("test", exact=True).click()
    eventually(lambda: [row[0] for row in table(lab, "data-rows")[:1]] == ["1"], "from their beginning")
    assert not {row[1] for row in table(lab, "data-rows")} & {row[1] for row in first}
    assert lab.at("data-rows").locator(".rl-tables").get_attribute("data-mounts") == "1"


@pytest.mark.thorough
def test_what_was_chosen_stays_chosen_under_other_labels(visit):
    """The names of columns and delimiters change with header and language; what they stand for does not."""
    lab = upload(on_page(visit, CLASSIFY), "a;x;one\nb;y;two\na;z;three\nb;w;four", "odd.txt")

    def choose(key: str, option: str) -> None:
        lab.at(key).locator("input").click()
        lab.page.get_by_role("option", name=option, exact=True).click()

    def shows(key: str, label: str) -> None:
        expect(lab.at(key).locator("input")).to_have_value(label)

    choose("data_delimiter", "semicolon ;")
    choose("data_column_text", "Column 2")
    lab.at("data_header").locator("label").first.click()
    shows("data_column_text", "Column 2: x")
    shows("data_column_label", "Column 1: a")
    lab.at("lang").get_by_text("中文").click()
    shows("data_column_text", "第 2 列：x")
    shows("data_delimiter", "分号 ;")
    expect(lab.at("data_task").locator("button").nth(CLASSIFY)).to_have_attribute("aria-checked", "true")
    choose("data_column_text", "第 3 列：one")
    choose("data_column_text", "第 2 列：x")
    lab.at("lang").get_by_text("English").click()
    shows("data_column_text", "Column 2: x")
    shows("data_delimiter", "semicolon ;")
    lab.press("data_use")
    expect(lab.at("text").locator("textarea")).to_have_value("b | y\na | z\nb | w")


@pytest.mark.thorough
def test_a_wide_table_sticks_out_nowhere_and_shuts_nobody_out(visit):
    phone = {"locale": "zh-CN", "color_scheme": "dark", "viewport": {"width": 390, "height": 720}}
    lab = on_page(visit, CLASSIFY, query="epochs=2", **phone)
    wide = ",".join(f"column {n}" for n in range(20))
    upload(lab, f"{wide}\n" + "\n".join(f"{'ab'[n % 2]}," + ",".join(["x" * 300] * 19) for n in range(9)))
    expect(lab.at("data-left-out").or_(lab.at("data-balance")).first).to_be_visible()
    assert lab.wider_than_the_window() == []
    assert lab.barriers(".rl-tables") == []
