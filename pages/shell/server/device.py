"""A lab that is to train on a device that is not there says so on the console, and does not start."""

import locale
import sys

from rnnlab import engine
from rnnlab.engine import jobs
from rnnlab.experiment.device import device_wanted
from rnnlab.i18n import LabError, describe, first_language


def check() -> None:
    """Ends the process where RNNLAB_DEVICE is nothing that a worker can train on. Only where one is named: then it
    waits for the first worker, which takes seconds."""
    try:
        wanted = device_wanted()
        error = None if wanted == "cpu" else engine.shared().submit(jobs.device_used).exception()
    except LabError as unknown:
        error = unknown
    if isinstance(error, LabError):
        language = first_language(locale.getlocale()[0])
        print("RNN Lab:", *(describe(problem, language) for problem in error.problems), file=sys.stderr, flush=True)
        engine.close_shared()
        sys.exit(2)
