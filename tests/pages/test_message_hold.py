"""What Streamlit says to a browser is held back, and nothing of it is lost."""

import asyncio
from types import SimpleNamespace

import pytest
from streamlit.runtime.app_session import AppSession

from pages.shell.server import message_hold
from tests.support.run_async import run_async


@pytest.fixture
def sessions(monkeypatch):
    """Two of them, with what each of them has to say; and the times at which the server was asked to look again."""
    monkeypatch.setattr(AppSession, "flush_browser_queue", lambda self: self.queue.copy() and [self.queue.pop(0)])
    monkeypatch.setattr(message_hold, "get_script_run_ctx", lambda: SimpleNamespace(session_id="held"))
    monkeypatch.setattr(message_hold, "LONGEST", 0.2)
    monkeypatch.setattr(message_hold, "held", {})
    message_hold.install()
    return [SimpleNamespace(id=id, queue=["word"], _message_enqueued_callback=None) for id in ("held", "other")]


def flush(session) -> list:
    return AppSession.flush_browser_queue(session)


def test_only_who_is_held_waits_until_released(sessions):
    held, other = sessions
    message_hold.hold()
    assert (flush(held), flush(other)) == ([], ["word"])
    message_hold.release()
    assert flush(held) == ["word"]


def test_or_until_the_longest_time_is_over_though_nothing_else_is_said(sessions):
    held = sessions[0]

    async def wait() -> list:
        looked_again = asyncio.Event()
        held._message_enqueued_callback = looked_again.set
        message_hold.hold()
        assert flush(held) == []
        await asyncio.wait_for(looked_again.wait(), 10)
        return flush(held)

    assert run_async(wait()) == ["word"]


@pytest.mark.usefixtures("sessions")
def test_a_session_that_left_meanwhile_leaves_nothing_behind():
    message_hold.held["gone"] = 0.0
    message_hold.hold()
    assert list(message_hold.held) == ["held"]
