"""A sweep of 24 runs: on two workers against one, and through a Dask cluster against the lab's own workers.

The race is driven as a page's is, so what a reader waits for is what is measured.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from statistics import median

from benchmarks.server import ROOT, STARTING, STOPPING, Row, free_port
from rnnlab.engine import Workers, jobs, live_runs
from rnnlab.engine.remote.cluster import Cluster
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.races import race
from rnnlab.races.live_race import LiveRace

WORKERS = 2
REPEATS = 3
PLAN = RacePlan(
    Experiment(preset="paragraph-next", epochs=150), grid({"cell": ("rnn", "lstm", "gru"), "hidden": (32, 64)}), seeds=4
)


def sweep(runner: race.Runner, plan: RacePlan = PLAN) -> float:
    """Seconds by the reader's clock from the click to the last result."""
    began = time.perf_counter()
    live = live_runs.shared().drive(LiveRace(race.begin(runner, plan), runner))
    with live.changed, live.watched(lambda: None):
        live.changed.wait_for(lambda: not live.value.going)
    assert live.value.done, live.value.problems
    assert not any(entry.problems for entry in live.value.entries)
    return time.perf_counter() - began


@contextmanager
def dask_cluster(count: int) -> Iterator[Cluster]:
    """A scheduler and worker processes on this machine, started as docs/cluster.md says."""
    address = f"tcp://127.0.0.1:{free_port()}"
    host, port = address.removeprefix("tcp://").split(":")
    environment = {**os.environ, "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "20"}
    dask = [sys.executable, "-m", "dask"]
    many = ["--nworkers", str(count), "--nthreads", "1", "--preload", "rnnlab.engine.preload"]
    commands = [
        [*dask, "scheduler", "--host", host, "--port", port, "--no-dashboard", "--dashboard-address", f"{host}:0"],
        [*dask, "worker", address, "--host", host, *many, "--no-dashboard"],
    ]
    with tempfile.TemporaryFile() as log, ExitStack() as ending:
        for command in commands:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            ending.callback(end, process)
        yield ending.enter_context(closing(connected(address, count)))


def end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()


def connected(address: str, count: int) -> Cluster:
    """The cluster, once all its workers are there."""
    cluster, deadline = Cluster(address, Workers(1)), time.monotonic() + STARTING
    while len(cluster.fit) < count:
        if time.monotonic() > deadline:
            cluster.close()
            raise TimeoutError(f"no cluster within {STARTING:g} s")
        time.sleep(0.05)
    return cluster


def warmed(runner: Workers | Cluster) -> None:
    """Every worker has opened a run once."""
    for future in [runner.submit(jobs.start, PLAN.base) for _ in range(4 * runner.count)]:
        future.result(STARTING)


def measure() -> list[Row]:
    with closing(Workers(1)) as one, closing(Workers(WORKERS)) as two, dask_cluster(WORKERS) as cluster:
        runners = (one, two, cluster)
        for runner in runners:
            warmed(runner)
        # In turns, so that whatever else the machine does hits all of them.
        times = [[sweep(runner) for runner in runners] for _ in range(REPEATS)]
    alone, own, through_dask = (median(column) for column in zip(*times, strict=True))
    faster = median(single / double for single, double, _ in times)
    longer = median(dask / double for _, double, dask in times)
    return [
        Row("sweep of 24 runs, one worker", alone, None, "s"),
        Row("sweep of 24 runs, two workers", own, None, "s"),
        Row("sweep of 24 runs, two Dask workers", through_dask, None, "s"),
        Row("the sweep on two workers, share of the time on one", 1 / faster, 0.555, ""),
        Row("the sweep through Dask, against the own two workers", longer, 1.25, ""),
    ]


if __name__ == "__main__":
    for row in measure():
        print(f"{row.name:60}{row.value:8.2f} {row.unit:3}{row.verdict}")
