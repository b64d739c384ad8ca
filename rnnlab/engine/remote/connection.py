"""A connection to the scheduler of a cluster, and what its workers have: which of them compute what home does."""

import asyncio
import logging
import pickle
from collections.abc import Collection
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any
from uuid import uuid4

from rnnlab.engine.remote.payload import RemoteCall, Versions, differences, versions_beside
from rnnlab.i18n import Problem, describe

PATIENCE = 3.0  # seconds: a scheduler that takes longer to answer, or is longer without any worker, is lost
POLL = 0.5  # seconds between two looks at it
SETTINGS = {
    # Dask keeps its last thousand messages for its developers; ours hold whole states.
    "distributed.admin.low-level-log-length": 20,
    "distributed.admin.large-graph-warning-threshold": "1GB",  # the largest state is meant to travel
}

log = logging.getLogger(__name__)  # what it is told is no template: what is filled into one the server leaves out


class Connection:
    """Opened and closed as often as it takes, with one address. Lives on an event loop."""

    def __init__(self, address: str):
        self.address = address
        self.client: Any = None
        self.versions: Versions | None = None  # of home's workers, once they have been asked
        self.workers: dict[str, asyncio.Task[Problem | None]] = {}  # by address: why it is not to compute for us

    @property
    def known(self) -> dict[str, Problem | None]:
        """The workers that have said what they have, by address; why one gets no job, or None."""
        looks = list(self.workers.items())
        return {address: look.result() for address, look in looks if look.done() and not look.cancelled()}

    @property
    def fit(self) -> list[str]:
        """The addresses of those that compute what is computed at home."""
        return [address for address, problem in self.known.items() if problem is None]

    async def open(self) -> None:
        import dask
        from distributed import Client

        dask.config.set(SETTINGS)
        for name in ("distributed", "distributed.client"):  # what goes wrong there is said in our words
            logging.getLogger(name).setLevel(logging.CRITICAL)
        within = PATIENCE - 0.5  # a little less than we wait: so it gets to say what kept it
        self.client = Client(self.address, asynchronous=True, set_as_default=False, timeout=within)
        await self.client

    async def look(self) -> None:
        """At the workers that are there now. Raises OSError where the scheduler answers no more."""
        self.look_at(await asyncio.wait_for(self.client.scheduler.ncores(), PATIENCE))

    @property
    def loading(self) -> bool:
        """Whether a worker has not said yet what it has."""
        return any(not look.done() for look in self.workers.values())

    def look_at(self, addresses: Collection[str]) -> None:
        """Ask workers that are new what they have, and forget those that are gone."""
        for address in self.workers.keys() - set(addresses):
            self.workers.pop(address).cancel()
        for address in set(addresses) - self.workers.keys():
            self.workers[address] = asyncio.ensure_future(self.why_refused(address))

    async def why_refused(self, worker: str) -> Problem | None:
        """Why a worker's numbers would be others than at home; asked until it answers, or is gone. It is a task as any,
        for a worker that was not preloaded imports torch first, and goes on talking to its scheduler meanwhile."""
        from distributed import KilledWorker

        assert self.versions is not None
        question, found = pickle.dumps(RemoteCall(versions_beside, self.versions)), None
        while found is None:
            key = f"versions-{uuid4().hex}"
            try:
                found = await self.client.submit(pickle.loads, question, pure=False, key=key, workers=[worker]).result()
            except (OSError, CancelledError, KilledWorker):  # it is just going, or the scheduler is
                await asyncio.sleep(POLL)
            except Exception as error:  # it has no lab, or one that is very different
                found = error
        if found == self.versions:
            return None
        has, wanted = differences(found, self.versions) if isinstance(found, dict) else (str(found), "rnnlab")
        problem = Problem("cluster_version", "", {"worker": worker, "has": has, "wanted": wanted})
        log.warning(describe(problem, "en"))
        return problem

    async def close(self) -> None:
        self.look_at(())
        client, self.client = self.client, None
        if client is not None:
            with suppress(Exception):
                await asyncio.wait_for(client.close(), 1.0)
