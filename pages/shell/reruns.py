"""How Streamlit is kept from losing what a reader does while the page is busy. A click, or another value in the form,
comes with a request to draw the page again; while a run or a race goes on a timer asks too. Left to itself
Streamlit drops some of them:

- It ends what it is at as soon as the session's state is looked at, be it in the middle of a click's function, and does
  not call that again.
- A timer's request brings what all widgets say. A new value that it brings before the request of its own counts as told
  then, so that its function runs in a draw of a part of the page; what that function fills the form with is undone by
  the old values in the request that follows.
- A request of the page that is being left, by a part of it, by its script, or by a click that was made before the
  browser heard of the other page, takes the session back to that page.
- A timer whose part of the page is gone asks once more, before the browser has heard of it: Streamlit tells the log.
- A click in a part of the page that is gone is dropped: its run has ended meanwhile, say, and another part has taken
  its place; or the session was lost, and this is a new one.
- A request for a part of the page, met before all of the whole page has left for the browser, takes what there is of
  that part out of the queue. The browser hears that the page is whole, throws that part away, and builds it anew.
- A widget that is given a value, be it the one it has, shows that, whatever the reader has typed meanwhile; and it is
  given it in every draw until a request says what all widgets say, which a timer's does not.
- A value that has changed is told in one message with a look at a run's status that was about to be asked for by
  itself, in another part of the page: it is no look then, for there is no other message.
- An answer that a browser waits for, such as where a file is to be sent, is thrown away with what was drawn when
  another draw begins: the file is gone, without a word.
- What a button returns it returns to one draw only, which may be ended before it comes to the button.

So every click has a function, which is ended by nothing, as is what a draw must do wholly or not at all (`unbroken`); a
timer speaks of no widget, nor joins a request for a whole page, which draws its part anyway, and that it comes too late
is no news; what is said of the page that is being left joins the request for the next one, and counts for nothing once
that is being drawn, where nobody knows its widgets; a click in a part that is gone draws the whole page; all that was
drawn goes to the browser, and every answer does; and a draw gives a widget another value only (`set_widget`), and once.
`runner.fastReruns` is off for the same reason: requests are met one after the other, and not at once in two threads
that change one state.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests, ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

from pages.shell.readers import drawing
from pages.shell.state import session

ANSWERS = ("file_urls_response", "backend_operation_response", "heartbeat_ack")  # kinds of messages
SLICE = 0.05  # seconds that a click waits at most for a page that waits


def waiting(seconds: float) -> Iterator[float]:
    """How long to wait now, in seconds, until so many are over. In between Streamlit may end this draw for another."""
    deadline = time.monotonic() + seconds
    with drawing.while_others_draw():
        while (left := deadline - time.monotonic()) > 0:
            yield min(left, SLICE)
            _ = session.get("run")


@contextmanager
def unbroken(state: SafeSessionState | None = None) -> Iterator[None]:
    """What is done here, with the state of this session, is not ended half way: the next request waits."""
    context = get_script_run_ctx()
    state = state or (context.session_state if context else None)
    if state is None:
        yield
        return
    give_way = state._yield_callback
    object.__setattr__(state, "_yield_callback", lambda: None)  # setting it plainly would be a session's value
    try:
        yield
    finally:
        object.__setattr__(state, "_yield_callback", give_way)


def set_widget(key: str, value: Any) -> None:
    """Let the widget of this key, which is yet to be drawn, say this value, where it says another."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def redraw_page() -> None:
    """For a click's function: what it changes stands outside the part of the page that is drawn for the click."""
    session["redraw"] = True


def meet_redraw() -> None:
    """A part of the page is drawn: is that enough?"""
    if session.get("redraw"):
        st.rerun()


def begin_page() -> None:
    """The whole page is drawn."""
    session["redraw"] = False


def know_looks(client_state: ClientState, part_of: Callable[[str], str | None]) -> None:
    """Where the status of a run asks for its part of the page, and nobody clicked, it is as if a timer asked. A click
    that comes in the same message may be of another part: the whole page is drawn. Where the message asks for another
    part than the status does, it is about a value that has changed there. `part_of`: in which part a widget stands, by
    its id; "" in none, None where that is not known."""
    triggers = [one for one in client_state.widget_states.widgets if is_trigger(one)]
    looks = [one for one in triggers if '"draw_again"' in one.json_trigger_value]
    if len(looks) < len(triggers) and looks:
        client_state.fragment_id = ""
    elif looks and all(part_of(one.id) in (None, client_state.fragment_id) for one in looks):
        client_state.is_auto_rerun = True


