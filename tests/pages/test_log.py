"""What the server writes down of an error says where it came from, and nothing that a reader has typed."""

import json
import logging

import pytest

from pages.shell.server.log import JsonLines
from rnnlab.engine import Workers
from rnnlab.engine.worker import answer
from rnnlab.i18n import logged

TYPED = "我的秘密 secret"


@pytest.fixture
def events(monkeypatch) -> list[dict]:
    written: list[dict] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(JsonLines().format(record)))

    logger = logging.getLogger("rnnlab")
    monkeypatch.setattr(logger, "handlers", [Kept()])
    return written


def test_an_error_is_its_kind_and_its_lines_and_so_is_what_it_came_of(events):
    try:
        try:
            int(TYPED)
        except ValueError as cause:
            raise KeyError(TYPED) from cause
    except KeyError as error:
        error.add_note(TYPED)
        number = logged(error)
    [event] = events
    assert event["number"] == number
    assert event["level"] == "ERROR"
    assert [one["kind"] for one in event["errors"]] == ["KeyError", "ValueError"]
    here = [one["lines"][-1] for one in event["errors"]]
    assert all(line.startswith("tests/pages/test_log.py:") for line in here)
    assert TYPED not in json.dumps(event, ensure_ascii=False)


def test_what_went_wrong_in_a_worker_is_found_by_its_lines_there(events):
    workers = Workers(1)
    try:
        error = workers.submit(int, TYPED).exception(60)
        deep = workers.submit(answer, b"no pickle " + TYPED.encode()).result(60)
    finally:
        workers.close()
    assert deep[1]  # the worker is sound
    logged(error)
    told = json.dumps(events, ensure_ascii=False)
    assert "ValueError" in told
    assert "rnnlab/engine/worker.py" in told
    assert TYPED not in told


@pytest.mark.parametrize(
    ("message", "args", "event"),
    [
        ("%s bytes are more than %d", (12, 3), "12 bytes are more than 3"),
        ("no such file: %s", (TYPED,), "no such file: %s"),
        ("%(size)d of %(name)s", ({"size": 1, "name": TYPED},), "%(size)d of %(name)s"),
    ],
)
def test_of_what_is_filled_in_numbers_alone_are_told(message, args, event):
    record = logging.getLogger("any").makeRecord("any", logging.WARNING, "file", 1, message, args, None)
    assert json.loads(JsonLines().format(record))["event"] == event
