"""What is changed in Streamlit's dealing with requests. With a real browser: tests/browser/test_reruns.py."""

from typing import Any
from unittest.mock import Mock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from pages.shell import reruns
from pages.shell.page_names import PAGES
from tests.support.reader import looked, until_trained, visit


class Interrupted(BaseException):
    pass


@pytest.fixture
def installed(monkeypatch):
    methods = ((SafeSessionState, "on_script_will_rerun"), (ScriptRequests, "_request_rerun_locked"))
    methods = (*methods, (SafeSessionState, "on_script_finished"), (AppSession, "_create_scriptrunner"))
    for owner, name in (*methods, (AppSession, "request_rerun"), (ForwardMsgQueue, "clear")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # as it was, when the test is over
    reruns.install()


def interrupt():
    raise Interrupted


class Widgets(dict):
    """A session's state, with one click to be met."""

    def on_script_will_rerun(self, *_, **__):
        self.click()


@pytest.mark.usefixtures("installed")
def test_a_clicks_function_is_not_ended_before_its_end():
    widgets = Widgets(count=0)
    session = SafeSessionState(widgets, interrupt)  # another request has come meanwhile

    def click():
        session["count"] = session["count"] + 1

    widgets.click = click
    session.on_script_will_rerun(None)
    assert widgets["count"] == 1
    with pytest.raises(Interrupted):
        session["count"]
    widgets.click = interrupt  # a function that fails
    with pytest.raises(Interrupted):
        session.on_script_will_rerun(None)
    with pytest.raises(Interrupted):
        session["count"]


def states(**values: str) -> WidgetStates:
    found = WidgetStates()
    for id, value in values.items():
        found.widgets.add(id=id, string_value=value)
    return found


def asked(*requests: RerunData) -> dict[str, str]:
    """What the widgets say in the next draw, when these requests have come."""
    queue = ScriptRequests()
    for request in requests:
        queue.request_rerun(request)
    found = queue.on_scriptrunner_ready().rerun_data.widget_states
    return {} if found is None else {widget.id: widget.string_value for widget in found.widgets}


@pytest.mark.usefixtures("installed")
def test_a_timer_speaks_of_no_widget():
    said, tick = RerunData(widget_states=states(cell="gru")), {"fragment_id": "live", "is_auto_rerun": True}
    timer = RerunData(widget_states=states(cell="lstm"), **tick)
    assert asked(timer) == {}
    assert asked(said, timer) == asked(timer, said) == asked(said) == {"cell": "gru"}
    assert asked(RerunData(widget_states=states(cell="rnn"), fragment_id="live")) == {"cell": "rnn"}


@pytest.mark.usefixtures("installed")
def test_a_timer_does_not_lead_back_to_the_page_before():
    go, timer = (
        RerunData(page_script_hash="data"),
        RerunData(page_script_hash="cell", fragment_id="l", is_auto_rerun=True),
    )
    for order in ((go, timer), (timer, go), (go, timer, timer)):
        queue = ScriptRequests()
        for request in order:
            queue.request_rerun(request)
        found = queue.on_scriptrunner_ready().rerun_data
        assert (found.page_script_hash, found.fragment_id_queue, found.is_auto_rerun) == ("data", [], False)


def clicked(id: str) -> WidgetStates:
    found = WidgetStates()
    found.widgets.add(id=id, trigger_value=True)
    return found


GO = RerunData(page_script_hash="data")
OF_PAGE_LEFT = [
    RerunData("v=1", clicked("moved"), page_script_hash="cell", fragment_id="part"),  # in a part of it
    RerunData("v=1", clicked("fold"), page_script_hash="cell"),  # in what every page has
]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("late", OF_PAGE_LEFT)
def test_a_click_made_before_the_browser_heard_of_another_page_does_not_lead_back(late):
    """It is met on the way to that page. Once that is being drawn nobody knows its widget."""
    queue = ScriptRequests()
    queue.request_rerun(GO)
    queue.request_rerun(late)
    found = queue.on_scriptrunner_yield().rerun_data
    assert (found.page_script_hash, found.fragment_id_queue, found.query_string) == ("data", [], "")
    assert found.widget_states == late.widget_states
    assert queue.request_rerun(late)
    assert queue.on_scriptrunner_ready().type == ScriptRequestType.STOP  # there is nothing to draw


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("page", "begun"), [("data", 0), ("cell", 1)])
def test_nor_does_it_where_the_other_page_has_been_drawn(page, begun):
    session = Mock(page_script_hash=page, _scriptrunner=None)
    session._create_scriptrunner = lambda data: AppSession._create_scriptrunner(session, data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_session, "ScriptRunner", runner := Mock())
        said = clicked("fold")
        AppSession.request_rerun(session, ClientState(query_string="v=1", page_script_hash="cell", widget_states=said))
    assert runner.call_count == begun


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "back",
    [
        RerunData(page_script_hash="cell", widget_states=states(lang="en")),  # by its link
        RerunData("v=1", clicked("x"), page_script_hash="cell", is_history_navigation=True),
    ],
)
def test_who_goes_to_a_page_and_to_another_gets_the_last(back):
    queue = ScriptRequests()
    for request in (GO, back):
        queue.request_rerun(request)
    assert queue.on_scriptrunner_ready().rerun_data.page_script_hash == "cell"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("asks_for", "found"), [("cell", "data"), ("text", "text")])
