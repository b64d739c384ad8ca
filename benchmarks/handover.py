"""What a job costs beyond its computing, from one worker: alone, and while threads of this process compute, as pages do
that are drawn.

    python -m benchmarks.handover

A thread that has waited for something waits for Python's lock next, which another one gives up after 5 ms. So each
thing more for which a job waits costs that much, and the worker idles meanwhile.
"""

import sys
import threading
import time
from concurrent.futures import wait

from benchmarks.server import Row, show
from rnnlab.engine import do_nothing
from rnnlab.engine.workers import Workers

JOBS, OWNERS = 200, 10
BUSY = (0, 1, 3)  # threads that compute
SWITCHES = 2.0  # times that a job may wait for one that computes


def a_job(workers: Workers, busy: int) -> float:
    """Seconds."""
    over = threading.Event()

    def compute() -> None:
        while not over.is_set():
            pass

    threads = [threading.Thread(target=compute) for _ in range(busy)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    wait([workers.submit(do_nothing, owner=number % OWNERS) for number in range(JOBS)])
    taken = (time.perf_counter() - began) / JOBS
    over.set()
    for thread in threads:
        thread.join()
    return taken


def measure() -> list[Row]:
    workers = Workers(1)
    try:
        workers.submit(do_nothing).result()
        taken = {busy: a_job(workers, busy) for busy in BUSY}
    finally:
        workers.close()
    switches = taken[1] / sys.getswitchinterval()
    return [
        *(Row(f"a job that does nothing, {busy} threads compute", 1e3 * taken[busy], None, "ms") for busy in BUSY),
        Row("waits of a job for one thread that computes", switches, SWITCHES, ""),
    ]


if __name__ == "__main__":
    show(measure())
