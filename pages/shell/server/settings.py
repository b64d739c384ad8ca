"""A lab that is told what it can't be says so on the console, and does not start."""

import locale
import sys

from pages.shell.readers import proxies
from rnnlab import engine
from rnnlab.engine import jobs
from rnnlab.experiment.device import device_wanted
from rnnlab.hosting.limits import host_limits
from rnnlab.i18n import LabError, describe, first_language


def check() -> None:
    """Ends the process where a limit or a proxy is none, or RNNLAB_DEVICE nothing that a worker can train on. The last
    only where one is named: then it waits for the first worker, which takes seconds."""
    try:
        host_limits(), proxies.trusted()
        wanted = device_wanted()
        error = None if wanted == "cpu" else engine.shared().submit(jobs.device_used).exception()
    except LabError as unknown:
        error = unknown
    if isinstance(error, LabError):
        language = first_language(locale.getlocale()[0])
        print("RNN Lab:", *(describe(problem, language) for problem in error.problems), file=sys.stderr, flush=True)
        engine.close_shared()
        sys.exit(2)
