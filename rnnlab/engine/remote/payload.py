"""A job on its way through a Dask cluster: bytes, which a worker that has the same lab unpickles and does."""

import hashlib
import os
import threading
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version_tuple
from typing import Any

from rnnlab import ROOT
from rnnlab.engine import jobs
from rnnlab.engine.worker import answer
from rnnlab.hosting.limits import host_limits

fingerprint = jobs.Job("rnnlab.training.fingerprint", "fingerprint")

Versions = dict[str, str]  # what decides the numbers, by name; strings, which whoever has another lab reads too


@cache
def installed() -> Versions:
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
    return {"rnnlab": sources.hexdigest()[:12], "torch": torch, "Python": ".".join(python_version_tuple()[:2])}


@cache
def versions() -> Versions:
    """What decides the numbers in this process: what is installed, what it computes with, what a few tiny runs come to,
    and where a run ends whose host so wants. Loads torch, so that the web process has to ask a worker."""
    limits = host_limits()
    ends = {"RNNLAB_RUN_SECONDS": str(limits.run_seconds), "RNNLAB_HISTORY_BYTES": str(limits.history_bytes)}
    return installed() | fingerprint() | ends


def versions_beside(wanted: Versions) -> Versions:
    """The versions here. Where other ones are installed, nothing needs to be run to know that numbers may differ."""
    return versions() if installed().items() <= wanted.items() else installed()


def differences(found: Versions, wanted: Versions) -> tuple[str, str]:
    """What is found and what is wanted, as a reader is told it, of that alone which differs: "CPU DEFAULT, digits
    1f03c2"."""
    names = [name for name in wanted if name in found and found[name] != wanted[name]]
    return format_versions(found, names), format_versions(wanted, names)


def format_versions(found: Versions, names: list[str]) -> str:
    return ", ".join(f"{name} {found[name] or '–'}" for name in names)


job_lock = threading.Lock()  # torch's random generator is the process's: threads of one would share it


class RemoteCall:
    """A call that is made where it is unpickled: all that a scheduler has to know is `pickle.loads`."""

    def __init__(self, job: Callable[..., Any], *args: Any):
        self.job, self.args = job, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self.job, self.args


def run_job(wanted: Versions, seconds: float, payload: bytes) -> bytes:
    """Do a pickled (job, args), and tell what came of it as a worker of this machine does, where the numbers are the
    same as at home: raises ImportError elsewhere. A job that takes longer than `seconds` ends the worker. One that goes
    over its budget, which ends a worker of this machine, may have left something half done: this one has to show anew
    what it computes before it gets another. Bytes again: Dask would look into the result otherwise."""
    with job_lock:
        found = versions_beside(wanted)
        if found != wanted:
            raise ImportError(differences(found, wanted)[0], name="rnnlab")
        limit = threading.Timer(seconds, os._exit, [1])  # a job that takes longer hangs
        limit.daemon = True
        limit.start()
        try:
            said, sound = answer(payload)
        finally:
            limit.cancel()
        if not sound:
            versions.cache_clear()
        return said
