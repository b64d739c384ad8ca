"""Real worker processes: warm, killed, hanging, shared by many, and gone when the server is."""

import os
import subprocess
import sys
import textwrap
import time
from collections import Counter
from concurrent.futures import Future

import psutil
import pytest

from rnnlab import Experiment, LabError, Problem, engine, run
from rnnlab.engine import InProcess, Workers, jobs, workers
from tests.support import jobs as support
from tests.support.eventually import ROOT, eventually


@pytest.fixture(scope="module")
def warm():
    workers = Workers(2)
    workers.submit(engine.do_nothing).result(60)
    yield workers
    workers.close()


def worker_processes() -> list[psutil.Process]:
    """The children of this process's fork server. A web server of a browser test is no business of ours."""
    servers = [
        child for child in psutil.Process().children() if "multiprocessing.forkserver" in " ".join(child.cmdline())
    ]
    running = [worker for server in servers for worker in server.children()]
    return [worker for worker in running if worker.status() != psutil.STATUS_ZOMBIE]


def kill_workers() -> None:
    victims = eventually(worker_processes, "a worker is there")
    for process in victims:
        process.kill()
    psutil.wait_procs(victims, 10)


def losses_of(workers, slices: int = 4, epochs: int = 5) -> list[float]:
    state, history = workers.submit(jobs.start, Experiment(epochs=slices * epochs)).result(30)
    for _ in range(slices):
        state, chunk = workers.submit(jobs.advance, state, 60.0, epochs).result(30)
        history = history.extended(chunk)
    return history.losses


@pytest.fixture(scope="module")
def expected() -> list[float]:
    return run(Experiment(epochs=20)).losses


def test_a_new_worker_has_loaded_everything_already(warm):
    kill_workers()
    pid, names = warm.submit(support.loaded).result(30)
    assert pid != os.getpid()
    assert names == {"torch", "jieba", "rnnlab.training"}


SERVER = textwrap.dedent("""\
    import sys
    sys.path[:0] = [{root!r}]
    from tests.support import jobs as support
    from rnnlab.engine import Workers
    if __name__ == "__main__":
        workers = Workers(2)
        print(sorted(workers.submit(support.loaded).result(60)[1]), flush=True)
        print(sorted({{"torch", "jieba"}} & set(sys.modules)), flush=True)
        for path in sys.argv[1:]:
            workers.submit(support.hang, path)
        sys.stdin.read()
        workers.close()
    """).format(root=str(ROOT))


@pytest.fixture
def server(tmp_path):
    """Starts a program with two workers, away from the project's folder, as a server may be."""
    (tmp_path / "server.py").write_text(SERVER)
    started = []

    def start(*busy_with: str) -> subprocess.Popen:
        command = [sys.executable, str(tmp_path / "server.py"), *busy_with]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_workers_are_warm_and_the_server_light_wherever_it_is_started(server):
    process = server()
    warm, light = process.stdout.readline(), process.stdout.readline()
    assert warm.strip() == "['jieba', 'rnnlab.training', 'torch']"
    assert light.strip() == "[]"


@pytest.mark.thorough
@pytest.mark.parametrize("busy", [0, 2])
def test_no_worker_outlives_a_killed_server(server, tmp_path, busy):
    paths = [str(tmp_path / f"busy{i}") for i in range(busy)]
    process = server(*paths)
    process.stdout.readline()
    eventually(lambda: all(map(os.path.exists, paths)), "the workers are at work")
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 3  # two workers, and the process that forks them
    process.kill()
    process.wait()
    assert not psutil.wait_procs(family, 10)[1]


def test_a_server_that_closes_ends_its_workers(server):
    process = server()
    process.stdout.readline()
    family = psutil.Process(process.pid).children(recursive=True)
    process.stdin.close()
    assert process.wait(10) == 0
    assert not psutil.wait_procs(family, 10)[1]


def test_workers_and_this_process_give_the_same_numbers(warm, expected):
    assert losses_of(warm) == losses_of(InProcess()) == expected


