"""A job on its way through a Dask cluster: bytes, which a worker that has the same lab unpickles and does."""

import hashlib
import os
import pickle
import threading
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version_tuple
from typing import Any

from rnnlab import ROOT
from rnnlab.engine import jobs

fingerprint = jobs.Job("rnnlab.training.fingerprint", "fingerprint")

Versions = tuple[str, str, str, str]  # of the lab's sources, of torch, of Python, and of what they compute


@cache
def installed() -> tuple[str, str, str]:
    """What was loaded here: a digest of the lab's sources, torch's version and Python's. Asked early, for it is to be
    about that, not about files that changed since."""
    sources = hashlib.sha256()
    for path in sorted(ROOT.rglob("*.py")):
        sources.update(path.relative_to(ROOT).as_posix().encode())
        sources.update(path.read_bytes().replace(b"\r\n", b"\n"))  # a checkout on Windows is no other version
    try:
        torch = version("torch").partition("+")[0]  # the CPU build and the one for GPUs agree where both run on CPU
    except PackageNotFoundError:
        torch = ""
    return sources.hexdigest()[:12], torch, ".".join(python_version_tuple()[:2])


@cache
def versions() -> Versions:
    """What decides the numbers in this process: what is installed, and what a few tiny runs come to. Loads torch, so
    that the web process has to ask a worker."""
    return *installed(), fingerprint()


def versions_beside(wanted: Versions) -> Versions:
    """The versions here. Where other ones are installed, nothing needs to be run to know that numbers may differ."""
    return versions() if installed() == wanted[:3] else (*installed(), "")


def format_versions(found: Versions) -> str:
    """As a reader is told them."""
    return "rnnlab {}, torch {}, Python {}, CPU {}".format(*(part or "–" for part in found))


job_lock = threading.Lock()  # torch's random generator is the process's: threads of one would share it


class RemoteCall:
    """A call that is made where it is unpickled: all that a scheduler has to know is `pickle.loads`."""

    def __init__(self, job: Callable[..., Any], *args: Any):
        self.job, self.args = job, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self.job, self.args


def run_job(wanted: Versions, seconds: float, payload: bytes) -> bytes:
    """Do a pickled (job, args), where the numbers are the same as at home: raises ImportError elsewhere. A job that
    takes longer than `seconds` ends the worker. Bytes again: Dask would look into the result otherwise."""
    found = versions_beside(wanted)
    if found != wanted:
        raise ImportError(format_versions(found), name="rnnlab")
    job, args = pickle.loads(payload)
    with job_lock:
        limit = threading.Timer(seconds, os._exit, [1])  # a job that takes longer hangs
        limit.daemon = True
        limit.start()
        try:
            return pickle.dumps(job(*args))
        finally:
            limit.cancel()
