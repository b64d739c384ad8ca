"""Settings for the whole suite: torch is too slow for hypothesis's clock, and its threads would only get in the way."""

import os

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anybody imports torch

settings.register_profile("lab", deadline=None, max_examples=40)
settings.load_profile("lab")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What drives browsers and worker processes keeps to one of pytest-xdist's workers, the rest goes to the other."""
    for item in items:
        if item.path.parent.name == "browser" or item.path.name == "test_engine.py":
            item.add_marker(pytest.mark.xdist_group("processes"))


@pytest.fixture
def in_this_process(monkeypatch):
    """Jobs run where they are asked for: no worker processes."""
    from rnnlab import engine

    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine, "opened", None)
