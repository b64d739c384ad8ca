"""Settings for the whole suite.

`pytest` leaves out what is marked `thorough`; `pytest -m ""` runs everything, and hypothesis tries more examples.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anybody imports torch: its threads would get in the way

# torch is too slow for hypothesis's clock. The quick run tries the same examples every time.
settings.register_profile("quick", deadline=None, max_examples=12, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("quick" if config.option.markexpr == "not thorough" else "thorough")
    if not hasattr(config, "workerinput"):  # the process that starts the others
        shared = TemporaryDirectory()
        os.environ["SHARED_BY_TESTS"] = shared.name
        config.add_cleanup(shared.cleanup)


class FromBothEnds(LoadScopeScheduling):
    """Files are in their order, those with a browser first. One of pytest-xdist's processes takes them from the front,
    the others from the back: two browsers at once would be slow on two cores, and they are two only at the very end,
    when nothing else is left to do."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node is not self.nodes[0]:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FromBothEnds:
    return FromBothEnds(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in `browser` drives a real browser, what lies in `processes` starts processes of its own."""
    for item in items:
        folder = Path(item.path).relative_to(Path(__file__).parent).parts[0]
        if folder in ("browser", "processes"):
            item.add_marker(folder)


@pytest.fixture
def in_this_process(monkeypatch):
    """Jobs run where they are asked for: no worker processes. A click waits for its first result, however long that
    takes on a busy machine."""
    from pages.shell.form import presets
    from pages.shell.run import run_controls
    from rnnlab import engine
    from rnnlab.engine import live_runs

    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine.shared_engine, "value", None)
    for clicks in (presets, run_controls):
        monkeypatch.setattr(clicks, "PATIENCE", 60.0)
    yield
    live_runs.close_shared()  # what goes on ends with the test


@pytest.fixture
def without_pandas(monkeypatch):
    """Importing it fails: the web process can do without, and without its 34 MB."""
    monkeypatch.setitem(sys.modules, "pandas", None)