def test_a_worker_killed_in_the_middle_of_a_slice_changes_no_loss(warm, tmp_path, expected):
    state, history = warm.submit(jobs.start, Experiment(epochs=20)).result(30)
    path = str(tmp_path / "died")
    state, chunk = warm.submit(support.train_and_die_once, path, state, 20).result(30)
    assert (tmp_path / "died").exists()
    assert history.extended(chunk).losses == expected


def test_all_workers_killed_while_idle_are_replaced(warm, expected):
    warm.submit(engine.do_nothing).result(30)
    kill_workers()
    assert losses_of(warm) == expected


def test_a_job_handed_in_while_idle_workers_lie_dead_is_done_all_the_same(warm):
    """The pool notices only after a while; what it is given until then must not be lost."""
    warm.submit(engine.do_nothing).result(30)
    victims = eventually(lambda: len(worker_processes()) == 2 and worker_processes(), "both workers are there")
    for process in victims:
        process.kill()
    futures = [warm.submit(support.loaded) for _ in range(4)]
    assert all(future.result(30)[0] != os.getpid() for future in futures)


@pytest.mark.thorough
def test_all_workers_killed_while_busy_are_replaced(warm, tmp_path, expected, monkeypatch):
    monkeypatch.setattr(workers, "JOB_SECONDS", 3.0)
    paths = [tmp_path / name for name in "ab"]
    hanging = [warm.submit(support.hang, str(path)) for path in paths]
    waiting = warm.submit(support.loaded)
    eventually(lambda: all(path.exists() for path in paths), "both workers are at work")
    kill_workers()
    eventually(lambda: all(path.read_text() == "xx" for path in paths), "both jobs were given out again", 20)
    assert all(isinstance(future.exception(30), LabError) for future in hanging)  # they hang the second time too
    assert waiting.result(30)
    assert losses_of(warm) == expected


@pytest.mark.thorough
def test_a_worker_killed_with_the_lock_of_the_pipe_does_not_hold_up_the_others(tmp_path, expected):
    workers = Workers(2)
    try:
        workers.submit(engine.do_nothing).result(60)
        dying, waiting = (
            workers.submit(support.die_with_the_lock, str(tmp_path / "died")),
            workers.submit(support.loaded),
        )
        assert waiting.result(40)  # in a minute the lock would be given up without us
        assert dying.result(40) == "x"
        assert losses_of(workers) == expected
    finally:
        workers.close()


@pytest.fixture
def losing(monkeypatch):
    """A worker whose pool loses the next job that is handed in, as Pebble does at the wrong moment."""
    workers = Workers(1)
    workers.submit(engine.do_nothing).result(60)
    kept = workers.pool.schedule

    def lose_one(*_, **__):
        monkeypatch.setattr(workers.pool, "schedule", kept)
        return Future()

    monkeypatch.setattr(workers.pool, "schedule", lose_one)
    yield workers
    workers.close()


def test_a_lost_job_that_another_has_overtaken_is_done_all_the_same(losing):
    lost = losing.submit(support.loaded)
    assert losing.submit(support.loaded).result(30)
    assert lost.result(30)[0] != os.getpid()


def test_a_job_lost_in_a_pool_that_breaks_is_done_all_the_same(losing):
    lost = losing.submit(support.loaded)
    kill_workers()
    assert lost.result(30)[0] != os.getpid()


def test_a_lost_job_that_is_alone_is_done_all_the_same(losing, monkeypatch):
    monkeypatch.setattr(workers, "STUCK", 0.5)
    assert losing.submit(support.loaded).result(30)[0] != os.getpid()


