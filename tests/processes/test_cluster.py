"""A Dask cluster in place of the lab's own workers: a real scheduler, real workers, and all that goes wrong."""

import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import psutil
import pytest

from rnnlab import Experiment, LabError, Problem, engine, run
from rnnlab.engine import InProcess, Workers, budget, jobs, runs
from rnnlab.engine import workers as workers_module
from rnnlab.engine.live_runs import LiveRun, LiveRuns
from rnnlab.engine.remote import cluster, payload
from rnnlab.engine.remote.cluster import Cluster
from rnnlab.engine.remote.payload import versions
from rnnlab.engine.workers import outcome_of
from rnnlab.experiment.race_plan import RacePlan, grid
from rnnlab.hosting.readers import Reader
from rnnlab.races import race
from rnnlab.races.live_race import LiveRace
from tests.support import dask_processes as daskcluster
from tests.support import jobs as support
from tests.support.dask_processes import certificates, family, free_port, kill_family
from tests.support.eventually import ROOT, eventually

LIMITS = ("RNNLAB_RUN_SECONDS", "RNNLAB_HISTORY_BYTES")
SEGMENTED = (Experiment(text="a b c a"), "space", 5)
LOST = 5.0  # seconds within which a reader is told
STARTING = 90.0  # seconds: workers import torch, on a machine that may be busy
DROPOUT = Experiment(epochs=12, layers=2, dropout=0.4, shuffle=True, text="a b c a\nb c a b\nc a b c")


@pytest.fixture(scope="module", autouse=True)
def home():
    """This process stands for this machine's workers: what they compute is what the cluster's must. No test waits long
    for another try."""
    versions()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "RETRY", (0.2, 0.5))
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

    def connect(address: str, home: InProcess | Workers | None = None) -> Cluster:
        opened.append(Cluster(address, home or InProcess()))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def two(address):
    ready = Cluster(address, InProcess())
    yield has(ready, 2)
    ready.close()


def has(one: Cluster, count: int) -> Cluster:
    """The same, once it has so many workers that it gives jobs to."""
    eventually(lambda: (one.state, len(one.fit)) == ("ready", count), f"{count} workers compute", STARTING)
    return one


def code(error: BaseException | None) -> str:
    assert isinstance(error, LabError), repr(error)
    (problem,) = error.problems
    assert str(error) != f"problem.{problem.code}"  # a sentence in the catalogue
    return problem.code


def why_lost(one: Cluster, seconds: float = LOST) -> Problem:
    """Why a cluster is lost, which is to be known in time; what is asked of it is done here."""
    eventually(lambda: one.state == "lost", "the loss is noticed", seconds)
    assert one.submit(os.getpid).result(LOST) == one.home.submit(os.getpid).result(LOST)
    assert one.problem is not None
    assert str(LabError(one.problem)) != f"problem.{one.problem.code}"  # a sentence in the catalogue
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
    threaded = has(connected(bare[0]), 1)
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
    assert has(connected(address), 2).submit(jobs.start, DROPOUT).result(30)
    host, port = address.removeprefix("tcp://").split(":")
    assert {there for _, there in connections() - before} == {(host, int(port))}


def test_what_nobody_waits_for_holds_up_nobody(two):
    dropped = [two.submit(jobs.start, DROPOUT) for _ in range(8)]
    cancelled = [future for future in dropped[::2] if future.cancel()]
    assert len(cancelled) >= 2, "all but two still wait"
    assert two.submit(jobs.start, DROPOUT).result(30)
    assert all(future.result(30) for future in dropped if future not in cancelled)
    eventually(lambda: not two.under_way, "nothing is left over")