def test_a_script_that_asks_to_be_drawn_again_does_not_lead_back_and_one_that_goes_on_does(
    monkeypatch, asks_for, found
):
    queue = ScriptRequests()
    queue.request_rerun(RerunData("", clicked("row"), page_script_hash="data"))
    monkeypatch.setattr(reruns, "get_script_run_ctx", lambda **_: Mock(page_script_hash="cell"))
    queue.request_rerun(RerunData("v=1", page_script_hash=asks_for))
    drawn = queue.on_scriptrunner_ready().rerun_data
    assert (drawn.page_script_hash, drawn.widget_states) == (found, clicked("row"))


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("timer", "page", "told"),
    [
        (True, "cell", 0),
        (False, "data", 1),  # a click on the page before, which must not lead back to it
    ],
)
def test_a_timer_that_comes_too_late_is_no_news_and_a_click_that_does_is(monkeypatch, timer, page, told):
    """The session holds no part of the page by this name any more."""
    log, session = Mock(), Mock(**{"has_fragment.return_value": False}, page_script_hash=page)
    monkeypatch.setattr(app_session, "_LOGGER", log)
    gone = ClientState(fragment_id="gone", page_script_hash="cell", is_auto_rerun=timer)
    AppSession.request_rerun(session, gone)
    session._create_scriptrunner.assert_not_called()
    session._scriptrunner.request_rerun.assert_not_called()
    assert len(log.method_calls) == told
    AppSession.request_rerun(session, ClientState(page_script_hash="cell"))  # a whole page is drawn all the same
    session._scriptrunner.request_rerun.assert_called_once()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("page", "timer"),
    [("cell", False), ("", False), ("", True)],  # "": a new session, asked by a page that has outlived another
)
def test_a_request_for_a_part_that_is_gone_draws_the_whole_page(page, timer):
    """A new session hears what all widgets say, whoever asks: that is all there is of the one before."""
    session = Mock(**{"has_fragment.return_value": False}, page_script_hash=page)
    said = states(text="typed")
    asked = ClientState(fragment_id="gone", page_script_hash="cell", is_auto_rerun=timer, widget_states=said)
    AppSession.request_rerun(session, asked)
    [(drawn,)] = [call.args for call in session._scriptrunner.request_rerun.call_args_list]
    assert (drawn.fragment_id, drawn.page_script_hash, drawn.is_auto_rerun) == (None, "cell", False)
    assert drawn.widget_states == said


@pytest.mark.parametrize(
    ("part", "clicked", "asks"),
    [
        ("status", False, (True, "status")),  # a look alone
        ("others", False, (False, "others")),  # a value in another part has changed
        ("", False, (False, "")),  # one of the form
        ("status", True, (False, "")),  # a click
    ],
)
def test_a_look_at_a_status_is_told_from_a_value_that_takes_it_along(part, clicked, asks):
    said = ClientState(fragment_id=part)
    said.widget_states.widgets.add(id="run-status__events", json_trigger_value='[{"event": "draw_again", "value": 1}]')
    if clicked:
        said.widget_states.widgets.add(id="train", trigger_value=True)
    reruns.know_looks(said, {"run-status__events": "status"}.get)
    assert (said.is_auto_rerun, said.fragment_id) == asks


