"""Settings for the whole suite: torch is too slow for hypothesis's clock, and its threads would only get in the way."""

import os

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anybody imports torch

settings.register_profile("lab", deadline=None, max_examples=40)
settings.load_profile("lab")


@pytest.fixture
def in_this_process(monkeypatch):
    """Jobs run where they are asked for: no worker processes."""
    from rnnlab import engine

    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine, "opened", None)
