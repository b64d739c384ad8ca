"""A job's budget of computing: what exceeds it ends with a sentence, what only waits does not."""

import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from rnnlab import LabError, Problem
from rnnlab.engine import budget
from rnnlab.engine.budget import is_over_budget, within_budget

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer of computing here")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(budget, "COMPUTING_SECONDS", 0.05)


def in_a_thread(job, *args):
    """As Dask's workers do jobs."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(within_budget, job, *args).result()


@pytest.fixture(params=[within_budget, in_a_thread], ids=["first thread", "any other"])
def within(request):
    if request.param is in_a_thread and not hasattr(time, "pthread_getcpuclockid"):
        pytest.skip("nobody tells what a thread has computed")
    return request.param


def compute_for_ever() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:
            continue


def test_a_job_that_computes_for_ever_is_ended_with_a_sentence(within):
    with pytest.raises(LabError) as ended:
        within(compute_for_ever)
    assert ended.value.problems == (Problem("job_budget", "", {"limit": "0.05"}),)
    assert is_over_budget(ended.value)


def test_waiting_is_no_computing(within):
    assert within(lambda seconds: time.sleep(seconds) or "done", 0.3) == "done"


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


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="nobody tells what a thread has computed")
def test_a_thread_whose_job_ends_just_then_is_left_alone(monkeypatch):
    """Over its budget or not, nothing is raised behind it."""
    monkeypatch.setattr(budget, "COMPUTING_SECONDS", 0.003)

    def compute(seconds: float) -> str:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        return "done"

    def many() -> Counter[str]:
        came: Counter[str] = Counter()
        for number in range(300):
            try:
                came[within_budget(compute, 0.002 + 1e-5 * number)] += 1
            except LabError:
                came["over"] += 1
            sum(map(abs, range(500)))  # were anything still to be raised, it would be here
        return came

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads alternate so often that it happens at every moment
    try:
        with ThreadPoolExecutor(1) as threads:
            came = threads.submit(many).result()
    finally:
        sys.setswitchinterval(interval)
    assert came.total() == 300
    assert min(came["done"], came["over"]) > 20, came


def raise_own() -> None:
    raise LabError(Problem("text_empty", "text"))
