"""What a session holds is gone with it, and equal things are held once."""

import gc
import weakref
from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from pages.shell.ask_worker import HELD
from pages.shell.page_names import PAGES
from pages.shell.server import memory
from rnnlab.engine.runs import RECORDED
from rnnlab.records.history import History
from tests.support.eventually import eventually
from tests.support.reader import looked, visit


def living() -> int:
    return sum(type(one) is History for one in gc.get_objects())


@pytest.mark.usefixtures("in_this_process", "without_pandas")
def test_a_session_that_has_seen_every_page_leaves_nothing_behind():
    """Two that ask the same hold the answers once."""
    gc.collect()
    before = living(), len(HELD), len(RECORDED)
    sessions = [visit("preset=gru-tagger&epochs=3&run=1&lang=en") for _ in range(2)]
    for app in sessions:
        for page in PAGES:
            looked(app.switch_page(f"{page}.py").run())
    one, other = (app.session_state for app in sessions)
    assert one["run"].id != other["run"].id
    assert one["run"].history.frames is other["run"].history.frames
    assert one["run"].history.checkpoints is other["run"].history.checkpoints
    assert one["answers"].keys() == other["answers"].keys() != set()
    assert all(one["answers"][key] is other["answers"][key] for key in one["answers"])
    ends = [weakref.ref(one["run"]), weakref.ref(one["run"].history), weakref.ref(next(iter(one["answers"].values())))]
    del one, other, app, sessions
    gc.collect()
    assert [end() for end in ends] == [None] * 3

    def nothing_more() -> bool:  # sessions of other tests may end too; a slice that is under way comes to its end
        gc.collect()
        now = living(), len(HELD), len(RECORDED)
        return all(after <= first for after, first in zip(now, before, strict=True))

    eventually(nothing_more, "all is gone")


def test_sessions_whose_time_is_over_are_forgotten_though_no_other_comes(monkeypatch):
    class Session:
        id = "gone"

    storage, session = MemorySessionStorage(ttl_seconds=0), Session()
    end = weakref.ref(session)
    storage.save(SimpleNamespace(session=session))
    del session
    assert end() is not None
    manager = SimpleNamespace(_session_storage=storage, num_active_sessions=lambda: 2)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    assert memory.forget_expired() == 2
    assert end() is None
