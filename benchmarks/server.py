"""What the benchmarks share: a server of the lab's own, and what a result is."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from rnnlab.experiment import Experiment
from rnnlab.experiment.links import to_link

ROOT = Path(__file__).parents[1]
STARTING = 60.0  # seconds a server may take until it answers
STOPPING = 10.0

# A run that outlasts a measurement: an LSTM on a paragraph, some 20 ms an epoch.
LONG = Experiment(preset="paragraph-next", cell="lstm", hidden=128, epochs=5_000)


class Row(NamedTuple):
    """One line of the table."""

    name: str
    value: float
    goal: float | None  # at most this; None where none was set
    unit: str  # "" for a ratio

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.value <= self.goal else "missed"


class Server(NamedTuple):
    address: str  # host:port
    pid: int
    log: Path  # what it writes down

    def errors(self) -> list[str]:
        """What nobody foresaw, as far as it is written down."""
        return [line for line in self.log.read_text("utf-8").splitlines() if '"level": "ERROR"' in line]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(workers: int | None = None, port: int = 0, within: Sequence[str] = ()) -> Iterator[Server]:
    """The lab, started as the README says, for this machine only, and gone afterwards. With so many workers, or as many
    as it takes by itself; at a free port, where none is named. `within`: a command that becomes the one behind it."""
    host, port = "127.0.0.1", port or free_port()
    address = f"{host}:{port}"
    streamlit = shutil.which("streamlit", path=str(Path(sys.executable).parent)) or "streamlit"
    command = [*within, streamlit, "run", "app.py", "--server.address", host, "--server.port", str(port)]
    command += ["--server.headless", "true"]
    environment = dict(os.environ) if workers is None else os.environ | {"RNNLAB_WORKERS": str(workers)}
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            wait_for(f"http://{address}/_stcore/health", process)
            yield Server(address, process.pid, Path(log.name))
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-4_000:])
            raise
        finally:
            process.terminate()
            try:
                process.wait(STOPPING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended at once, with status {process.returncode}.")
        try:
            with urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {STARTING:.0f} s.")


def link(experiment: Experiment, run: bool = False) -> str:
    """The query that opens an experiment."""
    return to_link(experiment, "en", run)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(rows: list[Row]) -> None:
    for row in rows:
        goal = "" if row.goal is None else f"(goal {row.goal:g}: {row.verdict})"
        print(f"{row.name:60} {row.value:10.4g} {row.unit:4} {goal}")
