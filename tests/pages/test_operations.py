"""What whoever runs the lab may ask it. With a real server and its workers: tests/browser/test_server.py."""

import asyncio
from concurrent.futures import Future

import pytest
from starlette.requests import Request

from pages.shell.server import operations
from pages.shell.server.operations import Health
from rnnlab.i18n import LabError, Problem
from tests.support.run_async import run_async


@pytest.fixture
def asked(monkeypatch) -> list[Future]:
    """What was asked of workers, each a future that the test answers."""
    futures: list[Future] = []

    def submit() -> Future:
        futures.append(Future())
        return futures[-1]

    monkeypatch.setattr(operations, "submit", submit)
    return futures


async def until(condition) -> None:
    while not condition():
        await asyncio.sleep(0.001)


def request(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]})


async def statuses(health: Health, count: int) -> set[tuple[int, bytes]]:
    answers = await asyncio.gather(*(health.serve(request()) for _ in range(count)))
    return {(answer.status_code, answer.body) for answer in answers}


def test_however_many_want_to_know_one_question_is_asked_a_second(asked):
    async def look() -> None:
        health = Health()
        for questions in (1, 2):
            crowd = asyncio.create_task(statuses(health, 20))
            await until(lambda wanted=questions: len(asked) == wanted)
            asked[-1].set_result(None)
            assert await crowd == {(200, b"ok")}
            assert await statuses(health, 20) == {(200, b"ok")}  # still fresh
            assert len(asked) == questions
            health.answered -= operations.FRESH

    run_async(look())


def test_that_no_worker_answers_is_said_until_one_does(asked, monkeypatch):
    monkeypatch.setattr(operations, "PATIENCE", 0.05)

    async def look() -> None:
        health = Health()
        for _ in range(3):
            assert await statuses(health, 2) == {(503, b"no worker answers")}
        assert len(asked) == 1  # it still waits in the queue
        asked[0].set_result(None)
        await until(lambda: health.question is None)
        assert await statuses(health, 2) == {(200, b"ok")}
        assert len(asked) == 1

    run_async(look())


def test_a_worker_that_can_not_be_started_is_said_at_once_and_asked_for_anew(asked):
    async def look() -> None:
        health = Health()
        for questions in (1, 2):
            answer = asyncio.create_task(statuses(health, 1))
            await until(lambda wanted=questions: len(asked) == wanted)
            asked[-1].set_exception(LabError(Problem("worker_lost", "", {"reason": "WorkerDied"})))
            assert await answer == {(503, b"no worker answers")}

    run_async(look())


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded", "via"])
def test_figures_are_told_to_nobody_who_comes_through_a_proxy(header, monkeypatch):
    monkeypatch.setattr(operations, "metrics", lambda: "figures")
    assert run_async(operations.serve_metrics(request(**{header: "203.0.113.5"}))).status_code == 404
    assert run_async(operations.serve_metrics(request())).body == b"figures"
