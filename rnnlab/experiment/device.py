"""Where experiments are to be trained: RNNLAB_DEVICE, of whichever process computes. Whether there is a GPU only torch
knows, which not every process has: see `training.device`."""

import os

from rnnlab.i18n import LabError, Problem, shorten

DEVICES = ("cpu", "cuda", "auto")  # auto: a GPU where torch finds one


def device_wanted() -> str:
    """One of DEVICES; "cpu" where nothing is said. Raises LabError for anything else."""
    given = os.environ.get("RNNLAB_DEVICE", "").strip().lower() or "cpu"
    if given not in DEVICES:
        raise LabError(Problem("device_unknown", "", {"value": shorten(given), "choices": ", ".join(DEVICES)}))
    return given
