"""Settings for the whole suite: torch is too slow for hypothesis's clock, and its threads would only get in the way."""

import os

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anybody imports torch

settings.register_profile("lab", deadline=None, max_examples=40)
settings.load_profile("lab")


class TwoKinds(LoadScopeScheduling):
    """What drives browsers and worker processes keeps to one of pytest-xdist's workers; the rest goes to the other,
    file by file. (Its own groups by mark do nothing under pytest 9.)"""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "processes" if "/browser/" in file or "/processes/" in file else file


def pytest_xdist_make_scheduler(config, log):
    return TwoKinds(config, log)


@pytest.fixture
def in_this_process(monkeypatch):
    """Jobs run where they are asked for: no worker processes."""
    from rnnlab import engine

    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine, "opened", None)