def test_readers_take_turns_and_dask_has_no_more_than_there_are_workers(two, tmp_path):
    """Who asks for much waits behind himself: of the other's two jobs none waits for more than what is under way."""
    began, end, order = tmp_path / "began", tmp_path / "end", []

    def note(outcome: Future, name: str) -> Future:
        outcome.add_done_callback(lambda _: order.append(name))
        return outcome

    held = [note(two.submit(support.hold, str(began), str(end), owner="greedy"), "greedy") for _ in range(8)]
    eventually(lambda: began.exists() and began.read_text() == "xx", "both workers are at work")
    small = [note(two.submit(os.getpid, owner="modest"), "modest") for _ in range(2)]
    assert [two.place(future) for future in held[:2]] == [0, 0]
    assert two.place(small[0]) == 1
    assert two.place(held[-1]) > 2
    assert began.read_text() == "xx", "and what waits has not been handed to Dask"
    end.touch()
    assert all(future.result(30) for future in [*held, *small])
    eventually(lambda: len(order) == 10, "all are told")
    assert max(place for place, name in enumerate(order) if name == "modest") < 6, order
    assert two.queue.tally.jobs["hold"] >= 8


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
    has(two, 2)  # it is replaced


@pytest.mark.thorough
def test_the_only_worker_dies_in_the_middle_of_a_slice_and_the_one_in_its_place_does_it(
    running, workers, connected, tmp_path
):
    address, _ = running.scheduler()
    workers(address, 1, "--nworkers", "1", "--nanny")
    one = has(connected(address), 1)
    [before] = one.fit
    state, _ = one.submit(jobs.start, DROPOUT).result(30)
    after, chunk = one.submit(support.train_and_die_once, str(tmp_path / "died"), state, DROPOUT.epochs).result(60)
    expected, alone = jobs.advance(jobs.start(DROPOUT)[0], 60.0)
    assert (chunk.snapshots, after.blob) == (alone.snapshots, expected.blob)
    assert before not in has(one, 1).fit


@pytest.mark.thorough
def test_a_job_that_goes_over_its_budget_ends_alone_and_one_that_kills_its_worker_or_hangs_with_it(
    bare, workers, connected, tmp_path, monkeypatch
):
    (tmp_path / "less.py").write_text("from rnnlab.engine import budget\nbudget.COMPUTING_SECONDS = 2.0\n")
    workers(bare[0], 2, "--preload", str(tmp_path / "less.py"))
    one = has(connected(bare[0]), 2)
    before = set(one.fit)
    error = one.submit(support.hang, str(tmp_path / "much")).exception(30)
    assert error.problems == (Problem("job_budget", "", {"limit": "2"}),)
    assert (tmp_path / "much").read_text() == "x"
    assert trained(one, DROPOUT) == trained(InProcess(), DROPOUT)
    assert set(has(one, 2).fit) == before
    for job, seconds in [(support.die, workers_module.JOB_SECONDS), (support.hang, 0.5)]:
        monkeypatch.setattr(workers_module, "JOB_SECONDS", seconds)
        tries = tmp_path / job.__name__
        assert code(one.submit(job, str(tries)).exception(30)) == "worker_lost"
        assert tries.read_text() == "x"
        has(one, 1)  # it is seen that one is gone
        assert one.submit(os.getpid).result(30)  # and the others go on
        has(one, 2)  # it is replaced, before the other is lost


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer of computing here")
def test_a_worker_whose_job_was_interrupted_shows_anew_what_it_computes(monkeypatch, tmp_path):
    monkeypatch.setattr(budget, "COMPUTING_SECONDS", 0.05)
    mine, much = versions(), str(tmp_path / "much")
    said = payload.run_job(mine, 60.0, pickle.dumps((support.hang, (much,))))
    assert code(outcome_of(said)[1]) == "job_budget"
    monkeypatch.setattr(payload, "fingerprint", lambda: {"digits": "others"})
    try:
        with pytest.raises(ImportError, match="digits others"):
            payload.run_job(mine, 60.0, pickle.dumps((os.getpid, ())))
    finally:
        versions.cache_clear()


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
            assert why_lost(one).code == said
            assert future.result(LOST) == os.getpid()
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


def test_a_connection_that_breaks_while_a_result_comes_costs_nobody_his_job(connected, address, monkeypatch):
    from distributed.comm import CommClosedError

    async def broken() -> None:
        raise CommClosedError("in <TCP (closed)>: ConnectionResetError")

    one = has(connected(address), 2)
    monkeypatch.setattr(one.connection.client, "submit", lambda *_, **__: SimpleNamespace(result=broken))
    assert one.submit(os.getpid).result(LOST) == os.getpid()
    eventually(lambda: one.submit(os.getpid).result(LOST) != os.getpid(), "there is another connection", LOST)


