"""What whoever runs the lab may ask it: whether it is well, and how much it has to do."""

import asyncio
import os
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import cast

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit import runtime
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.shell.readers.cookie import FORWARDED
from pages.shell.readers.drawing import TURNS
from pages.shell.server import graceful_stop
from rnnlab import engine
from rnnlab.engine import live_runs

PATIENCE = 10.0  # seconds until a worker has answered: the longest jobs at the lab's limits take eight
FRESH = 1.0  # seconds for which an answer is as good as another
SLICES = ("advance", "advance_race_run")  # the jobs that train


class Health:
    """Whether a worker does what it is asked: something that takes no time, in turn with what readers ask. However many
    want to know, one such question is under way, and none for a second after an answer."""

    def __init__(self) -> None:
        self.asked = self.answered = -FRESH
        self.question: asyncio.Task[bool] | None = None

    async def serve(self, _: Request) -> Response:
        well = await self.is_well()
        answer = ("ok", 200) if well else ("no worker answers", 503)
        return PlainTextResponse(*answer, headers={"Cache-Control": "no-store"})

    async def is_well(self) -> bool:
        if graceful_stop.stopping:
            return False
        if self.question is None:
            if time.monotonic() - self.answered < FRESH:
                return True
            self.asked, self.question = time.monotonic(), asyncio.create_task(self.ask())
        question = self.question
        done, _ = await asyncio.wait({question}, timeout=self.asked + PATIENCE - time.monotonic())
        return question in done and question.result()

    async def ask(self) -> bool:
        try:
            await asyncio.wrap_future(
                await asyncio.to_thread(submit)
            )  # a thread: without workers it is done right there
        except Exception:  # no worker can be started
            return False
        else:
            self.answered = time.monotonic()
            return True
        finally:
            self.question = None


def submit() -> Future:
    return engine.shared().submit(engine.do_nothing, owner="health")


def metrics_wanted() -> bool:
    """RNNLAB_METRICS: whether anybody is told how much there is to do."""
    return os.environ.get("RNNLAB_METRICS", "") == "1"


async def serve_metrics(request: Request) -> Response:
    """Prometheus's text format 0.0.4, for who asks the lab itself: what a proxy hands on may come from anybody."""
    if any(name in request.headers for name in FORWARDED):
        return PlainTextResponse("not found", 404)
    text = await asyncio.to_thread(metrics)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4", headers={"Cache-Control": "no-store"})


def metrics() -> str:
    shared, runs = engine.shared(), live_runs.shared()
    here, cluster = (shared.home, shared) if isinstance(shared, engine.Cluster) else (shared, None)
    sessions = cast(WebsocketSessionManager, runtime.get_instance()._session_mgr).num_active_sessions()
    processes = {"web": [os.getpid()], **here.pids}
    places = {"": (here.tally, here.queued, len(processes["workers"]))}  # by label: where jobs are computed
    if cluster:
        places['{place="cluster"}'] = cluster.queue.tally, cluster.queue.length, len(cluster.fit)
    tallies = {place: tally for place, (tally, _, _) in places.items()}
    slices = {place: sum(tally.jobs[name] for name in SLICES) for place, tally in tallies.items()}
    seconds = {place: tally.seconds for place, tally in tallies.items()}
    families = [
        ("sessions", "gauge", "Tabs that are connected.", {"": sessions}),
        ("runs_going", "gauge", "Runs and races that go on.", {"": runs.going()}),
        ("workers", "gauge", "Worker processes that are there.", {place: found[2] for place, found in places.items()}),
        ("queue_length", "gauge", "Jobs that wait for a worker.", {place: found[1] for place, found in places.items()}),
        ("jobs_total", "counter", "Jobs computed.", {place: tally.jobs.total() for place, tally in tallies.items()}),
        ("slices_total", "counter", "Slices of training among them.", slices),
        ("computing_seconds_total", "counter", "Seconds that workers have computed.", seconds),
        ("draws_waiting", "gauge", "Pages that wait to be drawn.", {"": len(TURNS.waiting)}),
        ("drawing_seconds_total", "counter", "Seconds of drawing pages.", {"": TURNS.seconds}),
        (
            *("resident_memory_bytes", "gauge"),
            "Resident memory; what processes share counts for each.",
            {f'{{process="{name}"}}': resident(pids) for name, pids in processes.items()},
        ),
    ]
    return "".join(
        f"# HELP rnnlab_{name} {what}\n# TYPE rnnlab_{name} {kind}\n"
        + "".join(f"rnnlab_{name}{labels} {value}\n" for labels, value in samples.items())
        for name, kind, what, samples in families
    )


def resident(pids: list[int]) -> int:
    """Bytes of memory that these processes have; 0 where the system does not tell (only Linux does)."""
    pages = 0
    for pid in pids:
        with suppress(OSError):  # it has just ended
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") if pages else 0