def drawn(words: str, part: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, 0]
    message.delta.new_element.markdown.body = words
    message.delta.fragment_id = part
    return message


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("asked_for", [["part"], ["another"], None])
def test_what_was_drawn_goes_to_the_browser_though_a_part_of_it_is_drawn_again(asked_for):
    queue = ForwardMsgQueue()
    whole = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    queue.enqueue(drawn("before", "part"))
    queue.enqueue(whole)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=asked_for)
    queue.enqueue(drawn("after", "part"))
    told = [one.delta.new_element.markdown.body or one.script_finished for one in queue.flush()]
    early, success = ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_SUCCESSFULLY
    assert told == ([early, "after"] if asked_for is None else ["before", success, "after"])


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("asked_for", [["part"], None])
@pytest.mark.parametrize("kind", ["file_urls_response", "backend_operation_response"])
def test_what_a_browser_has_asked_for_is_answered_though_a_draw_begins(kind, asked_for):
    queue, answer = ForwardMsgQueue(), ForwardMsg()
    getattr(answer, kind).SetInParent()
    queue.enqueue(drawn("before", "part"))
    queue.enqueue(answer)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=asked_for)
    queue.enqueue(drawn("after", "part"))
    told = [one.delta.new_element.markdown.body or one.WhichOneof("type") for one in queue.flush()]
    assert told == ([] if asked_for is None else ["before"]) + [kind, "after"]
    assert queue.flush() == []  # once


def told(node: Any) -> list[str]:
    """The widgets in a part of the page, of those that a reader can use, whose value the browser is told, whatever has
    been typed meanwhile."""
    below = [key for child in getattr(node, "children", {}).values() for key in told(child)]
    widget = getattr(node, "proto", None)
    return [*below, *([node.key] if getattr(widget, "set_value", False) and not widget.disabled else [])]


@pytest.mark.parametrize("query", ["preset=clipping", "preset=writer&epochs=1", "preset=noisy-sine&epochs=1"])
def test_a_draw_tells_no_widget_what_it_says_already(query):
    app = until_trained(visit(f"{query}&run=1"))
    for page in PAGES:
        looked(app.switch_page(f"{page}.py").run())
        looked(app.run())
        looked(app.run())
        assert told(app._tree) == ["last_address"], page  # hidden, and for the lab alone


def one_number() -> None:
    import streamlit as st

    @st.fragment
    def part() -> None:
        if "n" not in st.session_state:
            st.session_state["n"] = 7
        st.number_input("n", key="n", step=1)

    part()


@pytest.mark.usefixtures("installed")
def test_a_widget_is_told_a_value_once_though_only_timers_ask_for_more(monkeypatch):
    def asked_by_a_timer(self: LocalScriptRunner, _: RerunData) -> bool:
        [part] = app._fragment_storage._fragments
        self._requests = ScriptRequests()  # without the one for the whole page, with which AppTest begins
        return self._requests.request_rerun(RerunData(fragment_id=part, is_auto_rerun=True))

    app = AppTest.from_function(one_number).run()
    with monkeypatch.context() as patch:
        patch.setattr(LocalScriptRunner, "request_rerun", asked_by_a_timer)
        assert [told(app.run()._tree) for _ in range(3)] == [["n"], [], []]
    assert app.number_input(key="n").value == 7
    app.number_input(key="n").set_value(5).run()
    assert told(app._tree) == []
    assert (app.number_input(key="n").value, app.session_state["n"]) == (5, 5)


def one_number_drawn_twice() -> None:
    import streamlit as st

    if first := "n" not in st.session_state:
        st.session_state["n"] = 7
    st.number_input("n", key="n", step=1)
    if first:
        st.rerun()


@pytest.mark.usefixtures("installed")
def test_what_a_draw_tells_that_ends_for_another_is_told_by_that():
    """The browser may never hear of the first."""
    assert told(AppTest.from_function(one_number_drawn_twice).run()._tree) == ["n"]