def test_no_job_is_given_up_that_only_waits_for_its_turn(warm, tmp_path, monkeypatch):
    """Both workers are held while the pool is looked at often enough to give a job up; behind them one that waits, and
    is done once."""
    monkeypatch.setattr(workers, "POLL", 0.02)
    monkeypatch.setattr(workers, "STUCK", 0.1)
    looks, find_lost = [], warm.find_lost
    monkeypatch.setattr(warm, "find_lost", lambda: looks.append(1) or find_lost())
    began, end = tmp_path / "began", tmp_path / "end"
    busy = [warm.submit(support.hold, str(began), str(end)) for _ in range(2)]
    waiting = warm.submit(support.note, str(tmp_path / "done"))
    eventually(lambda: began.exists() and began.read_text() == "xx", "both workers are held", 30)
    seen = len(looks)
    eventually(lambda: len(looks) > seen + 20, "the pool was looked at twenty times")
    end.touch()
    for future in [*busy, waiting]:
        future.result(30)
    assert warm.submit(support.loaded).result(30)
    assert (tmp_path / "done").read_text() == "x"


@pytest.mark.parametrize(("job", "reason"), [(support.hang, "TimeoutError"), (support.die, "ProcessExpired")])
def test_a_job_that_hangs_or_kills_its_worker_is_tried_twice_and_then_said_to_be_lost(
    warm, tmp_path, monkeypatch, job, reason
):
    monkeypatch.setattr(workers, "JOB_SECONDS", 0.5)
    future = warm.submit(job, str(tmp_path / "tries"))
    error = future.exception(30)
    assert isinstance(error, LabError)
    assert error.problems == (Problem("worker_lost", "", {"reason": reason}),)
    assert (tmp_path / "tries").read_text() == "xx"
    assert warm.submit(support.loaded).result(30)  # and the others go on


def test_what_is_wrong_with_the_input_arrives_as_it_is(warm):
    bad = Experiment(text="one")
    for runner in (warm, InProcess()):
        error = runner.submit(jobs.start, bad).exception(30)
        assert isinstance(error, LabError)
        assert error.problems == (Problem("one_token", "text", {"value": "one"}),)


def test_any_other_error_arrives_too(warm):
    for runner in (warm, InProcess()):
        assert isinstance(runner.submit(int, "no number").exception(30), ValueError)
        assert isinstance(runner.submit(lambda: None).exception(30), Exception) is (runner is warm)  # can't travel


def test_thirty_sessions_take_turns(warm):
    """Each asks for its next slice when it has the last, as a page does: none gets far ahead of the others. In every
    round one is ahead by a slice, and by more where the machine lets a worker wait; so slices take their time."""
    sessions, slices = 30, 6
    done: Counter[int] = Counter(dict.fromkeys(range(sessions), 0))
    leads = []

    def ask(session: int) -> None:
        warm.submit(time.sleep, 0.02).add_done_callback(lambda _: finished(session))

    def finished(session: int) -> None:
        done[session] += 1
        leads.append(max(done.values()) - min(done.values()))
        if done[session] < slices:
            ask(session)

    for session in range(sessions):
        ask(session)
    eventually(lambda: len(leads) == sessions * slices, "all have all their slices", 30)
    assert set(done.values()) == {slices}
    assert max(leads) <= 3


@pytest.mark.parametrize(
    ("given", "cores", "wanted"),
    [("", 8, 7), ("", 1, 1), ("", None, 1), ("3", 8, 3), ("0", 8, 0), ("-1", 8, 7), ("many", 8, 7), ("1.5", 8, 7)],
)
def test_the_number_of_workers_is_the_variables_or_the_cores(monkeypatch, given, cores, wanted):
    monkeypatch.setenv("RNNLAB_WORKERS", given)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert engine.workers_wanted() == wanted


def test_no_workers_means_this_process(monkeypatch):
    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    assert isinstance(engine.open_engine(), InProcess)
    assert engine.open_engine().submit(os.getpid).result() == os.getpid()


def test_there_is_one_engine_until_it_is_closed(monkeypatch):
    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine.shared_engine, "value", None)
    first = engine.shared()
    assert engine.shared() is first
    engine.close_shared()
    engine.close_shared()
    assert engine.shared() is not first
