"""Helper processes lost at any moment: does every run end, with the very same losses, and after how long?

    python -m scripts.soak [tries] [seed]

A try is two runs at once on one, two or three workers, and beside them jobs with large results. Meanwhile some of the
helper processes (workers, and the process that they are forked from) are killed or stopped, one to three times, in
random order, at a random moment: before the runs begin, while workers start, while they compute or send. What is
stopped goes on after a few seconds, or never.
"""

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress

import psutil

from rnnlab import Experiment, run
from rnnlab.engine import Workers, jobs, workers
from rnnlab.records.history import History

EXPERIMENTS = [Experiment(preset="paragraph-next", epochs=24), Experiment(preset="hello-elloh", epochs=120)]
SLICES = 12
LARGE = 8_000_000  # bytes of a result: far more than a pipe holds
PATIENCE = 200.0  # seconds after which a try hangs
VICTIMS = ("one worker", "all workers", "the others", "everything", "server, then workers", "workers, then server")
MOMENTS = ("before", "at once", "while they run")


def helpers() -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Those that this process started, and those that were forked from them: the workers."""
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process().children()
        every = psutil.Process().children(recursive=True)
        return started, [process for process in every if process not in started]
    return [], []


def chosen(victims: str, chance: random.Random) -> list[psutil.Process]:
    servers, forked = helpers()
    chance.shuffle(forked)
    if victims == "everything":
        every = servers + forked
        chance.shuffle(every)
        return every
    return {
        "one worker": forked[:1],
        "all workers": forked,
        "the others": servers,
        "server, then workers": servers + forked,
        "workers, then server": forked + servers,
    }[victims]


def inflict(chance: random.Random, victims: str, stops: float | None, times: int, within: float) -> None:
    """Kill the victims, or stop them for so many seconds, several times."""
    for _ in range(times):
        time.sleep(chance.uniform(0.0, within))
        hit = chosen(victims, chance)
        pause = chance.choice((0.0, 0.0, 0.01, 0.1))
        for process in hit:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL if stops is None else signal.SIGSTOP)
            time.sleep(pause)
        if stops:
            time.sleep(stops)
            for process in hit:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGCONT)


def losses_of(pool: Workers, experiment: Experiment) -> list[float]:
    """A whole run in slices, as a page asks for them."""
    state, history = pool.submit(jobs.start, experiment).result(PATIENCE)
    while not state.ended:
        state, chunk = pool.submit(jobs.advance, state, 60.0, experiment.epochs // SLICES).result(PATIENCE)
        history: History = history.extended(chunk)
    return history.losses


def attempt(pool: Workers, expected: list[list[float]]) -> str:
    """What came of two runs and a few large results."""
    found: list[object] = [None] * len(EXPERIMENTS)

    def reader(index: int) -> None:
        try:
            found[index] = losses_of(pool, EXPERIMENTS[index])
        except BaseException as error:
            found[index] = error

    threads = [threading.Thread(target=reader, args=(index,), daemon=True) for index in range(len(EXPERIMENTS))]
    for thread in threads:
        thread.start()
    error: object = None
    for _ in range(4):
        try:
            error = None if pool.submit(bytes, LARGE).result(PATIENCE) == bytes(LARGE) else "another result"
        except BaseException as raised:
            error = raised
    for thread in threads:
        thread.join(PATIENCE)
    for outcome in (error, *found):
        if isinstance(outcome, TimeoutError):
            return "hangs"
        if isinstance(outcome, BaseException):
            problems = getattr(outcome, "problems", None)
            return f"fails: {problems or repr(outcome)}"
    return "right" if found == expected else "hangs" if None in found else "OTHER LOSSES"


def main(tries: int = 200, seed: int = 0) -> None:
    workers.JOB_SECONDS = 10.0  # so that what is stopped for good does not take a minute each time
    expected = [list(run(experiment).losses) for experiment in EXPERIMENTS]
    chance, outcomes, taken = random.Random(seed), Counter(), []
    pool, count = None, 0
    for number in range(tries):
        if pool is None or number % 10 == 0:  # so some tries begin while the first workers start
            if pool is not None:
                pool.close()
            count = number // 10 % 3 + 1
            pool = Workers(count)
        victims, moment = chance.choice(VICTIMS), chance.choice(MOMENTS)
        stops = chance.choice((None, None, None, None, 2.0, 0.0))  # killed, stopped for 2 s, stopped for good
        times = chance.choice((1, 1, 2, 3)) if stops is None else 1
        within = 0.0 if moment == "before" else 0.05 if moment == "at once" else 1.5
        faults = threading.Thread(target=inflict, args=(chance, victims, stops, times, within))
        began = time.monotonic()
        faults.start()
        if moment == "before":
            faults.join()
        outcome = attempt(pool, expected)
        seconds = time.monotonic() - began
        faults.join()
        if stops == 0.0:  # what was stopped for good and given up by the lab is none of the next try's victims
            for process in chosen("everything", chance):
                with suppress(psutil.NoSuchProcess):
                    if process.status() == psutil.STATUS_STOPPED:
                        process.kill()
        how = "killed" if stops is None else f"stopped for {stops:g} s" if stops else "stopped for good"
        print(f"{number:4} {count}: {victims} {how} {times}×, {moment}: {outcome}, {seconds:.1f} s", flush=True)
        outcomes[outcome if outcome in ("right", "hangs") else "wrong"] += 1
        taken.append((seconds, how))
        if outcome == "hangs":
            pool = None
    print(dict(outcomes))
    for kind in sorted({how for _, how in taken}):
        values = sorted(seconds for seconds, how in taken if how == kind)
        print(f"{kind}: {len(values)} tries, median {values[len(values) // 2]:.1f} s, longest {values[-1]:.1f} s")
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
