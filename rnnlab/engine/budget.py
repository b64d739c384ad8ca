"""How much one job may compute. What is foreseen is refused before it is begun, or cut into slices; this is for the
rest, so that nobody waits for minutes behind it."""

import ctypes
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from rnnlab.i18n import LabError, Problem

COMPUTING_SECONDS = 30.0  # of the processor; what asks for most within the lab's limits takes under eight


class OverBudget(BaseException):
    """A job has computed for as long as it may. It is no Exception, for no job is to catch it."""


def within_budget(job: Callable[..., Any], *args: Any) -> Any:
    """What a job makes of its arguments. Only its computing counts, not how long a busy machine lets it wait.

    Raises LabError where it takes more than COMPUTING_SECONDS; then something may be half done: see `is_over_budget`.
    Where nobody tells how much was computed (on Windows, and in a thread on macOS), the job goes on.
    """
    limit = timer if threading.current_thread() is threading.main_thread() else watch
    try:
        with limit():
            return job(*args)
    except OverBudget:
        raise LabError(Problem("job_budget", "", {"limit": f"{COMPUTING_SECONDS:g}"})) from None


@contextmanager
def timer() -> Iterator[None]:
    """In a worker of this machine, whose first thread computes: a signal."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, COMPUTING_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def watch() -> Iterator[None]:
    """In any other thread, as in Dask's workers: another one looks when so much may have been computed, and Python
    raises in this one what it is given."""
    if not hasattr(time, "pthread_getcpuclockid"):
        yield
        return
    thread, ended, lock = threading.get_ident(), threading.Event(), threading.Lock()
    clock = time.pthread_getcpuclockid(thread)
    limit = time.clock_gettime(clock) + COMPUTING_SECONDS

    def look() -> None:
        left = COMPUTING_SECONDS
        while left > 0:
            if ended.wait(left):  # no less goes by than is computed
                return
            with lock:  # the thread is there as long as the job is
                left = limit - time.clock_gettime(clock) if not ended.is_set() else 0.0
                if left <= 0 and not ended.is_set():
                    raise_in(thread, OverBudget)

    threading.Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            ended.set()
        raise_in(thread, None)  # what has not been raised yet is not raised after the job


def raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


def interrupt(*_: Any) -> NoReturn:
    raise OverBudget


def is_over_budget(error: BaseException) -> bool:
    return isinstance(error, LabError) and any(problem.code == "job_budget" for problem in error.problems)
