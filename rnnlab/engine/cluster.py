"""Where jobs run when RNNLAB_DASK names a scheduler: on the workers of a Dask cluster, behind the same two calls as
`engine.Workers`.

Whatever the network does, the web process must not wait for it: all talking happens on an event loop in a thread of its
own, and only with the address that was given. What travels is bytes that a worker unpickles (see `payload`), so that
the scheduler needs nothing of ours, and a worker without the lab says so itself.
"""

import asyncio
import logging
import os
import pickle
import ssl
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from rnnlab import engine
from rnnlab.engine import workers
from rnnlab.engine.payload import RemoteCall, Versions, format_versions, run_job, versions, versions_beside
from rnnlab.engine.shared import Shared
from rnnlab.i18n import LabError, Problem

T = TypeVar("T")

PATIENCE = 3.0  # seconds: a scheduler that takes longer to answer, or is longer without any worker, is lost
POLL = 0.5  # seconds between two looks at it
SETTINGS = {
    # Dask keeps its last thousand messages for its developers; ours hold whole states.
    "distributed.admin.low-level-log-length": 20,
    "distributed.admin.large-graph-warning-threshold": "1GB",  # the largest state is meant to travel
}


class Cluster:
    """A Dask cluster behind `submit(job, *args) -> Future`, as `engine.Workers` is. When it is lost, whatever is under
    way fails with its `problem`; the states that jobs begin with are values here, so nothing else is lost."""

    def __init__(self, address: str):
        self.address = address
        self.state: Literal["connecting", "ready", "lost"] = "connecting"
        self.problem: Problem | None = None  # why it is lost
        self.count = 0  # worker processes that are there now
        self.versions: Versions  # of this machine's workers; known before it is ready
        self.client: Any = None
        self.loop = asyncio.SelectorEventLoop()  # the kind that Dask wants, whatever the web server uses
        self.ready, self.lost = asyncio.Event(), self.loop.create_future()
        self.under_way: set[Any] = set()
        self.lock = threading.Lock()  # nothing is handed to a loop that has stopped
        self.thread = threading.Thread(target=self.run, name="cluster", daemon=True)
        self.thread.start()

    def submit(self, job: Callable[..., Any], *args: Any) -> Future:
        """The job's future. A LabError of the job comes as it is; a job whose worker dies goes to another by itself."""
        try:
            payload = pickle.dumps((job, args))
            with self.lock:
                if self.problem:
                    raise LabError(self.problem)
                name = f"{job.__module__}.{job.__qualname__}"
                return asyncio.run_coroutine_threadsafe(self.run_remotely(name, payload), self.loop)
        except Exception as error:
            outcome: Future = Future()
            outcome.set_exception(error)
            return outcome

    def close(self) -> None:
        with suppress(RuntimeError):  # has stopped already
            self.loop.call_soon_threadsafe(self.lose, Problem("cluster_gone", "", {"address": self.address}))
        self.thread.join(PATIENCE)

    # The rest runs on the loop

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self.live())

    async def live(self) -> None:
        """Until the cluster is lost; then whatever is under way fails."""
        watching = asyncio.ensure_future(self.watch())
        problem = await self.lost
        with self.lock:
            self.problem, self.state, self.count = problem, "lost", 0
        watching.cancel()
        await asyncio.sleep(0)  # what was handed in before has begun by now
        await asyncio.gather(*self.under_way, return_exceptions=True)
        if self.client is not None:
            with suppress(Exception):
                await asyncio.wait_for(self.client.close(), 1.0)

    def lose(self, problem: Problem) -> None:
        """Say that the cluster is lost, and why; the first reason stays."""
        if not self.lost.done():
            self.lost.set_result(problem)

    async def watch(self) -> None:
        """Connect, and look after the cluster until it is lost."""
        try:
            self.lose(await self.reason_lost())
        except Exception:
            logging.getLogger(__name__).exception("the cluster can't be watched")
            self.lose(Problem("cluster_gone", "", {"address": self.address}))

    async def reason_lost(self) -> Problem:
        """Connect, and wait until the cluster is lost: why it is."""
        address = {"address": self.address}
        if not is_address(self.address):
            return Problem("cluster_address", "", address)
        try:
            import distributed  # noqa: F401  takes a second, which is not the scheduler's
        except ImportError as error:
            return Problem("cluster_library", "", {"reason": str(error)})
        try:
            await asyncio.wait_for(self.connect(), PATIENCE)
        except Exception as error:
            return connection_problem(self.address, error)
        try:
            self.versions = await asyncio.to_thread(lambda: engine.shared().submit(versions).result())
        except LabError as error:
            return error.problems[0]
        last = time.monotonic()
        while True:
            try:
                workers = await asyncio.wait_for(self.client.scheduler.ncores(), PATIENCE)
            except (OSError, TimeoutError):
                return Problem("cluster_gone", "", address)
            if workers and not self.ready.is_set() and (problem := await self.version_mismatch()):
                return problem
            self.count = len(workers)
            if workers:
                last, self.state = time.monotonic(), "ready"
                self.ready.set()
            elif time.monotonic() - last > PATIENCE:
                return Problem("cluster_empty", "", address)
            await asyncio.sleep(POLL)

    async def connect(self) -> None:
        import dask
        from distributed import Client

        dask.config.set(SETTINGS)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is said to the reader
        within = PATIENCE - 0.5  # a little less than we wait: so it gets to say what kept it
        self.client = Client(self.address, asynchronous=True, set_as_default=False, timeout=within)
        await self.client

    async def version_mismatch(self) -> Problem | None:
        """The first worker found whose numbers would be others than at home."""
        call = self.client.run(
            pickle.loads, pickle.dumps(RemoteCall(versions_beside, self.versions)), on_error="return"
        )
        try:
            found = await asyncio.wait_for(call, PATIENCE)
        except (OSError, TimeoutError):  # a worker is busy or dying: what it does is looked at job by job
            return None
        for worker, has in found.items():
            if isinstance(has, tuple) and has != self.versions:
                has = format_versions(has)
            elif not isinstance(has, (ImportError, AttributeError)):
                continue
            return Problem(
                "cluster_version", "", {"worker": worker, "has": str(has), "wanted": format_versions(self.versions)}
            )
        return None

    async def run_remotely(self, name: str, payload: bytes) -> Any:
        """One job to a worker and its result back, as soon as there is a worker."""
        self.under_way.add(task := asyncio.current_task())
        try:
            await self.unless_lost(self.ready.wait())
            return await self.result_of(name, payload)
        finally:
            self.under_way.discard(task)

    async def result_of(self, name: str, payload: bytes) -> Any:
        """Of one job, now. Raises what the job raises, or a LabError that says how it or the cluster was lost."""
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        call = pickle.dumps(RemoteCall(run_job, self.versions, workers.JOB_SECONDS, payload))
        future = self.client.submit(pickle.loads, call, pure=False, key=f"{name}-{uuid4().hex}")
        try:
            return pickle.loads(await self.unless_lost(future.result()))
        except KilledWorker:
            raise LabError(Problem("worker_lost", "", {"reason": "KilledWorker"})) from None
        except (CancelledError, CommClosedError):  # by Dask: the connection broke, before or while the result came
            self.lose(Problem("cluster_gone", "", {"address": self.address}))
            raise LabError(self.lost.result()) from None
        except (ImportError, AttributeError):  # of the lab itself, perhaps
            problem = await self.version_mismatch()
            if problem is None:
                raise
            self.lose(problem)
            raise LabError(problem) from None

    async def unless_lost(self, waited: Awaitable[T]) -> T:
        """What comes of waiting; raises LabError as soon as the cluster is lost."""
        task = asyncio.ensure_future(waited)
        try:
            await asyncio.wait({task, self.lost}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise LabError(self.lost.result())
            return task.result()
        finally:
            task.cancel()


def connection_problem(address: str, error: BaseException) -> Problem:
    """What kept us from connecting. The first cause says it; what follows from it only says that it failed."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    from tornado.iostream import StreamClosedError

    refused = (  # by us or by the scheduler; a TypeError is what Dask says where no certificate is set
        *(ssl.SSLError, ConnectionResetError, StreamClosedError),
        *(FileNotFoundError, PermissionError, TypeError),
    )
    if address.startswith("tls:") and isinstance(error, refused):
        return Problem("cluster_tls", "", {"address": address, "reason": str(error)})
    return Problem("cluster_none", "", {"address": address, "reason": str(error) or f"{PATIENCE:g} s"})


def is_address(text: str) -> bool:
    """Whether this is a scheduler's address: tcp or tls, a host and a port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("tcp", "tls") and bool(parts.hostname and parts.port) and not parts.path
    except ValueError:  # a port that is no port
        return False


def scheduler_address() -> str:
    """RNNLAB_DASK, or "" where none is given."""
    return os.environ.get("RNNLAB_DASK", "").strip()


the_cluster: Shared[Cluster] = Shared(lambda: Cluster(address) if (address := scheduler_address()) else None)


def shared_cluster() -> Cluster | None:
    """The one cluster of this process, opened on first use; None where no address is given."""
    return the_cluster.get()


def connect_again() -> Cluster | None:
    """The same after another try, where the cluster was lost."""
    cluster = the_cluster.get()
    if cluster is not None and cluster.state == "lost":
        the_cluster.forget(cluster)
    return the_cluster.get()


def close_shared() -> None:
    the_cluster.close()
