"""A job's budget of computing: what exceeds it ends with a sentence, what only waits does not."""

import os
import signal
import time

import pytest

from rnnlab import LabError, Problem
from rnnlab.engine import budget
from rnnlab.engine.budget import is_over_budget, within_budget

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer of computing here")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(budget, "COMPUTING_SECONDS", 0.05)


def compute_for_ever() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:
            continue


def test_a_job_that_computes_for_ever_is_ended_with_a_sentence():
    with pytest.raises(LabError) as ended:
        within_budget(compute_for_ever)
    assert ended.value.problems == (Problem("job_budget", "", {"limit": "0.05"}),)
    assert is_over_budget(ended.value)


def test_waiting_is_no_computing():
    assert within_budget(lambda seconds: time.sleep(seconds) or "done", 0.3) == "done"


def test_each_job_has_a_budget_of_its_own_and_nothing_is_left_behind():
    before = signal.getsignal(signal.SIGPROF)
    for _ in range(4):
        end = time.process_time() + 0.02
        while time.process_time() < end:
            assert within_budget(os.getpid) == os.getpid()
    with pytest.raises(LabError) as own:
        within_budget(raise_own)
    assert not is_over_budget(own.value)
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before


def raise_own() -> None:
    raise LabError(Problem("text_empty", "text"))
