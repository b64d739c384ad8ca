"""Draws of pages take turns, and let others draw while they wait. Whose turn it is: unit/hosting/test_turns.py."""

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from pages.shell import reruns
from pages.shell.readers import drawing
from pages.shell.server import theme
from rnnlab.hosting.readers import Readers
from rnnlab.hosting.turns import Turns


@pytest.fixture
def turns(monkeypatch) -> Turns:
    """Of a process in which only the test draws."""
    monkeypatch.setattr(drawing, "TURNS", Turns())
    monkeypatch.setattr(drawing, "this_reader", lambda: Readers().find("", ""))
    for name in ("_run_script", "_enqueue_forward_msg"):
        monkeypatch.setattr(ScriptRunner, name, getattr(ScriptRunner, name))  # put back afterwards
    return drawing.TURNS


class Session:
    """As much of a session's runner as is drawn by turns."""

    def __init__(self, *keys: str):
        self._session_state = dict.fromkeys(keys)


def installed(monkeypatch, script) -> None:
    monkeypatch.setattr(ScriptRunner, "_run_script", script)
    monkeypatch.setattr(ScriptRunner, "_enqueue_forward_msg", lambda *_: None)
    drawing.install()


def test_a_draw_has_its_turn_until_its_end_and_none_while_it_waits(turns, monkeypatch):
    seen = []

    def script(runner, _):
        seen.append(len(turns.drawing))
        for _ in reruns.waiting(0.01):
            seen.append(len(turns.drawing))
            assert drawing.current() is None  # what it puts into the page meanwhile gives nobody way
            break
        assert drawing.current() in turns.drawing
        seen.append(len(turns.drawing))
        ScriptRunner._enqueue_forward_msg(runner, None)
        raise ZeroDivisionError

    installed(monkeypatch, script)
    with pytest.raises(ZeroDivisionError):
        ScriptRunner._run_script(Session(), RerunData())
    assert seen == [1, 0, 1]
    assert not turns.drawing
    ScriptRunner._enqueue_forward_msg(Session(), None)  # of nobody's turn
    assert not turns.drawing


@pytest.mark.parametrize(
    ("keys", "data", "wanted"),
    [
        ((), RerunData(), drawing.WHOLE * drawing.OPENING),
        (("here",), RerunData(), drawing.WHOLE),
        (("here",), RerunData(fragment_id_queue=["part"]), drawing.PART),
    ],
)
def test_a_click_counts_less_than_a_page_and_that_less_than_to_open_the_lab(turns, monkeypatch, keys, data, wanted):
    asked = []

    def script(*_):
        [turn] = turns.drawing
        asked.append(turn.expected * turn.weight)

    installed(monkeypatch, script)
    ScriptRunner._run_script(Session(*keys), data)
    assert asked == [pytest.approx(wanted)]


def test_the_theme_that_is_known_is_the_one_that_streamlit_reads(monkeypatch):
    sections = ("theme", "theme.light", "theme.dark", "theme.sidebar")
    wanted = [theme_as_read(section) for section in sections]
    assert wanted[1].primary_color
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)  # put back afterwards
    theme.install()
    for _ in range(2):
        assert [theme_as_read(section) for section in sections] == wanted


def theme_as_read(section: str) -> CustomThemeConfig:
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message, section)
    return message
