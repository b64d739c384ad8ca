"""Files that are none, dropped into the fields for own data and for an experiment: each is refused or read, nothing of
it runs, and the page goes on."""

import gzip
import json
import os
import pickle
import random
import shutil
import struct
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.click import FLAGS
from benchmarks.hostile.strings import MARK, PIECES
from benchmarks.hostile.texts import DRAWN
from benchmarks.server import Row, serving

RAN = Path(tempfile.gettempdir()) / f"rnnlab-hostile-{os.getpid()}"  # written where an unpickled file has its way
SECONDS = 60_000  # ms


class Harm:
    def __reduce__(self):
        return (Path.write_text, (RAN, "it ran"))


def tables() -> dict[str, bytes]:
    chance = random.Random(0)
    return {
        "empty.csv": b"",
        "mark.csv": b"\xef\xbb\xbf",
        "zeros.csv": bytes(100_000),
        "random.csv": chance.randbytes(1_000_000),
        "utf16.csv": "a,b\n我,你\n".encode("utf-16-le"),
        "utf32.txt": "rain fell".encode("utf-32"),
        "lone.txt": "a \ud800 b".encode("utf-8", "surrogatepass"),
        "one_line.csv": b"a," * 2_500_000,
        "columns.csv": b",".join(b"%d" % n for n in range(20_000)) + b"\n" + b"," * 19_999,
        "unclosed.csv": b'label,text\n"a,' + b"b\n" * 50_000,
        "quotes.csv": b'"' * 1_000_001,
        "returns.csv": b"a,b\rc,d\r" * 10_000,
        "mixed.tsv": b"a\tb\n\tc\td\te\n\n\t\n",
        "formula.csv": b"label,text\n=cmd|' /C calc'!A0,@SUM(1)\n",
        "hostile.csv": "\n".join(f'"{one}","{one}"' for one in PIECES).encode("utf-8", "replace"),
        "image.csv": b"\x89PNG\r\n\x1a\n" + chance.randbytes(10_000),
        "bomb.csv": gzip.compress(bytes(200_000_000)),
        "tags.conll": b"a\tB-X\n" * 100_000 + b"\n" * 100_000,
        "harm.safetensors": pickle.dumps(Harm()),
        "long_head.safetensors": struct.pack("<Q", 2**63 - 1) + b"{}",
        "deep_head.safetensors": struct.pack("<Q", 200_000) + b"[" * 200_000,
    }


def experiments() -> dict[str, bytes]:
    return {
        "empty.json": b"",
        "null.json": b"null",
        "list.json": b"[1, 2, 3]",
        "deep.json": b"[" * 500_000,
        "deep_fields.json": b'{"text":' * 20_000 + b"1" + b"}" * 20_000,
        "number.json": b'{"epochs": 1' + b"0" * 100_000 + b"}",
        "nan.json": b'{"lr": NaN, "hidden": Infinity, "seed": -Infinity}',
        "twice.json": b'{"hidden": 4, "hidden": 8, "hidden": "8"}',
        "many.json": json.dumps({f"field{number}": number for number in range(50_000)}).encode(),
        "types.json": json.dumps({"text": ["a"], "cell": {"rnn": 1}, "epochs": True, "lr": "0.1"}).encode(),
        "prototype.json": b'{"__proto__": {"a": 1}, "constructor": 1, "__class__": "x"}',
        "hostile.json": json.dumps({"text": "\n".join(PIECES)}).encode(),
        "lone.json": b'{"text": "a \\ud800 b"}',
        "utf16.json": '{"hidden": 4}'.encode("utf-16"),
        "harm.json": pickle.dumps(Harm()),
        "harm.safetensors": pickle.dumps(Harm()),
        "shapes.safetensors": header({"x": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}, b"0000"),
        "offsets.safetensors": header({"x": {"dtype": "F32", "shape": [1], "data_offsets": [9, 2]}}, b"0000"),
        "metadata.safetensors": header({"__metadata__": {"experiment": "[" * 10_000}}, b""),
    }


def header(entries: dict, data: bytes) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


def drop(page: Page, field: str, name: str, content: bytes) -> None:
    fields = page.locator(f".st-key-{field}_upload input[type=file]")
    fields.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    page.wait_for_timeout(500)  # an upload is no draw yet
    page.wait_for_function(DRAWN, timeout=SECONDS)


def measure() -> list[Row]:
    wrong: list[str] = []
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for path, field, files in (("data", "data", tables()), ("", "file", experiments())):
            for name, content in files.items():
                page = browser.new_page()
                page.on("pageerror", lambda error, name=name: wrong.append(f"{name}: {error}"))
                page.goto(f"http://{server.address}/{path}?lang=en")
                page.wait_for_function(DRAWN, timeout=SECONDS)
                if field == "file":
                    page.locator(".st-key-share").get_by_test_id("stPopoverButton").first.click()
                drop(page, field, name, content)
                if page.get_by_test_id("stException").count() or page.evaluate(f"'{MARK}' in window"):
                    wrong.append(f"{name}: the page failed, or something ran")
                page.keyboard.press("Escape")
                page.locator(".st-key-train button").wait_for(timeout=SECONDS)
                page.close()
        browser.close()
        wrong += server.errors()
    if RAN.exists():
        wrong.append("an unpickled file had its way")
        RAN.unlink()
    for one in wrong[:10]:
        print(one)
    count = len(tables()) + len(experiments())
    return [Row(f"{count} files that are none, what ran, failed or was foreseen by nobody", len(wrong), 0, "")]
