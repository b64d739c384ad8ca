"""What a page says while an answer is not there."""

from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from pages.shell import ask_worker
from rnnlab.engine import jobs
from rnnlab.i18n import LANGUAGES, translator
from tests.support.callbacks import in_session


@dataclass
class BusyEngine:
    at: int = 0
    starting: bool = False

    def submit(self, *_: object) -> Future:
        return Future()

    def place(self, _: Future) -> int:
        return self.at


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("engine", "key", "said"),
    [
        (BusyEngine(at=3), "ask.waits", "2"),
        (BusyEngine(at=1), "ask.next", "0.01"),
        (BusyEngine(), "ask.computes", "0.01"),
        (BusyEngine(at=3, starting=True), "workers.starting", ""),
    ],
)
def test_it_says_how_long_it_has_waited_and_what_is_before_it(monkeypatch, engine, key, said, lang):
    told: list[str] = []
    monkeypatch.setattr(ask_worker, "PATIENCE", 0.01)
    monkeypatch.setattr(ask_worker, "workers", lambda: engine)
    monkeypatch.setattr(ask_worker.st, "info", told.append)
    with in_session({"lang": lang}):
        assert ask_worker.ask_worker(jobs.trace, f"{key}{lang}") is None
    assert told == [translator(lang)(key, seconds="0.01", before=2)]
    assert said in told[0]
