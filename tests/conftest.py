"""Settings for the whole suite.

`pytest` leaves out what is marked `thorough`; `pytest -m ""` runs everything, and hypothesis tries more examples.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anybody imports torch: its threads would get in the way

# torch is too slow for hypothesis's clock. The quick run tries the same examples every time.
settings.register_profile("quick", deadline=None, max_examples=12, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("quick" if config.option.markexpr == "not thorough" else "thorough")


class BrowsersTogether(LoadScopeScheduling):
    """One of pytest-xdist's processes has the browsers to itself, for two at once would be slow on two cores; the other
    takes the rest, file by file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "browser" if "/browser/" in file else file


def pytest_xdist_make_scheduler(config, log):
    return BrowsersTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in `browser` drives a real browser, what lies in `processes` starts processes of its own."""
    for item in items:
        folder = Path(item.path).relative_to(Path(__file__).parent).parts[0]
        if folder in ("browser", "processes"):
            item.add_marker(folder)


@pytest.fixture
def in_this_process(monkeypatch):
    """Jobs run where they are asked for: no worker processes."""
    from rnnlab import engine

    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine.shared_engine, "value", None)
