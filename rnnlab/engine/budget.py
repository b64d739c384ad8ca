"""How much one job may compute. What is foreseen is refused before it is begun, or cut into slices; this is for the
rest, so that nobody waits for minutes behind it."""

import signal
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from rnnlab.i18n import LabError, Problem

COMPUTING_SECONDS = 30.0  # of the processor; what asks for most within the lab's limits takes under eight


class OverBudget(BaseException):
    """A job has computed for as long as it may. It is no Exception, for no job is to catch it."""


def within_budget(job: Callable[..., Any], *args: Any) -> Any:
    """What a job makes of its arguments. Only its computing counts, not how long a busy machine lets it wait.

    Raises LabError where it takes more than COMPUTING_SECONDS. Then this process should end, for what was interrupted
    may be half done: see `is_over_budget`. Where a thread can't be interrupted (any but the first, or on Windows), the
    job goes on.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return job(*args)
    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, COMPUTING_SECONDS)
    try:
        return job(*args)
    except OverBudget:
        raise LabError(Problem("job_budget", "", {"limit": f"{COMPUTING_SECONDS:g}"})) from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def interrupt(*_: Any) -> NoReturn:
    raise OverBudget


def is_over_budget(error: BaseException) -> bool:
    return isinstance(error, LabError) and any(problem.code == "job_budget" for problem in error.problems)
