"""Pages are drawn one after the other, by turns of their readers (rnnlab/hosting/turns.py). A page that waits for a
worker lets others draw meanwhile, and one that takes long does now and then."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from pages.shell.readers.this_reader import this_reader
from rnnlab.hosting.turns import Turn, Turns

WHOLE, PART = 0.15, 0.03  # seconds that it takes to draw a page, and a part of one, about

OPENING = 3.0  # times what it takes: who opens the lab waits, rather than those who are at work in it

TURNS = Turns()  # of this process
here = threading.local()  # `turn`: the one in which this thread draws


def current() -> Turn | None:
    return getattr(here, "turn", None)


@contextmanager
def while_others_draw() -> Iterator[None]:
    """This draw waits for something."""
    turn = current()
    if turn is None:  # a test draws
        yield
    else:
        here.turn = None  # it has none to give way
        try:
            with TURNS.put_aside(turn):
                yield
        finally:
            here.turn = turn


def install() -> None:
    """Once a process, before the first session."""
    run_script, enqueue = ScriptRunner._run_script, ScriptRunner._enqueue_forward_msg

    def run_in_turn(self: ScriptRunner, data: RerunData) -> None:
        expected = PART if data.fragment_id_queue else WHOLE
        weight = 1.0 if "here" in self._session_state else OPENING
        with TURNS.turn(this_reader(), expected, weight) as turn:
            here.turn = turn
            try:
                run_script(self, data)
            finally:
                here.turn = None

    def enqueue_and_give_way(self: ScriptRunner, message: ForwardMsg) -> None:
        enqueue(self, message)
        if turn := current():  # what comes from elsewhere is no drawing
            TURNS.give_way(turn)

    ScriptRunner._run_script = run_in_turn  # type: ignore[method-assign]
    ScriptRunner._enqueue_forward_msg = enqueue_and_give_way  # type: ignore[method-assign]