@pytest.mark.thorough
def test_a_run_and_a_race_go_on_here_while_the_scheduler_is_gone_and_there_when_it_is_back(running, workers, connected):
    """Without a word from anybody, to the numbers of runs alone. What was under way is done here."""
    address, scheduler = running.scheduler()
    team = workers(address)
    one, driver = has(connected(address, Workers(1)), 1), LiveRuns()
    experiment = DROPOUT.model_copy(update={"epochs": 4000})
    plan = RacePlan(DROPOUT.model_copy(update={"epochs": 2000, "seed": 5}), grid({"cell": ("rnn", "gru")}), seeds=1)
    live = driver.drive(LiveRun(runs.begin(one, experiment, True), one))
    many = driver.drive(LiveRace(race.begin(one, plan), one))

    def slices(tally) -> int:
        return tally.jobs["advance"] + tally.jobs["advance_race_run"]

    def more(tally) -> bool:
        before = slices(tally)
        return eventually(lambda: slices(tally) > before + 4, "slices are computed", STARTING)

    with live.watched(lambda: None), many.watched(lambda: None):
        more(one.queue.tally)
        kill_family(scheduler)
        assert why_lost(one).code == "cluster_gone"
        assert live.value.going
        assert many.value.going
        more(one.home.tally)
        kill_family(team)
        running.scheduler(port=int(address.rpartition(":")[2]))
        workers(address)
        has(one, 1)
        assert one.problem is None
        more(one.queue.tally)
        with live.changed:
            assert live.changed.wait_for(lambda: not live.value.going, 120)
        with many.changed:
            assert many.changed.wait_for(lambda: not many.value.going, 120)
    driver.close()
    assert live.value.history.losses == run(experiment).losses
    assert [entry.record.losses for entry in many.value.entries] == [tuple(run(e).losses) for e in plan.experiments()]


@pytest.mark.thorough
def test_a_scheduler_that_freezes_is_given_up_and_workers_that_are_all_gone_are_missed(
    bare, workers, connected, tmp_path
):
    address, scheduler = bare
    started = workers(address)
    one, end = has(connected(address), 1), tmp_path / "end"
    held = one.submit(support.hold, str(tmp_path / "began"), str(end))
    eventually((tmp_path / "began").exists, "the worker is busy", STARTING)
    frozen = family(scheduler)
    try:
        for process in frozen:
            process.send_signal(signal.SIGSTOP)
        end.touch()
        late = connected(address)
        assert why_lost(one).code == "cluster_gone"
        assert why_lost(late).code == "cluster_none"
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)
    assert held.result(LOST) == os.getpid()
    has(one, 1)
    kill_family(started)
    waiting = one.submit(os.getpid)
    assert why_lost(one).code == "cluster_empty"
    assert waiting.result(LOST) == os.getpid()


# Versions


