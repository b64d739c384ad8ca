"""What a worker process does, and the process that workers are forked from. Nothing here runs in the web process.

A worker has one connection, to the thread that looks after it, and shares nothing else with anybody: however it is
lost, it takes only its own job along. It reads jobs there, pickled `(function, arguments)`, and writes for each an
empty message when it begins, and a pickled `(whether it went well, result or exception, seconds of computing)` when it
is done. When the connection ends, so does the worker; and when a job has gone over its budget.
"""

import os
import pickle
import queue
import signal
import socket
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from rnnlab.engine.budget import is_over_budget, within_budget
from rnnlab.i18n import LabError

IN_A_WORKER = "In a worker:\n"  # the note of an error begins that says through which lines it came there
NICE = 5  # how far a worker stands back behind the web process, which has little to do and is waited for by all


def serve(control: int) -> None:
    """Load what all workers need, then fork one for each connection that is sent through the socket of this number,
    until its other end is closed: when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends us
    import rnnlab.engine.preload  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a worker ended
    requests = socket.socket(fileno=control)
    while True:
        request, connections, _, _ = socket.recv_fds(requests, 1, 1)
        if not request:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            work(Connection(connections[0]))
        os.close(connections[0])


def work(connection: Connection) -> None:
    """A worker's life, from saying that it is there, with its process id, to the end of its connection."""
    import rnnlab.engine.preload  # noqa: F401  where it was not forked, it is loaded now

    if hasattr(os, "nice"):
        os.nice(NICE)
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=receive, args=(connection, received), daemon=True).start()
    try:
        connection.send_bytes(str(os.getpid()).encode())
        while True:
            payload = received.get()
            connection.send_bytes(b"")  # it has begun: from now on a loss may be the job's own doing
            reply, sound = answer(payload)
            connection.send_bytes(reply)
            if not sound:
                return
    finally:
        os._exit(1)


def receive(connection: Connection, received: "queue.SimpleQueue[bytes]") -> None:
    """In a thread of its own, so that the connection's end is seen while a job is computed, too."""
    try:
        while True:
            received.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(1)


def answer(payload: bytes) -> tuple[bytes, bool]:
    """Do a pickled job: what came of it, and whether the worker is sound afterwards, for one that was interrupted may
    have left something half done. An exception carries its traceback along as a note; what can't be pickled becomes
    one."""
    began = time.thread_time()

    def reply(well: bool, value: Any) -> bytes:
        return pickle.dumps((well, value, time.thread_time() - began))

    try:
        job, args = pickle.loads(payload)
        return reply(True, within_budget(job, *args)), True
    except LabError as error:
        return reply(False, error), not is_over_budget(error)
    except Exception as error:
        error.add_note(IN_A_WORKER + "".join(traceback.format_tb(error.__traceback__)))
        try:
            return reply(False, error), True
        except Exception:
            return reply(False, RuntimeError(repr(error))), True
