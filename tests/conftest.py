"""Settings for the whole suite: torch is too slow for hypothesis's clock, and its threads would only get in the way."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anybody imports torch

settings.register_profile("lab", deadline=None, max_examples=40)
settings.load_profile("lab")


class ThreeKinds(LoadScopeScheduling):
    """What drives browsers keeps to two of pytest-xdist's workers, each with a server and a Chromium of its own, for
    which it mostly waits; the rest goes to the third, file by file. (Groups by mark do nothing under pytest 9.)"""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        if "/browser/" in file:
            return "browser 1" if Path(file).name < "test_h" else "browser 2"
        return "browser 1" if file.endswith("/test_engine.py") else file


def pytest_xdist_make_scheduler(config, log):
    return ThreeKinds(config, log)


@pytest.fixture
def in_this_process(monkeypatch):
    """Jobs run where they are asked for: no worker processes."""
    from rnnlab import engine

    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine, "opened", None)
