"""A Dask cluster in place of the lab's own workers: a real scheduler, real workers, and all that goes wrong."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import psutil
import pytest

from rnnlab import Experiment, LabError, Problem, engine, run
from rnnlab.engine import InProcess, cluster, jobs
from rnnlab.engine import workers as workers_module
from rnnlab.engine.cluster import Cluster
from rnnlab.engine.payload import format_versions, versions
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.races import race
from tests.support import dask_processes as daskcluster
from tests.support import jobs as support
from tests.support.dask_processes import certificates, family, free_port, kill_family
from tests.support.eventually import ROOT, eventually

LOST = 5.0  # seconds within which a reader is told
STARTING = 40.0  # seconds: workers import torch, on a machine that may be busy
DROPOUT = Experiment(epochs=12, layers=2, dropout=0.4, shuffle=True, text="a b c a\nb c a b\nc a b c")


@pytest.fixture(scope="module", autouse=True)
def home():
    """This process stands for this machine's workers: what they compute is what the cluster's must."""
    versions()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.shared_engine, "value", InProcess())
        yield


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with daskcluster.processes(tmp_path_factory.mktemp("dask")) as processes:
        yield processes


@pytest.fixture(scope="module")
def address(running):
    """A scheduler with two workers, as docs/cluster.md starts them."""
    address, _ = running.scheduler()
    running.workers(address, 2, "--preload", "rnnlab.engine.preload")
    return address


@pytest.fixture(scope="module")
def bare(running):
    """A scheduler without workers: each test brings its own. A task that costs a worker is not tried again."""
    return running.scheduler(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")


@pytest.fixture
def workers(running):
    """Starts workers for one test. One that nobody kills needs no nurse, which is a process of its own."""
    started = []

    def start(address: str, count: int = 1, *options: str, **environment: str):
        alone = ("--no-nanny",) if count == 1 else ()
        started.append(running.workers(address, count, *alone, *options, **environment))
        return started[-1]

    yield start
    for process in started:
        kill_family(process)


@pytest.fixture
def connected():
    """Opens clusters and closes them."""
    opened = []

    def connect(address: str) -> Cluster:
        opened.append(Cluster(address))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def two(address):
    ready = there(Cluster, address, 2)
    yield ready
    ready.close()


def there(connect, address: str, count: int) -> Cluster:
    """A cluster with so many workers: tried again until they have started."""

    def attempt():
        one = connect(address)
        eventually(lambda: one.state != "connecting", "connected or not", LOST + 5)
        if one.state == "ready":
            eventually(lambda: one.count == count, "all workers are there", STARTING)
            return one
        assert one.problem.code == "cluster_empty", one.problem
        return one.close()

    return eventually(attempt, f"{count} workers have started", STARTING)


def code(error: BaseException | None) -> str:
    assert isinstance(error, LabError), repr(error)
    (problem,) = error.problems
    assert str(error) != f"problem.{problem.code}"  # a sentence in the catalogue
    return problem.code


def why_lost(one: Cluster) -> Problem:
    """Why a cluster is lost, which is to be known in time."""
    eventually(lambda: one.state == "lost", "the loss is noticed", LOST)
    assert one.count == 0
    assert one.submit(os.getpid).exception(LOST).problems == (one.problem,)
    return one.problem


def trained(runner, experiment: Experiment, slices: int = 4):
    """Losses, last weights and last state's bytes of a run in slices."""
    state, history = runner.submit(jobs.start, experiment).result(30)
    for _ in range(slices):
        state, chunk = runner.submit(jobs.advance, state, 60.0, experiment.epochs // slices).result(30)
        history = history.extended(chunk)
    return history.losses, history.checkpoints[-1].weights, state.blob


# The same numbers


@pytest.mark.parametrize("experiment", [Experiment(epochs=12), DROPOUT], ids=["words-next", "dropout"])
def test_the_numbers_are_those_of_this_process_bit_for_bit(two, experiment):
    assert trained(two, experiment) == trained(InProcess(), experiment)


def test_runs_from_many_threads_do_not_touch_each_other(two):
    with ThreadPoolExecutor(8) as threads:
        seeds = range(8)
        runs = threads.map(lambda seed: trained(two, DROPOUT.model_copy(update={"seed": seed})), seeds)
        alone = [trained(InProcess(), DROPOUT.model_copy(update={"seed": seed})) for seed in seeds]
        assert list(runs) == alone
    assert len({losses[-1] for losses, _, _ in alone}) == 8


@pytest.mark.thorough
def test_threads_of_one_worker_take_turns(bare, workers, connected):
    """Whatever --nthreads says: torch's random generator belongs to the process."""
    workers(bare[0], 1, "--nthreads", "4")
    threaded = there(connected, bare[0], 1)
    opened = [threaded.submit(jobs.start, DROPOUT) for _ in range(4)]
    slices = [threaded.submit(jobs.advance, future.result(30)[0], 60.0) for future in opened]
    chunks = [future.result(30)[1] for future in slices]
    alone = jobs.advance(jobs.start(DROPOUT)[0], 60.0)[1]
    assert all(chunk.snapshots == alone.snapshots for chunk in chunks)


def test_work_is_done_elsewhere_and_by_all(two, tmp_path):
    began, end = tmp_path / "began", tmp_path / "end"
    held = [two.submit(support.hold, str(began), str(end)) for _ in range(2)]
    eventually(lambda: began.exists() and began.read_text() == "xx", "both are at work")
    end.touch()
    pids = {future.result(10) for future in held}
    assert len(pids) == 2
    assert os.getpid() not in pids


@pytest.mark.usefixtures("two")
def test_nobody_but_the_scheduler_is_talked_to(connected, address):
    def connections() -> set[tuple]:
        found = psutil.Process().net_connections("inet")
        return {(c.laddr, c.raddr) for c in found if c.status in (psutil.CONN_ESTABLISHED, psutil.CONN_SYN_SENT)}

    before = connections()
    assert there(connected, address, 2).submit(jobs.start, DROPOUT).result(30)
    host, port = address.removeprefix("tcp://").split(":")
    assert {there for _, there in connections() - before} == {(host, int(port))}


def test_what_nobody_waits_for_holds_up_nobody(two):
    dropped = [two.submit(jobs.start, DROPOUT) for _ in range(6)]
    assert all(future.cancel() for future in dropped[::2])
    assert two.submit(jobs.start, DROPOUT).result(30)
    assert all(future.result(30) for future in dropped[1::2])
    eventually(lambda: not two.under_way, "nothing is left over")


# What goes wrong in a job


def test_what_is_wrong_with_the_input_arrives_as_it_is(two):
    error = two.submit(jobs.start, Experiment(text="one")).exception(10)
    assert isinstance(error, LabError)
    assert error.problems == (Problem("one_token", "text", {"value": "one"}),)


def test_any_other_error_arrives_too(two):
    assert isinstance(two.submit(int, "no number").exception(10), ValueError)
    assert isinstance(two.submit(lambda: None).exception(10), Exception)  # can't travel
    assert isinstance(two.submit(__import__, "nothing_of_this_name").exception(10), ImportError)
    assert two.state == "ready"


@pytest.mark.thorough
def test_a_worker_killed_in_the_middle_of_a_slice_changes_no_number(two, tmp_path):
    state, _ = two.submit(jobs.start, DROPOUT).result(30)
    path = tmp_path / "died"
    after, chunk = two.submit(support.train_and_die_once, str(path), state, DROPOUT.epochs).result(60)
    assert path.read_text() == "x"
    expected, alone = jobs.advance(jobs.start(DROPOUT)[0], 60.0)
    assert chunk.snapshots == alone.snapshots
    assert after.blob == expected.blob
    eventually(lambda: two.count == 2, "the worker is replaced", STARTING)
    assert two.state == "ready"


@pytest.mark.thorough
def test_a_job_that_kills_its_worker_or_hangs_is_said_to_be_lost(bare, workers, connected, tmp_path, monkeypatch):
    workers(bare[0], 2)
    one = there(connected, bare[0], 2)
    for job, seconds in [(support.die, workers_module.JOB_SECONDS), (support.hang, 0.5)]:
        monkeypatch.setattr(workers_module, "JOB_SECONDS", seconds)
        tries = tmp_path / job.__name__
        assert code(one.submit(job, str(tries)).exception(30)) == "worker_lost"
        assert tries.read_text() == "x"
        eventually(lambda: one.count == 1, "it is seen that one is gone")
        assert one.submit(os.getpid).result(30)  # and the others go on
        eventually(lambda: one.count == 2, "it is replaced, before the other is lost", STARTING)


# What goes wrong with the cluster


@pytest.mark.thorough
def test_where_nothing_is_or_nothing_answers_is_said_in_time(connected, bare):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are taken, and that is all
        addresses = [
            f"tcp://127.0.0.1:{free_port()}",
            f"tcp://127.0.0.1:{silent.getsockname()[1]}",
            "tcp://no-such-host.invalid:8786",
        ]
        tried = [connected(address) for address in [*addresses, bare[0]]]
        assert [one.state for one in tried] == ["connecting"] * 4  # at once
        asked = [one.submit(os.getpid) for one in tried]
        for one, future in zip(tried, asked, strict=True):
            said = "cluster_empty" if one.address == bare[0] else "cluster_none"
            assert why_lost(one).code == code(future.exception(LOST)) == said
            assert one.problem.values["address"] == one.address
        reasons = [one.problem.values["reason"] for one in tried[:3]]
        assert re.search("refused|3 s", reasons[0])  # on a busy machine it takes as long to be told
        assert reasons[1] == "3 s"
        assert re.search("not known|resolution|3 s", reasons[2])  # the name's servers may be slower than we wait


@pytest.mark.parametrize(
    "given", ["nonsense", "tcp://", "tcp://host", "host:8786", "http://host:8786", "tcp://host:99999", "tcp://h:1/x"]
)
def test_what_is_no_address_is_said(connected, given):
    assert why_lost(connected(given)) == Problem("cluster_address", "", {"address": given})


def test_a_missing_library_is_said(connected, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert why_lost(connected("tcp://127.0.0.1:1")).code == "cluster_library"


def test_a_connection_that_breaks_while_a_result_comes_is_the_clusters_trouble_and_not_the_jobs(
    connected, address, monkeypatch
):
    from distributed.comm import CommClosedError

    async def broken() -> None:
        raise CommClosedError("in <TCP (closed)>: ConnectionResetError")

    one = there(connected, address, 2)
    monkeypatch.setattr(one.client, "submit", lambda *_, **__: SimpleNamespace(result=broken))
    assert code(one.submit(os.getpid).exception(LOST)) == "cluster_gone"
    assert why_lost(one).code == "cluster_gone"


@pytest.mark.thorough
def test_a_race_whose_scheduler_is_killed_goes_on_here_from_where_it_was(running, workers, connected):
    address, scheduler = running.scheduler()
    workers(address)
    one, here = there(connected, address, 1), InProcess()
    plan = RacePlan(DROPOUT.model_copy(update={"epochs": 200}), grid({"cell": ("rnn", "gru")}), seeds=1)
    now = race.begin(one, plan)

    def looked() -> bool:
        nonlocal now
        now = race.tick(one, now)
        return all(entry.record and entry.record.epoch for entry in now.entries) or bool(now.problems)

    eventually(looked, "both runs have begun", 30)
    done = [entry.record.epoch for entry in now.entries]
    assert now.going
    assert max(done) < 200
    kill_family(scheduler)
    problem = why_lost(one)
    assert problem.code == "cluster_gone"
    now = race.tick(one, now)
    assert now.problems == (problem,)
    assert [entry.record.epoch for entry in now.entries] >= done
    now = race.resume(here, now)
    while now.going:
        now = race.tick(here, now)
    assert [entry.record.losses for entry in now.entries] == [tuple(run(e).losses) for e in plan.experiments()]


@pytest.mark.thorough
def test_a_scheduler_that_freezes_is_given_up_and_workers_that_are_all_gone_are_missed(
    bare, workers, connected, tmp_path
):
    address, scheduler = bare
    started = workers(address)
    one = there(connected, address, 1)
    held = one.submit(support.hold, str(tmp_path / "began"), str(tmp_path / "end"))
    eventually((tmp_path / "began").exists, "the worker is busy", STARTING)
    frozen = family(scheduler)
    try:
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        late = connected(address)
        assert why_lost(one).code == code(held.exception(0)) == "cluster_gone"
        assert why_lost(late).code == "cluster_none"
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)
    one = there(connected, address, 1)
    kill_family(started)
    waiting = one.submit(os.getpid)
    assert why_lost(one).code == code(waiting.exception(0)) == "cluster_empty"


# Versions


@pytest.fixture(scope="module")
def other_lab(tmp_path_factory):
    """A copy of the lab in which one line is another."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copytree(ROOT / "rnnlab", folder / "rnnlab", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "rnnlab" / "training.py").open("a") as file:
        file.write("\n# one line more\n")
    return str(folder)


@pytest.mark.thorough
def test_a_worker_with_another_lab_is_named_on_connecting(bare, workers, connected, other_lab):
    address, _ = bare
    workers(address, 1, "--preload", "rnnlab.engine.payload", PYTHONPATH=other_lab)  # its sources say it, without torch

    def found() -> Problem | None:
        problem = why_lost(connected(address))
        return None if problem.code == "cluster_empty" else problem

    problem = eventually(found, "it has started", STARTING)
    assert problem.code == "cluster_version"
    assert problem.values["worker"].startswith("tcp://127.0.0.1:")
    digest, torch, python, arithmetic = versions()
    assert problem.values["wanted"] == f"rnnlab {digest}, torch {torch}, Python {python}, CPU {arithmetic}"
    assert digest not in problem.values["has"]
    assert f"torch {torch}, Python {python}" in problem.values["has"]


@pytest.mark.thorough
def test_a_worker_on_a_processor_of_another_kind_is_named_on_connecting(bare, workers, connected):
    """The same lab, but instructions that add in another order."""
    if versions()[3].startswith("DEFAULT"):
        pytest.skip("this processor has no other instructions")
    address, _ = bare
    workers(address, 1, "--preload", "rnnlab.engine.preload", ATEN_CPU_CAPABILITY="default")

    def found() -> Problem | None:
        problem = why_lost(connected(address))
        return None if problem.code == "cluster_empty" else problem

    problem = eventually(found, "it has started", STARTING)
    assert problem.code == "cluster_version"
    assert "CPU DEFAULT" in problem.values["has"]
    assert format_versions(versions()) == problem.values["wanted"]


@pytest.mark.thorough
def test_a_worker_that_joins_with_another_lab_or_none_is_found_by_the_first_job_it_gets(
    bare, workers, connected, other_lab, tmp_path
):
    address, _ = bare
    good = workers(address)
    for name, path in [("other", other_lab), ("none", "")]:
        one = there(connected, address, 1)
        bad = workers(address, PYTHONPATH=path)
        eventually(lambda one=one: one.count == 2, "it has joined", STARTING)
        assert one.state == "ready"
        end, held = tmp_path / f"end-{name}", []

        def lost(one=one, end=end, held=held) -> bool:
            """One job more each time: which of the workers gets one is for the scheduler to say."""
            held.append(one.submit(support.hold, str(tmp_path / "began"), str(end)))
            return one.state == "lost"

        eventually(lost, "a cold worker has looked for the lab", STARTING)
        assert why_lost(one).code == "cluster_version"
        assert {code(future.exception(10)) for future in held} == {"cluster_version"}
        assert ("No module named 'rnnlab'" in one.problem.values["has"]) == (name == "none")
        assert good.poll() is None
        end.touch()
        kill_family(bad)


def test_versions_are_of_sources_torch_python_and_arithmetic():
    from importlib import metadata

    digest, torch, python, _ = versions()
    assert len(digest) == 12
    assert metadata.version("torch").startswith(torch)
    assert "+" not in torch
    assert python == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_versions_are_of_every_source_of_the_package(tmp_path):
    """One line more in whichever folder is another lab; what is no source is none."""
    shutil.copytree(ROOT / "rnnlab", tmp_path / "rnnlab", ignore=shutil.ignore_patterns("__pycache__"))
    program = "from rnnlab.engine.payload import installed; print(installed()[0])"

    def digest() -> str:
        command = [sys.executable, "-B", "-c", program]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    same = digest()
    assert same == versions()[0]
    (tmp_path / "rnnlab" / "notes.txt").write_text("no source")
    assert digest() == same
    for source in (tmp_path / "rnnlab" / "__init__.py", sorted((tmp_path / "rnnlab").rglob("*.py"))[-1]):
        source.write_text(source.read_text("utf-8") + "\n# one line more\n", "utf-8")
        assert digest() != same
        same = digest()


# TLS


@pytest.fixture
def settings():
    """Dask reads its settings from the environment when it is imported; here it has been already."""
    import dask

    yield lambda environment: dask.config.refresh(env=environment)
    dask.config.refresh()


@pytest.mark.thorough
def test_with_tls_only_those_with_a_certificate_get_in(running, workers, connected, settings, tmp_path):
    ours, theirs = certificates(tmp_path, "ours"), certificates(tmp_path, "theirs")
    authority = "DASK_DISTRIBUTED__COMM__TLS__CA_FILE"
    address, _ = running.scheduler(protocol="tls", **ours)
    workers(address, 1, **ours)
    settings(ours)
    assert there(connected, address, 1).submit(os.getpid).result(10) != os.getpid()
    for environment, reason in [
        ({}, "TLS expects"),
        (theirs, "CERTIFICATE_VERIFY_FAILED"),
        (theirs | {authority: ours[authority]}, ""),  # trusts the scheduler, which does not trust us
        ({name: path.replace(".pem", ".lost") for name, path in ours.items()}, "No such file"),
    ]:
        settings(environment)
        problem = why_lost(connected(address))
        assert problem.code == "cluster_tls", problem
        assert reason in problem.values["reason"]
    for environment, reason in [(ours, "encryption required"), ({}, "")]:
        settings(environment)
        problem = why_lost(connected(address.replace("tls:", "tcp:")))
        assert problem.code == "cluster_none"
        assert reason in problem.values["reason"]


# The one that pages share


@pytest.fixture
def shared(monkeypatch):
    monkeypatch.setattr(cluster.the_cluster, "value", None)
    yield monkeypatch
    cluster.close_shared()


def test_without_an_address_there_is_no_cluster(shared):
    for nothing in ("", "  "):
        shared.setenv("RNNLAB_DASK", nothing)
        assert cluster.scheduler_address() == ""
        assert cluster.shared_cluster() is None
        assert cluster.connect_again() is None
    shared.delenv("RNNLAB_DASK")
    assert cluster.shared_cluster() is None


def test_there_is_one_cluster_until_it_is_lost_and_tried_again(shared, address):
    shared.setenv("RNNLAB_DASK", " nonsense ")
    lost = cluster.shared_cluster()
    assert cluster.shared_cluster() is lost
    assert why_lost(lost).values == {"address": "nonsense"}
    shared.setenv("RNNLAB_DASK", address)
    again = cluster.connect_again()
    assert again is not lost
    assert again is cluster.shared_cluster()
    assert again.submit(os.getpid).result(STARTING) != os.getpid()
    assert cluster.connect_again() is again  # it is not lost
    cluster.close_shared()
    assert not again.thread.is_alive()
    assert code(again.submit(os.getpid).exception(0)) == "cluster_gone"
