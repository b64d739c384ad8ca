"""Which tabs the server lets go of. In a browser: tests/browser/test_lost_session.py."""

from types import SimpleNamespace

import pytest

from pages.shell.server import idle_sessions
from rnnlab import Experiment
from rnnlab.engine import InProcess, runs
from tests.support.run_async import run_async

HOURS = 100.0  # seconds, here


class Lab:
    """As much of a server as sessions are let go of by."""

    def __init__(self, monkeypatch):
        self.now, self.sessions, self.closed = 0.0, [], []
        self._session_mgr = SimpleNamespace(list_active_sessions=lambda: self.sessions)
        monkeypatch.setattr(idle_sessions.runtime, "get_instance", lambda: self)
        monkeypatch.setattr(idle_sessions.time, "monotonic", lambda: self.now)

    def tab(self, **held) -> SimpleNamespace:
        state = {key: SimpleNamespace(value=value) for key, value in held.items()}
        session = SimpleNamespace(
            id=len(self.sessions), session_state=SimpleNamespace(filtered_state=state), _asked=0.0
        )

        async def close(_: int) -> None:
            pass

        client = SimpleNamespace(_websocket=SimpleNamespace(close=close))
        self.sessions.append(SimpleNamespace(session=session, client=client))
        return session

    def close_session(self, id: int) -> None:
        self.closed.append(id)
        self.sessions = [info for info in self.sessions if info.session.id != id]

    def after(self, seconds: float) -> list[int]:
        self.now += seconds
        run_async(idle_sessions.let_go(HOURS))
        return self.closed


@pytest.fixture
def lab(monkeypatch) -> Lab:
    return Lab(monkeypatch)


def trained(going: bool):
    engine = InProcess()
    run = runs.begin(engine, Experiment(epochs=5_000 if going else 3), train=True)
    while run.epoch < (1 if going else 3):
        run = runs.tick(engine, run, slice_seconds=0.0)
    assert run.going == going
    return run


def test_a_tab_is_let_go_of_after_hours_in_which_nothing_was_asked_for(lab):
    lab.tab(live_run=trained(going=False))
    lab.tab()  # it holds next to nothing
    assert lab.after(0.9 * HOURS) == []
    assert lab.after(0.2 * HOURS) == [0]


def test_while_something_goes_on_no_time_is_counted_and_afterwards_all_of_it(lab):
    tab = lab.tab(live_run=trained(going=True))
    assert lab.after(1.5 * HOURS) == []
    tab.session_state.filtered_state["live_run"].value = trained(going=False)
    assert lab.after(0.5 * HOURS) == [], "the reader may be on his way to look at it"
    assert lab.after(0.6 * HOURS) == [0]
