"""Worker processes, as the process sees them that starts them: how one is made, asked, and lost."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, ClassVar

from rnnlab.engine.worker import work

LOADING_SECONDS = 120.0  # that a fork server may take to load torch, or a worker that is not forked
FORKING_SECONDS = 10.0  # that one which has loaded it may take to fork
STOPPED_SECONDS = 5.0  # that it may stand still by order (SIGSTOP) meanwhile, for who stopped it may let it go on
TAKING_SECONDS = 10.0  # that an idle worker may take to begin a job: one that does not is stopped
LOOK = 0.5  # seconds between two looks at what one waits for

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows knows only the latter, and ends a process no less


class WorkerDied(Exception):
    """A worker is gone, or none could be started."""


class WorkerHung(Exception):
    """A worker took longer than it may, and was ended."""


class Worker:
    """A running worker process, at the other end of a connection that nobody else has."""

    def __init__(self, connection: Any, pid: int):
        self.connection, self.pid = connection, pid
        self.deadline = inf  # by the monotonic clock
        self.hung = False

    @property
    def gone(self) -> bool:
        """Whether it has ended while nothing was asked of it: then there is something to read, the end."""
        try:
            return self.connection.poll()
        except OSError:
            return True

    def begin(self, payload: bytes) -> None:
        """Hand over a pickled job. When this returns, the worker is at it. Raises WorkerDied or WorkerHung."""
        with self.limit(TAKING_SECONDS):
            self.connection.send_bytes(payload)
            self.connection.recv_bytes()

    def answer(self, seconds: float) -> bytes:
        """What came of it. Raises WorkerDied or WorkerHung."""
        with self.limit(seconds):
            return self.connection.recv_bytes()

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """What is done with it takes too long after so many seconds. Then `end_late` ends it, and whoever waits for it
        is woken by the connection's end, even where he can't write because it doesn't read."""
        self.deadline = time.monotonic() + seconds
        try:
            yield
        except (EOFError, OSError) as error:
            raise (WorkerHung if self.hung else WorkerDied) from error
        finally:
            self.deadline = inf

    def end_late(self) -> None:
        """End it if what is done with it takes too long."""
        if time.monotonic() > self.deadline:
            self.hung = True
            self.end()

    def end(self) -> None:
        """End it, even where it is stopped."""
        with suppress(OSError):
            os.kill(self.pid, KILL)


def connected(connection: Any, seconds: float, stopped: Callable[[], bool] = lambda: False) -> Worker:
    """The worker at the other end, once it is there. Raises WorkerDied, or WorkerHung where that takes longer than so
    many seconds, or whoever makes it is `stopped` for longer than he may."""
    now = moved = time.monotonic()
    deadline = now + seconds
    try:
        while now < deadline and now - moved < STOPPED_SECONDS:
            if connection.poll(min(deadline - now, LOOK)):
                return Worker(connection, int(connection.recv_bytes()))
            now = time.monotonic()
            moved = moved if stopped() else now
    except (EOFError, OSError) as error:
        connection.close()
        raise WorkerDied from error
    connection.close()
    raise WorkerHung


def is_stopped(pid: int) -> bool:
    """Whether this process stands still by order (SIGSTOP), where the system tells: Linux does."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "T"  # behind its name, which may be any


@dataclass(eq=False)
class Server:
    """A process that forks workers."""

    process: subprocess.Popen
    control: socket.socket
    loaded: bool = False  # as far as is known


class Forked:
    """Starts workers by forking a process that has loaded all they need: a new one is there in milliseconds, and shares
    that memory. Should that process be lost, its workers live on, and the next start begins with another."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # held for milliseconds: never while anybody waits for a process
        self.server: Server | None = None
        self.closed = False

    @property
    def pids(self) -> list[int]:
        """What workers are forked from, where it is there."""
        server = self.server
        return [server.process.pid] if server else []

    def start(self) -> Worker:
        """A new worker. Raises WorkerDied or WorkerHung."""
        ours, theirs = multiprocessing.Pipe()
        try:
            with self.lock:
                server = self.running_server()
                socket.send_fds(server.control, [b"\n"], [theirs.fileno()])
        except OSError as error:  # it has just died, say
            ours.close()
            raise WorkerDied from error
        finally:
            theirs.close()
        try:
            seconds = FORKING_SECONDS if server.loaded else LOADING_SECONDS
            worker = connected(ours, seconds, lambda: is_stopped(server.process.pid))
        except WorkerHung:
            server.process.kill()
            raise
        server.loaded = True
        return worker

    def running_server(self) -> Server:
        if self.closed:
            raise OSError("closed")
        if self.server is not None and self.server.process.poll() is not None:
            self.server.control.close()
            self.server = None
        if self.server is None:
            self.server = start_server()
        return self.server

    def close(self) -> None:
        with self.lock:
            self.closed = True
            server, self.server = self.server, None
        if server is not None:
            server.control.close()
            server.process.kill()
            server.process.wait()


def start_server() -> Server:
    ours, theirs = socket.socketpair()
    with theirs:
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; from rnnlab.engine.worker import serve; serve({theirs.fileno()})"
        )
        command = [sys.executable, "-c", program]
        environment = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1", **os.environ}  # looking for a GPU spoils no fork then
        options = {"stdin": subprocess.DEVNULL, "pass_fds": [theirs.fileno()], "env": environment}
        return Server(subprocess.Popen(command, **options), ours)


class Spawned:
    """Starts workers where there is no fork (Windows): each loads everything by itself, in seconds."""

    pids: ClassVar[list[int]] = []  # none that workers are forked from

    def start(self) -> Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        with theirs:
            context.Process(target=work, args=(theirs,), daemon=True).start()
        return connected(ours, LOADING_SECONDS)

    def close(self) -> None:
        pass
