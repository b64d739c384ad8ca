"""Real worker processes: warm, killed, hanging, shared by many, and gone when the server is."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import torch

from rnnlab import Experiment, LabError, Problem, engine, run
from rnnlab.engine import InProcess, Workers, jobs, processes, workers
from tests.support import jobs as support
from tests.support.eventually import ROOT, eventually

HAS_GPU = torch.cuda.is_available()
LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="nobody here says that a process is stopped")


@pytest.fixture(scope="module")
def warm():
    workers = Workers(2)
    workers.submit(engine.do_nothing).result(60)
    yield workers
    workers.close()


def fork_server_of(workers: Workers) -> psutil.Process:
    return psutil.Process(workers.processes.server.process.pid)


def processes_of(workers: Workers) -> list[psutil.Process]:
    """All of them, once they are there."""

    def alive() -> list[psutil.Process]:
        found = [psutil.Process(worker.pid) for worker in list(workers.alive.values()) if psutil.pid_exists(worker.pid)]
        return found if len(found) == workers.count else []

    return eventually(alive, "all workers are there", 60)


def kill_workers(workers: Workers) -> None:
    victims = processes_of(workers)
    for process in victims:
        process.kill()
    psutil.wait_procs(victims, 10)


def losses_of(workers, slices: int = 4, epochs: int = 5) -> list[float]:
    state, history = workers.submit(jobs.start, Experiment(epochs=slices * epochs)).result(60)
    for _ in range(slices):
        state, chunk = workers.submit(jobs.advance, state, 60.0, epochs).result(60)
        history = history.extended(chunk)
    return history.losses


@pytest.fixture(scope="module")
def expected() -> list[float]:
    return run(Experiment(epochs=20)).losses


def test_a_new_worker_has_loaded_everything_already(warm):
    kill_workers(warm)
    pid, names = warm.submit(support.loaded).result(60)
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


def family_of(process: subprocess.Popen) -> list[psutil.Process]:
    """Its fork server and both workers; nobody, before all are there."""
    family = psutil.Process(process.pid).children(recursive=True)
    return family if len(family) >= 3 else []


def test_workers_are_warm_and_the_server_light_wherever_it_is_started_and_its_end_is_theirs(server):
    process = server()
    warm, light = process.stdout.readline(), process.stdout.readline()
    assert warm.strip() == "['jieba', 'rnnlab.training', 'torch']"
    assert light.strip() == "[]"
    family = eventually(lambda: family_of(process), "two workers are there, and the process that forks them")
    process.stdin.close()
    assert process.wait(10) == 0
    assert not psutil.wait_procs(family, 10)[1]


@pytest.mark.thorough
def test_no_worker_outlives_a_killed_server_whether_it_is_at_work_or_idle(server, tmp_path):
    busy = tmp_path / "busy"
    process = server(str(busy))
    process.stdout.readline()
    eventually(busy.exists, "one of the workers is at work")
    family = eventually(lambda: family_of(process), "two workers are there, and the process that forks them")
    process.kill()
    process.wait()
    assert not psutil.wait_procs(family, 10)[1]


def test_workers_and_this_process_give_the_same_numbers(warm, expected):
    assert losses_of(warm) == losses_of(InProcess()) == expected


def test_a_worker_killed_in_the_middle_of_a_slice_changes_no_loss(warm, tmp_path, expected):
    state, history = warm.submit(jobs.start, Experiment(epochs=20)).result(60)
    path = str(tmp_path / "died")
    state, chunk = warm.submit(support.train_and_die_once, path, state, 20).result(60)
    assert (tmp_path / "died").exists()
    assert history.extended(chunk).losses == expected


def test_all_workers_killed_while_idle_are_replaced(warm, expected):
    warm.submit(engine.do_nothing).result(60)
    kill_workers(warm)
    assert losses_of(warm) == expected


def test_a_job_handed_in_while_idle_workers_lie_dead_is_done_all_the_same(warm):
    """Their death is noticed only after a while; what they are given until then must not be lost."""
    warm.submit(engine.do_nothing).result(60)
    for process in processes_of(warm):
        process.kill()
    futures = [warm.submit(support.loaded) for _ in range(4)]
    assert all(future.result(60)[0] != os.getpid() for future in futures)


@pytest.mark.thorough
def test_all_workers_killed_while_busy_are_replaced(warm, tmp_path, expected, monkeypatch):
    monkeypatch.setattr(workers, "JOB_SECONDS", 3.0)
    paths = [tmp_path / name for name in "ab"]
    hanging = [warm.submit(support.hang, str(path)) for path in paths]
    waiting = warm.submit(support.loaded)
    eventually(lambda: all(path.exists() for path in paths), "both workers are at work")
    kill_workers(warm)
    eventually(lambda: all(path.read_text() == "xx" for path in paths), "both jobs were given out again", 20)
    assert all(isinstance(future.exception(30), LabError) for future in hanging)  # they hang the second time too
    assert waiting.result(60)
    assert losses_of(warm) == expected


def test_a_worker_killed_while_it_sends_a_result_costs_nothing_but_time(warm, tmp_path):
    assert warm.submit(support.die_while_sending, str(tmp_path / "died")).result(60) == "x"


@pytest.mark.thorough
def test_workers_live_on_without_the_process_they_were_forked_from(warm, expected):
    before = processes_of(warm)
    fork_server_of(warm).kill()
    assert {warm.submit(support.loaded).result(60)[0] for _ in range(4)} <= {process.pid for process in before}
    for process in before:  # now nobody is left
        process.kill()
    assert losses_of(warm) == expected


@pytest.mark.thorough
def test_every_process_killed_again_and_again_while_they_work_changes_no_loss(warm, expected):
    for order in ("workers first", "server first"):
        victims = [*processes_of(warm), fork_server_of(warm)][:: 1 if order == "workers first" else -1]
        run_under_way = warm.submit(jobs.advance, warm.submit(jobs.start, Experiment(epochs=20)).result(60)[0])
        for process in victims:
            with suppress(psutil.NoSuchProcess):
                process.kill()
                if order == "server first":  # else all at once
                    eventually(lambda: process.status() == psutil.STATUS_ZOMBIE, "it is gone", 10)  # noqa: B023
        assert run_under_way.result(60)[1].snapshots[-1].loss == expected[-1]
    assert losses_of(warm) == expected


@pytest.mark.parametrize("size", [1, 4_000_000])  # more than a pipe holds: the worker does not even take it
def test_workers_that_were_stopped_while_idle_are_replaced(warm, monkeypatch, size):
    warm.submit(engine.do_nothing).result(60)
    monkeypatch.setattr(processes, "TAKING_SECONDS", 0.5)
    stopped = processes_of(warm)
    for process in stopped:
        process.suspend()
    assert [warm.submit(len, bytes(size)).result(60) for _ in range(4)] == [size] * 4
    eventually(lambda: not any(process.is_running() for process in stopped), "both were ended")


@LINUX
def test_workers_that_are_stopped_while_they_compute_are_replaced_long_before_their_job_hangs(warm, tmp_path):
    began, end = [tmp_path / name for name in "ab"], tmp_path / "end"
    held = [warm.submit(support.hold, str(path), str(end)) for path in began]
    eventually(lambda: all(path.exists() for path in began), "both are at work")
    stopped = processes_of(warm)
    for process in stopped:
        process.suspend()
    eventually(lambda: all(path.read_text() == "xx" for path in began), "others do what they were at", 10)
    end.touch()
    assert not {future.result(30) for future in held} & {process.pid for process in stopped}
    assert not psutil.wait_procs(stopped, 10)[1]


@pytest.mark.thorough
def test_a_stopped_process_that_workers_are_forked_from_is_replaced(warm, monkeypatch, expected):
    monkeypatch.setattr(processes, "FORKING_SECONDS", 0.5)
    stopped, victims = fork_server_of(warm), processes_of(warm)
    stopped.suspend()
    for process in victims:
        process.kill()
    assert losses_of(warm) == expected
    assert fork_server_of(warm) != stopped


@pytest.mark.thorough
def test_a_process_that_was_stopped_while_it_loads_is_replaced(monkeypatch):
    monkeypatch.setattr(processes, "STOPPED_SECONDS", 0.5)
    loading = Workers(1)
    try:
        stopped = psutil.Process(eventually(lambda: loading.processes.server, "it is there").process.pid)
        stopped.suspend()
        assert loading.starting
        assert loading.submit(support.loaded).result(60)
        assert fork_server_of(loading) != stopped
        assert not loading.starting
    finally:
        loading.close()


@LINUX
def test_a_process_is_known_to_be_stopped():
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    assert not processes.is_stopped(child.pid)
    child.send_signal(signal.SIGSTOP)
    eventually(lambda: processes.is_stopped(child.pid), "it is stopped")
    assert processes.is_stopped(child.pid)  # still
    child.send_signal(signal.SIGCONT)
    eventually(lambda: not processes.is_stopped(child.pid), "it goes on")
    child.kill()
    eventually(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE, "it has ended")
    assert not processes.is_stopped(child.pid)
    assert child.wait() == -signal.SIGKILL
    assert not processes.is_stopped(child.pid)
    child.stdin.close()


def test_where_no_worker_can_be_started_whoever_waits_is_told(monkeypatch):
    monkeypatch.setattr(workers, "STARTS", 2)
    monkeypatch.setattr(processes, "start_server", lambda: (_ for _ in ()).throw(OSError("no more processes")))
    unable = Workers(2)
    try:
        error = unable.submit(support.loaded).exception(30)
        assert isinstance(error, LabError)
        assert error.problems[0].code == "worker_lost"
    finally:
        unable.close()


@pytest.mark.thorough
def test_what_waits_when_the_workers_are_closed_is_given_up(tmp_path):
    closing = Workers(1)
    busy = closing.submit(support.hang, str(tmp_path / "hangs"))
    waiting = closing.submit(support.loaded)
    eventually((tmp_path / "hangs").exists, "the worker is at work", 60)
    closing.close()
    for future in (busy, waiting, closing.submit(support.loaded)):
        assert isinstance(future.exception(10), Exception)


@pytest.mark.parametrize(("job", "reason", "tries"), [(support.hang, "WorkerHung", 2), (support.die, "WorkerDied", 4)])
def test_a_job_that_hangs_or_kills_its_worker_is_tried_a_few_times_and_then_said_to_be_lost(
    warm, tmp_path, monkeypatch, job, reason, tries
):
    monkeypatch.setattr(workers, "JOB_SECONDS", 0.5)
    future = warm.submit(job, str(tmp_path / "tries"))
    error = future.exception(30)
    assert isinstance(error, LabError)
    assert error.problems == (Problem("worker_lost", "", {"reason": reason}),)
    assert (tmp_path / "tries").read_text() == "x" * tries
    assert warm.submit(support.loaded).result(60)  # and the others go on


@pytest.fixture
def one_free(warm, tmp_path):
    """Two workers, one of which is held until the test is over."""
    held = warm.submit(support.hold, str(tmp_path / "began"), str(tmp_path / "end"), owner="somebody else")
    eventually((tmp_path / "began").exists, "one of two workers is held", 60)
    yield warm
    (tmp_path / "end").touch()
    assert held.result(30)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer of computing here")
def test_a_job_that_goes_over_its_budget_is_not_tried_again_and_its_worker_is_replaced(one_free, tmp_path):
    before = {process.pid for process in processes_of(one_free)}
    error = one_free.submit(support.compute_too_much, str(tmp_path / "tries")).exception(60)
    assert isinstance(error, LabError)
    assert error.problems == (Problem("job_budget", "", {"limit": "30"}),)
    assert (tmp_path / "tries").read_text() == "x"
    assert one_free.submit(support.loaded).result(60)[0] not in before


class NotingReader:
    """A reader, and how many jobs of others ended while each of his waited."""

    def __init__(self, workers: Workers, ended: list[Future]):
        self.workers, self.ended, self.waited = workers, ended, []

    def submit(self, job, *args) -> Future:
        future = self.workers.submit(job, *args, owner="one")
        before = len(self.ended)
        future.add_done_callback(lambda _: self.waited.append(len(self.ended) - before))
        return future


def test_a_reader_who_asks_for_much_lets_another_wait_for_one_job_at_most(one_free, expected):
    """Fifty looks at characters that jieba does not know, and then a run of five jobs."""
    text, ended = "".join(map(chr, range(0x4E00, 0x4F00))), []
    look = Experiment(task="tag", text=text, tokenizer="jieba")
    many = [one_free.submit(jobs.segmentations, look, "jieba", 10, owner="many") for _ in range(50)]
    for future in many:
        future.add_done_callback(ended.append)
    reader = NotingReader(one_free, ended)
    assert losses_of(reader) == expected
    assert len(reader.waited) == 5
    assert max(reader.waited) <= 1
    assert many[0].result(60)
    for future in many:
        future.cancel()


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


# What they train on

DEVICE = """\
import sys
from pages.shell.server import settings
settings.check()
from rnnlab import Experiment, engine
from rnnlab.engine import jobs
print(type(engine.shared().processes).__name__, "torch" in sys.modules)
state, history = engine.shared().submit(jobs.start, Experiment(text="a b c", epochs=2)).result()
print([*history.extended(engine.shared().submit(jobs.advance, state).result()[1]).losses])
engine.close_shared()
"""


def started(**settings: str) -> subprocess.CompletedProcess:
    """What a lab of one worker that is told so says at its start, and of a run, if it gets so far."""
    environment = os.environ | {"RNNLAB_WORKERS": "1"} | settings
    return subprocess.run([sys.executable, "-c", DEVICE], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.thorough
def test_workers_are_not_forked_where_there_may_be_a_gpu_and_train_as_others_do():
    """None does: what CUDA has begun is broken in a fork. The web process has no torch to find a GPU with."""
    done = started(RNNLAB_DEVICE="auto")
    found, losses = done.stdout.splitlines()
    assert found == "Spawned False"
    assert json.loads(losses) == pytest.approx(run(Experiment(text="a b c", epochs=2)).losses, rel=1e-4)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("RNNLAB_DEVICE", "gpu"),
        pytest.param("RNNLAB_DEVICE", "cuda", marks=pytest.mark.skipif(HAS_GPU, reason="it is there")),
        ("RNNLAB_SESSIONS", "many"),
        ("RNNLAB_PROXIES", "127.0.0.1 nginx"),
    ],
)
def test_a_lab_that_is_told_what_it_cannot_be_says_so_and_does_not_start(setting, value):
    done = started(**{setting: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert setting in done.stderr
    assert value.split()[-1] in done.stderr
    assert "Traceback" not in done.stderr
