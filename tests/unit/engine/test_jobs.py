"""What a worker may be asked: every name stands for a function that is there, and travels as a name."""

import ast
import pickle
from importlib import import_module

import pytest

from rnnlab import Experiment
from rnnlab.engine import InProcess, jobs
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