@pytest.fixture(scope="module")
def other_lab(tmp_path_factory):
    """A copy of the lab in which one line is another."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copytree(ROOT / "rnnlab", folder / "rnnlab", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "rnnlab" / "training.py").open("a") as file:
        file.write("\n# one line more\n")
    return str(folder)


def named(one: Cluster, count: int = 1) -> list[Problem]:
    """Why so many workers get no job, once they have said what they have."""

    def found() -> list[Problem]:
        problems = [problem for problem in one.connection.known.values() if problem]
        return problems if len(problems) == count else []

    return eventually(found, f"{count} workers are found out", STARTING)


@pytest.mark.thorough
def test_a_worker_that_would_compute_other_numbers_is_named_with_what_differs_and_gets_no_job(
    bare, workers, connected, other_lab
):
    """The same lab where instructions add in another order; another lab; and none. Who joins later is asked, too."""
    address, _ = bare
    one, mine = connected(address), versions()
    workers(address, 1, "--preload", "rnnlab.engine.preload", ATEN_CPU_CAPABILITY="default", RNNLAB_RUN_SECONDS="7")
    assert why_lost(one).code == "cluster_empty"  # it is not there yet
    eventually(lambda: one.problem.code == "cluster_version", "it has said what it has", STARTING)
    values = one.problem.values
    if mine["CPU"] != "DEFAULT":  # else this processor has no other instructions
        assert re.fullmatch(r"CPU DEFAULT, digits [0-9a-f]{6}, RNNLAB_RUN_SECONDS 7", values["has"])
        assert values["wanted"] == f"CPU {mine['CPU']}, digits {mine['digits']}, RNNLAB_RUN_SECONDS 120"
    assert values["worker"].startswith("tcp://127.0.0.1:")
    assert one.submit(os.getpid).result(LOST) == os.getpid()

    good = workers(address, OMP_NUM_THREADS="3")  # a job computes with one whatever is set
    has(one, 1)
    assert trained(one, DROPOUT) == trained(InProcess(), DROPOUT)
    for path, has_instead in [(other_lab, r"rnnlab [0-9a-f]{12}"), ("", "No module named 'rnnlab'")]:
        bad = workers(address, PYTHONPATH=path)
        other = next(problem for problem in named(one, 2) if problem != one.problem and problem.values != values)
        assert re.fullmatch(has_instead, other.values["has"])
        assert other.values["has"] != f"rnnlab {mine['rnnlab']}"
        began = one.queue.tally.jobs["getpid"]
        pids = {one.submit(os.getpid).result(LOST) for _ in range(12)}
        assert len(pids) == 1
        assert pids <= {process.pid for process in family(good)}
        assert one.queue.tally.jobs["getpid"] == began + 12
        kill_family(bad)
        named(one, 1)


def test_versions_are_of_sources_torch_python_and_arithmetic():
    from importlib import metadata

    found = versions()
    assert list(found) == ["rnnlab", "torch", "Python", "CPU", "threads", "GPU", "digits", *LIMITS]
    digest, torch, python = found["rnnlab"], found["torch"], found["Python"]
    assert found["threads"] == "1"
    assert len(digest) == 12
    assert metadata.version("torch").startswith(torch)
    assert "+" not in torch
    assert python == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_versions_are_of_every_source_of_the_package(tmp_path):
    """One line more in whichever folder is another lab; what is no source is none."""
    shutil.copytree(ROOT / "rnnlab", tmp_path / "rnnlab", ignore=shutil.ignore_patterns("__pycache__"))
    program = "from rnnlab.engine.remote.payload import installed; print(installed()['rnnlab'])"

    def digest() -> str:
        command = [sys.executable, "-B", "-c", program]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    same = digest()
    assert same == versions()["rnnlab"]
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
    assert has(connected(address), 1).submit(os.getpid).result(10) != os.getpid()
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


def test_with_an_address_readers_share_a_cluster_and_without_one_the_workers_here(monkeypatch, address):
    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    monkeypatch.setattr(engine.shared_engine, "value", None)
    monkeypatch.setenv("RNNLAB_DASK", "  ")
    assert isinstance(engine.shared(), InProcess)
    engine.close_shared()
    monkeypatch.setenv("RNNLAB_DASK", f" {address} ")
    me = Reader("me", "192.0.2.1")
    reader = engine.shared_by(me)
    assert reader.submit(os.getpid).result(STARTING) == os.getpid(), "while it connects"
    has(reader.engine, 2)
    assert engine.shared_by(Reader("another", "")).engine is reader.engine
    assert (reader.count, reader.problem, reader.starting) == (2, None, False)
    assert reader.submit(os.getpid).result(STARTING) != os.getpid()
    before = me.hours.within("me")
    assert reader.submit(jobs.start, DROPOUT).result(STARTING)
    assert me.hours.within("me") > before, "what a cluster computes for him is counted"
    at_home = [reader.submit(job, *args) for job, args in [(jobs.device_used, ()), (jobs.segmentations, SEGMENTED)]]
    assert all(future.done() for future in at_home), "in this process, while it is asked"
    engine.close_shared()
    assert not reader.engine.thread.is_alive()
