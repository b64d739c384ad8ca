"""What a worker may be asked: every name stands for a function that is there, and travels as a name."""

import ast
import pickle
import threading
import time
from importlib import import_module

import pytest
import torch

from rnnlab import Experiment
from rnnlab.engine import InProcess, jobs
from rnnlab.engine.worker import answer
from rnnlab.records.history import History
from tests.support.eventually import ROOT

NAMES = [(module, name) for module, names in jobs.JOBS.items() for name in names]


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_job_is_a_function_of_its_module_and_travels_by_name(module, name):
    job, function = getattr(jobs, name), getattr(import_module(module), name)
    assert (function.__module__, function.__qualname__) == (module, name)
    assert (job.__module__, job.__qualname__) == ("rnnlab.engine.jobs", name)
    assert pickle.loads(pickle.dumps((job, (1,)))) == (job, (1,))


def test_whoever_reads_types_is_told_of_each_job():
    tree = ast.parse((ROOT / "rnnlab" / "engine" / "jobs.py").read_text("utf-8"))
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    told = {(node.module, alias.name) for node in typed.body for alias in node.names}
    assert told == set(NAMES)


def test_a_job_that_is_called_is_the_function():
    state, history = InProcess().submit(jobs.start, Experiment(epochs=3)).result()
    assert isinstance(history, History)
    after, chunk = jobs.advance(state, 60.0, 2)
    assert (after.epoch, len(chunk.snapshots)) == (2, 2)


def test_in_somebody_elses_process_a_job_computes_on_one_thread_and_gives_the_setting_back():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        assert jobs.Job("torch", "get_num_threads")() == 1
        assert isinstance(InProcess().submit(jobs.Job("torch", "zeros"), -1).exception(), RuntimeError)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_jobs_in_this_process_wait_for_one_another():
    """Two that overlapped would take away each other's setting of threads."""
    engine, begun, go_on, under_way, most = InProcess(), threading.Event(), threading.Event(), [], []

    def job() -> None:
        under_way.append(1)
        most.append(len(under_way))
        begun.set()
        go_on.wait(10)
        under_way.pop()

    both = [threading.Thread(target=engine.submit, args=(job,)) for _ in range(2)]
    for thread in both:
        thread.start()
    assert begun.wait(10)
    both[1].join(0.05)
    go_on.set()
    for thread in both:
        thread.join(10)
    assert most == [1, 1]


@pytest.mark.parametrize(
    ("job", "argument", "least", "most"),
    [(time.sleep, 0.2, 0.0, 0.1), (sum, range(2_000_000), 0.005, 10.0), (time.sleep, -1, 0.0, 0.1)],
    ids=["waits", "computes", "fails"],
)
def test_a_worker_says_how_long_it_computed(job, argument, least, most):
    reply, sound = answer(pickle.dumps((job, (argument,))))
    well, _, seconds = pickle.loads(reply)
    assert (well, sound) == (argument != -1, True)
    assert least <= seconds <= most