def is_of_page_left(data: RerunData, page: str) -> bool:
    """Whether who asks has not heard yet that the session goes to this page. A link asks for its page without a query,
    or with that of the browser's history; a click comes with the query of its page."""
    if page in ("", data.page_script_hash):
        return False
    if data.fragment_id or data.fragment_id_queue:
        return True
    if (context := get_script_run_ctx(suppress_warning=True)) is not None:
        return data.page_script_hash == context.page_script_hash  # st.rerun; st.switch_page names another
    return bool(data.query_string) and not data.is_history_navigation and any(map(is_trigger, said_by(data)))


def said_by(data: RerunData) -> Iterable[WidgetState]:
    return () if data.widget_states is None else data.widget_states.widgets


def is_trigger(state: WidgetState) -> bool:
    return "trigger" in (state.WhichOneof("value") or "")


def on_page(data: RerunData, page: str, query: str) -> RerunData:
    """The same request, for the whole of this page."""
    return replace(
        data, page_script_hash=page, page_name="", query_string=query, fragment_id=None, fragment_id_queue=[]
    )


def note_what_is_told(state: SessionState, drawn: frozenset[str]) -> None:
    """The widgets with these ids were drawn, each with the value that it was given: it is no new one any more."""
    for key in [*state._new_session_state]:
        if (id := state._get_widget_id(key)) in drawn:
            state._old_state[id] = state._new_session_state.pop(key)
            state._new_widget_state.states.pop(id, None)


def install() -> None:
    """Once a process, before the first session."""
    run_callbacks, request_rerun = SafeSessionState.on_script_will_rerun, ScriptRequests._request_rerun_locked
    hear_request, begin, clear = AppSession.request_rerun, AppSession._create_scriptrunner, ForwardMsgQueue.clear
    finish = SafeSessionState.on_script_finished

    def run_all_callbacks(self: SafeSessionState, *args: Any, **options: Any) -> None:
        with unbroken(self):
            run_callbacks(self, *args, **options)

    def finish_and_note_what_is_told(self: SafeSessionState, *about: Any, **options: Any) -> None:
        context = get_script_run_ctx()
        finished = options.get("remove_stale_widgets", True)  # else another draw takes its place
        if finished and context and context.fragment_ids_this_run:  # a page may be left before the browser has built it
            note_what_is_told(self._state, context.shared.widget_ids_this_run.snapshot())
        finish(self, *about, **options)

    def request_rerun_on_the_way(self: ScriptRequests, new_data: RerunData) -> bool:
        waits = self._state == ScriptRequestType.RERUN and not self._rerun_data.fragment_id_queue  # for a whole page
        page, query = vars(self).get("_heading", ("", ""))  # of what was asked for last
        left = is_of_page_left(new_data, page)
        if (waits and new_data.is_auto_rerun) or (left and not waits):
            return True
        if new_data.is_auto_rerun:
            new_data = replace(new_data, widget_states=None)
        if left:
            new_data = on_page(new_data, page, query)
        vars(self)["_heading"] = new_data.page_script_hash, new_data.query_string
        return request_rerun(self, new_data)

    def begin_where_the_session_is(self: AppSession, data: RerunData) -> None:
        if not is_of_page_left(data, self.page_script_hash):
            begin(self, data)

    def hear_request_for_what_is_there(self: AppSession, client_state: ClientState | None) -> None:
        if client_state:
            widgets = self.session_state._new_widget_state.widget_metadata
            know_looks(client_state, lambda id: (widgets[id].fragment_id or "") if id in widgets else None)
        if client_state and client_state.fragment_id and not self.has_fragment(client_state.fragment_id):
            if self.page_script_hash == "":  # a new session, of a page that has lost its own, whoever asks
                client_state.fragment_id, client_state.is_auto_rerun = "", False
            elif client_state.is_auto_rerun:
                return
            elif self.page_script_hash == client_state.page_script_hash:  # a click on the page before leads not there
                client_state.fragment_id = ""
        hear_request(self, client_state)

    def clear_for_whole_page(
        self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        if not fragment_ids_this_run:
            answers = [message for message in self._queue if message.WhichOneof("type") in ANSWERS]
            clear(self, retain_lifecycle_msgs)
            if retain_lifecycle_msgs:  # else they have been sent
                self._queue[:0] = answers
        self._delta_index_map = {}  # what comes is not put in the place of what stands there

    SafeSessionState.on_script_will_rerun = run_all_callbacks  # type: ignore[method-assign]
    SafeSessionState.on_script_finished = finish_and_note_what_is_told  # type: ignore[method-assign]
    ScriptRequests._request_rerun_locked = request_rerun_on_the_way  # type: ignore[method-assign]
    AppSession.request_rerun = hear_request_for_what_is_there  # type: ignore[method-assign]
    AppSession._create_scriptrunner = begin_where_the_session_is  # type: ignore[method-assign]
    ForwardMsgQueue.clear = clear_for_whole_page  # type: ignore[method-assign]
